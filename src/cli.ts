#!/usr/bin/env node
import { CommanderError } from 'commander';
import { exit, type ExitCode } from './cli/exit.ts';
import { misplacedStart } from './cli/misplaced.ts';
import { buildProgram } from './cli/program.ts';
import { printError, processTerminal } from './cli/terminal.ts';

/**
 * A reader that closes its end, such as `head`, has seen enough: that is no error of ours. Any other failure to write
 * is, and is told at the end, since what was lost cannot be told where it was lost.
 */
function watch(stream: NodeJS.WriteStream): () => NodeJS.ErrnoException | undefined {
  let failed: NodeJS.ErrnoException | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failed ??= error;
  });
  return () => failed;
}

/** `--simulate file.yaml`: an option with a value of its own choice would take the next word for it. */
function withItsValue(word: string, _at: number, [, , command]: readonly string[]): string {
  return word === '--simulate' && command !== '__complete' ? '--simulate=' : word;
}

async function main(): Promise<void> {
  const terminal = processTerminal();
  const program = buildProgram(terminal, (code: ExitCode) => {
    process.exitCode = code;
  });
  const apart = process.argv.find((word, at) => process.argv[at - 1] === '--simulate' && /^\w+=/.test(word));
  if (apart !== undefined && process.argv[2] !== '__complete') {
    const message = '`--simulate` has its options right behind a `=`';
    await printError(terminal, message, `write --simulate=${apart}`);
    process.exitCode = exit.usage;
    return;
  }
  const misplaced = await misplacedStart(program, process.argv.slice(2), terminal.cwd);
  if (misplaced !== undefined) {
    await printError(terminal, misplaced.message, misplaced.hint);
    process.exitCode = exit.usage;
    return;
  }
  try {
    await program.parseAsync(process.argv.map(withItsValue));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has printed it already: 0 is a help or a version that was asked for.
    process.exitCode = error.exitCode === 0 ? exit.success : exit.usage;
  }
}

/** Resolves when what was written before has been taken, or never will be. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (!stream.writable) return Promise.resolve();
  return new Promise((resolve) => {
    stream.once('close', resolve);
    stream.write('', () => resolve());
  });
}

/** Nothing is thrown for what users, providers or disks do, but for one thing: there is no place to stand. */
function whatWentWrong(error: unknown): string {
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd') {
    return 'error  the working directory is no longer there: change to another';
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `pipe: this is a bug of pipe's own, please report it:\n${text}`;
}

const stdoutFailure = watch(process.stdout);
watch(process.stderr);
try {
  await main();
} catch (error) {
  process.stderr.write(`${whatWentWrong(error)}\n`);
  process.exitCode = exit.local;
}
await flushed(process.stdout);
// A failure to write is told a turn after the write.
await new Promise((resolve) => setImmediate(resolve));
const unwritten = stdoutFailure();
if (unwritten !== undefined) {
  process.stderr.write(`error  stdout could not be written: ${unwritten.message}\n`);
  process.exitCode = exit.local;
}
await flushed(process.stderr);
// Not left to Node: a tracing client that cannot reach its server keeps timers alive for minutes.
process.exit();
