import { join } from 'node:path';
import { selectedCount } from '../records/selection.ts';
import { failure, success, type Result } from '../result.ts';
import { changesSince, originChanges } from './changes.ts';
import { readDone, type DoneRun } from './done-run.ts';
import type { StopReason } from './events.ts';
import { errorCode, inWords, nodeFileSystem, type FileSystem } from './file-system.ts';
import { openFolder, type FolderServices, type RunFolder } from './folder.ts';
import { lossOf } from './journal/damage.ts';
import { readHistory, type History } from './journal/history.ts';
import { journalName } from './journal/journal.ts';
import { lockRun, type RunLock } from './lock.ts';
import { journalDisagrees, runChanged } from './reasons.ts';
import { readSummary } from './read-summary.ts';
import type { RunMeta, RunSummary } from './run-summary.ts';

/** A run that was begun before, held by this process: no other can go on with it. */
export interface EarlierRun {
  readonly summary: RunSummary;
  /**
   * What the run has left, where there is nothing left to do: every record has succeeded or was skipped, and what is to be
   * run now is what was run then. The lock is then let go.
   */
  done(meta: RunMeta): Promise<DoneRun | undefined>;
  /** The folder to go on in. A reason of kind `input` says why that cannot be. The lock is then let go. */
  resume(meta: RunMeta, options: { readonly force: boolean }): Promise<Result<RunFolder, StopReason>>;
  release(): Promise<void>;
}

/**
 * Takes hold of the run that a folder has. Undefined where none was begun there: there is no such folder, or it is
 * empty.
 */
export async function holdRun(
  path: string,
  services: FolderServices = {},
): Promise<Result<EarlierRun | undefined, StopReason>> {
  const { fileSystem = nodeFileSystem } = services;
  const begun = await wasBegun(fileSystem, path);
  if (!begun.ok || !begun.value) return begun.ok ? success(undefined) : begun;
  const lock = await lockRun(path, { pid: services.pid });
  if (!lock.ok) return lock;
  const summary = await readSummary(fileSystem, join(path, 'run.json'));
  if (!summary.ok) {
    await lock.value.release();
    return summary;
  }
  return success(earlierRun(path, summary.value, lock.value, services));
}

/** A folder with other things in it is refused by whoever makes a run's folder of it. */
async function wasBegun(fileSystem: FileSystem, path: string): Promise<Result<boolean, StopReason>> {
  try {
    const names = await fileSystem.list(path);
    for (const name of ['run.json', journalName].filter((one) => names.includes(one))) {
      // A pipe would be waited for, and a device has no end.
      if ((await fileSystem.look(join(path, name))).kind !== 'file')
        return notRun(`${join(path, name)} is no file`);
    }
    return success(names.includes('run.json'));
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return success(false);
    return notRun(`the run folder ${path} cannot be read: ${inWords(error)}`);
  }
}

function notRun(message: string): Result<never, StopReason> {
  return failure({ kind: 'input', code: 'not_a_run', message });
}

function earlierRun(path: string, summary: RunSummary, lock: RunLock, services: FolderServices): EarlierRun {
  const { fileSystem = nodeFileSystem } = services;

  async function open(meta: RunMeta, force: boolean): Promise<Result<RunFolder, StopReason>> {
    const changes = changesSince(summary, meta);
    const origin = originChanges(summary, meta);
    if (origin.length > 0) return failure(runChanged(path, origin));
    if (changes.length > 0 && !force) return failure(runChanged(path, changes));
    const journal = join(path, journalName);
    const history = await readHistory(fileSystem, journal, { all: force });
    if (!history.ok) return history;
    const missing = force ? undefined : missingOf(journal, history.value, meta);
    if (missing !== undefined) return failure(missing);
    const earlier = { history: history.value, force };
    return openFolder({ path, meta, lock, began: summary, earlier, services });
  }

  /** What is no longer there of what the run had: of its journal, or of an input that is kept for it. */
  function missingOf(journal: string, history: History, { available, selection }: RunMeta) {
    const { index } = history;
    const lost = lossOf(journal, history, summary);
    if (lost !== undefined) return lost;
    const came = available === undefined ? Infinity : selectedCount(available, selection ?? {});
    return index.size > came ? journalDisagrees(index.size, came) : undefined;
  }

  return {
    summary,
    async done(meta) {
      const through =
        summary.state === 'completed' && summary.counts?.failed === 0 && summary.tool_calls !== null;
      // Of what comes once, and has not come yet, nothing is known.
      const isToCome = meta.input.sha256 === null && summary.input.sha256 !== null;
      const same = !isToCome && changesSince(summary, meta).length === 0;
      // Whether all entries of a recording were used is found out anew.
      const strict = meta.replay?.strict === true;
      const done = through && same && !strict ? await readDone(fileSystem, path, summary) : undefined;
      if (done !== undefined) await lock.release();
      return done;
    },
    async resume(meta, { force }) {
      const opened = await open(meta, force);
      if (!opened.ok) await lock.release();
      return opened;
    },
    release: () => lock.release(),
  };
}
