import { PassThrough } from 'node:stream';
import { runCommandLine } from '../../src/cli/command-line.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which they were written. */
  readonly all: string;
}

/** A command as it is typed in this folder, within this process and off a terminal. */
export async function typed(
  cwd: string,
  args: readonly string[],
  others: Partial<Terminal> = {},
): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const told = { stdout: '', stderr: '', all: '' };
  for (const [name, stream] of Object.entries({ stdout, stderr })) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      told[name as 'stdout' | 'stderr'] += text;
      told.all += text;
    });
  }
  const terminal = {
    cwd,
    pid: process.pid,
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
    execArgv: [],
    ...others,
  } as unknown as Terminal;
  let exitCode: number | undefined;
  await runCommandLine(terminal, args, (code) => (exitCode = code));
  // What was written last is told, too.
  await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.end(resolve))));
  return { exitCode: exitCode ?? -1, ...told };
}

/** The same, with `<cwd>` where the folder is told. */
export async function runInProcess(
  cwd: string,
  args: readonly string[],
  env: Terminal['env'] = {},
): Promise<Omit<Ended, 'all'>> {
  const { exitCode, ...said } = await typed(cwd, args, { env });
  const shown = (text: string) => text.replaceAll(cwd, '<cwd>');
  return { exitCode, stdout: shown(said.stdout), stderr: shown(said.stderr) };
}

/** Sends this process the signal as soon as a command listens for it. */
export function emitOnceHeard(signal: NodeJS.Signals): void {
  const heard = (event: string | symbol) => {
    if (event !== signal) return;
    process.off('newListener', heard);
    setImmediate(() => process.emit(signal));
  };
  process.on('newListener', heard);
}
