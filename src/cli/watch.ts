import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { exit, type ExitCode } from './exit.ts';
import { listenForInterrupts } from './signals.ts';
import type { Terminal } from './terminal.ts';

/** Editors write a file in several strokes: a round begins when they have been quiet for so many milliseconds. */
const quiet = 100;

/** A file's time may stand still for a tick of the system's clock, so that a save seems that much older, in milliseconds. */
const tick = 10;

/**
 * One round of what is watched: does its work, and prints it. Gives the files that it is made of, absolute, those that
 * it missed too: a change to any of them, the round's own time included, begins the next.
 */
export type Round = () => Promise<readonly string[]>;

/** Does a round, and another whenever one of its files has changed, until the user has seen enough. */
export async function watchRounds(terminal: Terminal, round: Round): Promise<ExitCode> {
  const interrupts = listenForInterrupts();
  // A second signal is Node's: it ends a round that does not heed the first.
  const ended = once(interrupts.drain, 'abort').then(() => interrupts.release());
  try {
    for (;;) {
      const began = Date.now();
      const files = await round();
      if (interrupts.drain.aborted) return exit.interrupted;
      // Nobody sees the rounds any more.
      if (!terminal.stderr.writable) return exit.success;
      terminal.stderr.write('\nwaiting for a change; Ctrl-C ends it\n');
      await changeOf(files, began, ended);
      if (interrupts.drain.aborted) return exit.interrupted;
      terminal.stderr.write('\n');
    }
  } finally {
    interrupts.release();
  }
}

/** Resolves when one of the files has changed since a time (milliseconds since 1970), or when waiting has ended. */
async function changeOf(files: readonly string[], since: number, ended: Promise<void>): Promise<void> {
  const { watch } = await import('chokidar');
  const watcher = watch([...files], { ignoreInitial: true });
  let timer: NodeJS.Timeout | undefined;
  const changed = new Promise<void>((resolve) => {
    watcher.on('all', () => {
      clearTimeout(timer);
      timer = setTimeout(resolve, quiet);
    });
  });
  try {
    await Promise.race([once(watcher, 'ready'), ended]);
    const isLate = await isNewer(files, since - tick);
    await Promise.race([isLate ? sleep(quiet) : changed, ended]);
  } finally {
    clearTimeout(timer);
    await watcher.close();
  }
}

/** What was saved while nobody watched. A file that was moved into place keeps the time of its writing. */
async function isNewer(files: readonly string[], since: number): Promise<boolean> {
  const times = await Promise.all(
    files.map(async (file) => {
      const found = await stat(file).catch(() => undefined);
      return found === undefined ? 0 : Math.max(found.mtimeMs, found.ctimeMs);
    }),
  );
  return times.some((time) => time > since);
}
