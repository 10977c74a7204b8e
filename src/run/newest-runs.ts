import { join } from 'node:path';
import pLimit from 'p-limit';
import type { Result } from '../result.ts';
import type { StopReason } from './events.ts';
import type { FileSystem } from './file-system.ts';
import { begunAt } from './make-folder.ts';
import { readSummary } from './read-summary.ts';
import type { RunSummary } from './run-summary.ts';

/** A run of a folder that keeps runs. */
export interface FoundRun {
  /** Absolute, where the folder is. */
  readonly path: string;
  /** What it tells of itself, or why it cannot. */
  readonly summary: Result<RunSummary, StopReason>;
}

/** Files that are open at one time. */
const atOnce = 16;

/**
 * The runs that a folder keeps, that which was begun last first. The names that pipe gives tell the second, so that no
 * more of these are read than are asked for; of other names all are, and what is no run is passed over. `named`: which of
 * the names that pipe gives are wanted.
 */
export async function* newestRuns(
  folder: string,
  fileSystem: FileSystem,
  named: (name: string) => boolean = () => true,
): AsyncIterable<FoundRun> {
  const names = await fileSystem.list(folder).catch(() => []);
  const seconds = new Map<string, string[]>();
  const others: string[] = [];
  for (const name of names) {
    const second = begunAt(name);
    if (second === undefined) others.push(name);
    else if (named(name)) seconds.set(second, [...(seconds.get(second) ?? []), name]);
  }
  const visible = others.filter((name) => !name.startsWith('.'));
  const left = (await readAll(folder, visible, fileSystem)).filter(({ summary }) => summary.ok);
  for (const second of [...seconds.keys()].toSorted().toReversed()) {
    for (const run of await readAll(folder, seconds.get(second) ?? [], fileSystem)) {
      const later = left.findIndex(({ begun }) => begun < run.begun);
      yield* left.splice(0, later === -1 ? left.length : later);
      yield run;
    }
  }
  yield* left;
}

interface ReadRun extends FoundRun {
  /** In ISO 8601; of a run that does not tell it, as far as its name does. */
  readonly begun: string;
}

async function readAll(folder: string, names: readonly string[], fileSystem: FileSystem): Promise<ReadRun[]> {
  const read = await pLimit(atOnce).map(names, async (name) => {
    const path = join(folder, name);
    const summary = await readSummary(fileSystem, join(path, 'run.json'));
    return { path, summary, begun: summary.ok ? summary.value.started : (begunAt(name) ?? '') };
  });
  return read.toSorted((one, other) => other.begun.localeCompare(one.begun));
}
