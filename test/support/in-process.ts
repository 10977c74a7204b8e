import { PassThrough } from 'node:stream';
import { buildProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export interface Told {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined where the command line itself was refused. */
  readonly exitCode: number | undefined;
}

/** Runs a command in this process, off a terminal: spares the start of another one. */
export async function pipeHere(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Terminal['env'] },
): Promise<Told> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const said = { stdout: '', stderr: '' };
  stdout.on('data', (more: Buffer) => (said.stdout += more.toString()));
  stderr.on('data', (more: Buffer) => (said.stderr += more.toString()));
  const terminal = {
    cwd,
    pid: process.pid,
    stdin: new PassThrough(),
    stdout,
    stderr,
    env,
  } as unknown as Terminal;
  let exitCode: number | undefined;
  const program = buildProgram(terminal, (code) => (exitCode = code));
  await program.parseAsync(['node', 'pipe', ...args]).catch((error: unknown) => {
    if (!(error instanceof Error && error.name === 'CommanderError')) throw error;
  });
  await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.end(resolve))));
  return { ...said, exitCode };
}

/** The same, with `<cwd>` where the folder is told. */
export async function runInProcess(
  cwd: string,
  args: readonly string[],
  env: Terminal['env'] = {},
): Promise<Told> {
  const { exitCode, ...said } = await pipeHere(args, { cwd, env });
  const shown = (text: string) => text.replaceAll(cwd, '<cwd>');
  return { exitCode, stdout: shown(said.stdout), stderr: shown(said.stderr) };
}
