#!/usr/bin/env node
import { runCommandLine } from './cli/command-line.ts';
import { exit, type ExitCode } from './cli/exit.ts';
import { processTerminal } from './cli/terminal.ts';
import { whatWentWrong } from './cli/what-went-wrong.ts';

/**
 * A reader that closes its end, such as `head`, has seen enough: that is no error of ours. Any other failure to write
 * is, and is told at the end, since what was lost cannot be told where it was lost.
 */
function watch(stream: NodeJS.WriteStream): Watched {
  let failed: NodeJS.ErrnoException | undefined;
  let closed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failed ??= error;
  });
  // The stream of a process does not know afterwards that it was closed.
  stream.once('close', () => {
    closed = true;
  });
  return {
    failure: () => failed,
    async flushed(atMost) {
      if (closed || !stream.writable) return;
      await new Promise<void>((resolve) => {
        stream.once('close', resolve);
        stream.write('', () => resolve());
        if (atMost !== undefined) setTimeout(resolve, atMost);
      });
    },
  };
}

interface Watched {
  /** Why something could not be written. */
  failure(): NodeJS.ErrnoException | undefined;
  /** Resolves when what was written before has been taken, or never will be; or after so many milliseconds. */
  flushed(atMost?: number): Promise<void>;
}

const stdout = watch(process.stdout);
const stderr = watch(process.stderr);
try {
  await runCommandLine(processTerminal(), process.argv.slice(2), (code: ExitCode) => {
    process.exitCode = code;
  });
} catch (error) {
  process.stderr.write(`${whatWentWrong(error)}\n`);
  process.exitCode = exit.local;
}
await stdout.flushed();
// A failure to write is told a turn after the write.
await new Promise((resolve) => setImmediate(resolve));
const unwritten = stdout.failure();
// A run whose rows go there has told it.
if (unwritten !== undefined && process.exitCode !== exit.local) {
  process.stderr.write(`error  stdout could not be written: ${unwritten.message}\n`);
  process.exitCode = exit.local;
}
// Who was told to end does not wait for a reader who takes nothing, as `less` does.
await stderr.flushed(process.exitCode === exit.interrupted ? 1000 : undefined);
// Not left to Node: a tracing client that cannot reach its server keeps timers alive for minutes.
process.exit();
