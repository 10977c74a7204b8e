import type { Diagnostic } from '../diagnostic/diagnostic.ts';

/** The process as a command sees it: the only way from a command to the outside. */
export interface Terminal {
  readonly cwd: string;
  /** The number of the process. */
  readonly pid: number;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: { readonly [name: string]: string | undefined };
  /** What Node itself was started with, beside NODE_OPTIONS. */
  readonly execArgv: readonly string[];
}

export function processTerminal(): Terminal {
  return {
    cwd: process.cwd(),
    pid: process.pid,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    execArgv: process.execArgv,
  };
}

/** Colour is for a terminal whose user has not declined it: https://no-color.org, https://force-color.org. */
export function wantsColor(terminal: Terminal, stream: NodeJS.WriteStream): boolean {
  if ((terminal.env['NO_COLOR'] ?? '') !== '') return false;
  const forced = terminal.env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY && terminal.env['TERM'] !== 'dumb';
}

const settled = ['drain', 'close', 'error'] as const;

/**
 * Writes data to stdout and waits until it has been taken, so that a slow reader is not outrun; when `unwaited` aborts, no
 * longer.
 */
export async function writeOut(terminal: Terminal, text: string, unwaited?: AbortSignal): Promise<void> {
  if (text === '' || !terminal.stdout.writable) return;
  if (terminal.stdout.write(text) || unwaited?.aborted === true) return;
  const { stdout } = terminal;
  await new Promise<void>((resolve) => {
    const ready = () => {
      for (const event of settled) stdout.off(event, ready);
      unwaited?.removeEventListener('abort', ready);
      resolve();
    };
    for (const event of settled) stdout.once(event, ready);
    unwaited?.addEventListener('abort', ready);
  });
}

/** The columns that text is broken to; none off a terminal, where it is searched by line. */
export function columnsOf(stream: NodeJS.WriteStream): { readonly columns?: number } {
  return stream.isTTY && stream.columns > 0 ? { columns: stream.columns } : {};
}

/** Prints diagnostics as text on stderr. */
export async function printDiagnostics(
  terminal: Terminal,
  diagnostics: readonly Diagnostic[],
): Promise<void> {
  if (diagnostics.length === 0) return;
  const { formatDiagnostics } = await import('../diagnostic/format.ts');
  const color = wantsColor(terminal, terminal.stderr);
  const options = { color, cwd: terminal.cwd, ...columnsOf(terminal.stderr) };
  terminal.stderr.write(formatDiagnostics(diagnostics, { format: 'text', ...options }));
}

/** Says one thing that is wrong with how the command was used. */
export async function printError(
  terminal: Terminal,
  message: string,
  hint?: string,
  code = 'usage',
): Promise<void> {
  const error = { severity: 'error', code, message } as const;
  await printDiagnostics(terminal, [hint === undefined ? error : { ...error, hint }]);
}
