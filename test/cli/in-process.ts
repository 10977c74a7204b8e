import { PassThrough } from 'node:stream';
import { CommanderError } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command as it is typed in this folder, within this process and off a terminal. */
export async function typed(
  cwd: string,
  args: readonly string[],
  others: Partial<Terminal> = {},
): Promise<Ended> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const told = { stdout: '', stderr: '' };
  stdout.on('data', (text: Buffer) => (told.stdout += text.toString()));
  stderr.on('data', (text: Buffer) => (told.stderr += text.toString()));
  const terminal = {
    cwd,
    pid: process.pid,
    stdin: new PassThrough(),
    stdout,
    stderr,
    env: {},
    ...others,
  } as unknown as Terminal;
  let exitCode: number | undefined;
  const program = buildProgram(terminal, (code) => (exitCode = code));
  try {
    await program.parseAsync(['node', 'pipe', ...args]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    exitCode = error.exitCode === 0 ? 0 : 2;
  }
  return { exitCode: exitCode ?? -1, ...told };
}
