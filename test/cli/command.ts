import { PassThrough } from 'node:stream';
import { buildProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export interface Commanded {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** What comes by standard input; default: nothing. */
  readonly stdin?: PassThrough;
  readonly env?: { readonly [name: string]: string };
}

/** Runs a command line in this process, as from a pipe. Paths of files have to be absolute: the process stays where it is. */
export async function command(
  cwd: string,
  args: readonly string[],
  { stdin = new PassThrough().end(), env = {} }: CommandOptions = {},
): Promise<Commanded> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof written) =>
    new PassThrough().on('data', (chunk: Buffer) => (written[name] += chunk.toString()));
  const [stdout, stderr] = [stream('stdout'), stream('stderr')];
  const terminal = { cwd, pid: process.pid, stdin, stdout, stderr, env, execArgv: [] } as unknown as Terminal;
  // Commander throws for wrong usage, which is 2.
  let code = 2;
  const program = buildProgram(terminal, (given) => (code = given));
  await program.parseAsync(['node', 'pipe', ...args]).catch((error: unknown) => {
    if (!(error instanceof Error) || error.name !== 'CommanderError') throw error;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return { code, ...written };
}
