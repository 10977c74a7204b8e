import { setTimeout as sleep } from 'node:timers/promises';
import { printable } from '../diagnostic/printable.ts';
import { exit, type ExitCode } from './exit.ts';
import { createLateChanges, type LateChanges } from './late-changes.ts';
import { linksOf, watchLinks } from './links.ts';
import { watchReader } from './reader.ts';
import { listenForInterrupt, unlessAborted } from './signals.ts';
import type { Terminal } from './terminal.ts';

/** Editors write a file in several strokes: a round begins when they have been quiet for so many milliseconds. */
const quiet = 100;

/** A file's time may stand still for a tick of the system's clock, so that a save seems that much older, in milliseconds. */
const tick = 10;

/**
 * One round of what is watched: does its work, and prints it. Gives the files that it is made of, absolute, those that
 * it missed too: a change to any of them, the round's own time included, begins the next. It asks nothing of anybody
 * once the signal has aborted, whose reason is a `StopReason`.
 */
export type Round = (interrupted: AbortSignal) => Promise<readonly string[]>;

/** Does a round, and another whenever one of its files has changed, until the user has seen enough. */
export async function watchRounds(
  terminal: Terminal,
  round: Round,
  interrupt = listenForInterrupt(),
): Promise<ExitCode> {
  const left = new AbortController();
  let unread: ExitCode = exit.success;
  const readers = [terminal.stdout, terminal.stderr].map((stream) =>
    watchReader(stream, (failure) => {
      if (failure !== undefined) unread = exit.local;
      left.abort();
    }),
  );
  const ended = AbortSignal.any([interrupt.signal, left.signal]);
  const late = createLateChanges();
  const unseen = unseenChanges(terminal);
  try {
    for (;;) {
      const began = Date.now();
      const files = await round(interrupt.signal);
      if (!ended.aborted) {
        terminal.stderr.write('\nwaiting for a change; Ctrl-C ends it\n');
        await changeOf(files, { since: began - tick, late, unseen, ended });
      }
      if (interrupt.signal.aborted) return exit.interrupted;
      // Nobody sees the rounds any more, or takes their data.
      if (ended.aborted) return unread;
      terminal.stderr.write('\n');
    }
  } finally {
    readers.forEach((reader) => reader.release());
    interrupt.release();
  }
}

interface Watching {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly late: LateChanges;
  /** Tells why changes of some file will not be seen. */
  readonly unseen: (error: unknown) => void;
  readonly ended: AbortSignal;
}

/** Resolves when one of the files has changed since that time, or when waiting has ended. */
async function changeOf(files: readonly string[], { since, late, unseen, ended }: Watching): Promise<void> {
  const { watch } = await import('chokidar');
  const links = await linksOf(files);
  // Of a folder, what counts is which files are in it: those that are read are among the files themselves.
  const watcher = watch([...files], { ignoreInitial: true, depth: 0 });
  watcher.on('error', unseen);
  let timer: NodeJS.Timeout | undefined;
  let touched = (): void => undefined;
  const changed = new Promise<void>((resolve) => {
    touched = () => {
      clearTimeout(timer);
      timer = setTimeout(resolve, quiet);
    };
  });
  watcher.on('all', touched);
  const closeLinks = watchLinks(links, touched, unseen);
  const ready = new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  try {
    await unlessAborted(ready, ended);
    const isLate = await late({ files, links }, since);
    await unlessAborted(isLate ? sleep(quiet) : changed, ended);
  } finally {
    clearTimeout(timer);
    closeLinks();
    await watcher.close();
  }
}

/** Each reason is told once: it would be the same after each round. */
function unseenChanges({ stderr }: Terminal): (error: unknown) => void {
  const told = new Set<string>();
  return (error) => {
    const why = error instanceof Error ? error.message : String(error);
    if (told.has(why)) return;
    told.add(why);
    stderr.write(`warning: not every change will be seen: ${printable(why)}\n`);
  };
}
