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
  // What was written last is told, too.
  await Promise.all([stdout, stderr].map((stream) => new Promise((resolve) => stream.end(resolve))));
  return { exitCode: exitCode ?? -1, ...told };
}

/** The same, with `<cwd>` where the folder is told. */
export async function runInProcess(
  cwd: string,
  args: readonly string[],
  env: Terminal['env'] = {},
): Promise<Ended> {
  const { exitCode, ...said } = await typed(cwd, args, { env });
  const shown = (text: string) => text.replaceAll(cwd, '<cwd>');
  return { exitCode, stdout: shown(said.stdout), stderr: shown(said.stderr) };
}
