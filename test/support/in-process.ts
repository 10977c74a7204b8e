import { PassThrough } from 'node:stream';
import { buildProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export interface Ran {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process, without a terminal. A mistake in the arguments has no code, since it is thrown for cli.ts. */
export async function runInProcess(
  cwd: string,
  args: readonly string[],
  env: { readonly [name: string]: string } = {},
): Promise<Ran> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  let exitCode: number | undefined;
  const terminal = { cwd, pid: 1, stdin: new PassThrough(), stdout, stderr, env } as unknown as Terminal;
  const program = buildProgram(terminal, (code) => (exitCode = code));
  await program.parseAsync(['node', 'pipe', ...args]).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === undefined) throw error;
  });
  const textOf = (stream: PassThrough) => String(stream.read() ?? '').replaceAll(cwd, '<cwd>');
  return { exitCode, stdout: textOf(stdout), stderr: textOf(stderr) };
}
