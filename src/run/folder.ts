import { join, resolve } from 'node:path';
import { failure, success, type Result } from '../result.ts';
import type { StopReason } from './events.ts';
import type { Unwritten } from './totals.ts';
import { errorCode, nodeFileSystem, type FileSystem } from './file-system.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { History } from './journal/history.ts';
import { endLine } from './journal/lines.ts';
import { readyJournal } from './journal/ready.ts';
import { eachEnded, endedLines } from './journal/each-ended.ts';
import { openJournalReader, resultRow, type JournalReader } from './journal/reader.ts';
import { createJournal, journalName, type Journal, type JournalListener } from './journal/journal.ts';
import { heldIn, makeChosenFolder, makeNamedFolder, newRunId, randomSuffix } from './make-folder.ts';
import { lockRun, type RunLock } from './lock.ts';
import { elsewhere, folderInUse, notWritten } from './reasons.ts';
import { journaledFingerprints } from './journal/fingerprints.ts';
import { openRecordingLog, type OpenedLog } from './recordings/log.ts';
import { createRecordIndex, type Outcome, type RecordIndex } from './journal/record-index.ts';
import type { RunResults } from './results.ts';
import { orderRows } from './row-order.ts';
import { hasBudget } from './run-budget.ts';
import { summaryOf, type EarlierSessions, type FileSums, type RunEnd, type RunMeta } from './run-summary.ts';
import { writeJson, writeWhole, type Contents } from './whole-file.ts';

/** The folder that one run leaves. It belongs to this process from its making, or its resume, to `finish`. */
export interface RunFolder extends RunResults {
  /** Absolute. */
  readonly path: string;
  /** Where each finished record stands in the journal; from the start, those of earlier sessions. */
  readonly index: RecordIndex;
  /** What earlier sessions have left; absent where there were none. */
  readonly history?: History;
  /** To be called once. */
  startJournal(listener: JournalListener): Promise<Result<Journal, StopReason>>;
  /** What the run records is kept there until its file is written. To be called once, by a run that records. */
  openRecording(failed: (error: unknown) => void): Promise<Result<OpenedLog, StopReason>>;
  /** Of all calls that the journal tells of, in its order: those of earlier sessions, and of this one so far. */
  fingerprints(): AsyncIterable<Fingerprint>;
  /** Reads finished records back, while the run goes on too. Rejects with the file system's error. */
  openReader(): Promise<JournalReader>;
  /** Writes results.jsonl, errors.jsonl, usage.json and run.json. All are tried, whatever fails; the first is told. */
  finish(end: RunEnd): Promise<Result<undefined, UnfinishedFolder>>;
  /**
   * Lets go of the folder, of which others can take hold then, though no run was begun in it: one that was lets go of it by
   * itself. No mistake where it was let go before.
   */
  release(): Promise<void>;
}

export interface UnfinishedFolder {
  readonly reason: StopReason;
  readonly unwritten: Unwritten;
}

/** A folder of the user's choice, or a new one below `runsDir` named after the pipeline. */
export type FolderPlace = string | { readonly runsDir: string; readonly name: string };

export interface FolderServices {
  readonly fileSystem?: FileSystem;
  /** The number of this process, which others are told who find the folder held. */
  readonly pid?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Tells folders of one second apart: four hexadecimal digits. */
  readonly suffix?: () => string;
  /** Tells runs apart, wherever they are: 16 hexadecimal digits. */
  readonly id?: () => string;
}

/**
 * Makes the folder, takes hold of it, and says in its run.json that the run is on. A reason of kind `input` is a folder of
 * the user's choice that cannot be used, one of kind `local` the disk's refusal. A run that is there already is gone on with
 * by `holdRun`.
 */
export async function createRunFolder(
  place: FolderPlace,
  meta: RunMeta,
  services: FolderServices = {},
): Promise<Result<RunFolder, StopReason>> {
  const { fileSystem = nodeFileSystem, now = Date.now, suffix = randomSuffix, id = newRunId } = services;
  const time = now();
  try {
    const made =
      typeof place === 'string'
        ? await makeChosenFolder(fileSystem, resolve(place))
        : success(await makeNamedFolder(fileSystem, place.runsDir, place.name, time, suffix));
    if (!made.ok) return made;
    const lock = await lockRun(made.value, { pid: services.pid });
    if (!lock.ok) return lock;
    // Another run may have come and gone before the lock was ours.
    const held = await heldIn(fileSystem, made.value).catch(async (error: unknown) => {
      await lock.value.release();
      throw error;
    });
    if (held !== undefined) {
      await lock.value.release();
      return failure(folderInUse(made.value, held));
    }
    const began = { id: id(), started: new Date(time).toISOString(), sessions: 0, duration: null };
    return await openFolder({ path: made.value, meta, lock: lock.value, began, services });
  } catch (error) {
    const isChosen = typeof place === 'string';
    const refused = unwritten(resolve(isChosen ? place : place.runsDir), error);
    return failure({ ...refused, hint: isChosen ? 'name another folder by `--run-dir`' : elsewhere });
  }
}

/** Why the disk refused; what it did not refuse is a mistake of ours, and goes on. */
function unwritten(path: string, error: unknown): StopReason {
  if (errorCode(error) === undefined) throw error;
  return notWritten(path, error);
}

export interface OpenedFolder {
  readonly path: string;
  readonly meta: RunMeta;
  /** Let go of when the run has ended. */
  readonly lock: RunLock;
  /** What run.json told before; of a run that is only begun, no sessions. */
  readonly began: EarlierSessions;
  /** What the journal tells of earlier sessions. */
  readonly earlier?: Earlier;
  readonly services: FolderServices;
}

export interface Earlier {
  readonly history: History;
  /** Whether pipeline or input are others since, so that every record is gone through again. */
  readonly force: boolean;
}

/** Says in run.json that the run is on, and readies the journal. Fails with the disk's refusal; the lock is then let go. */
export async function openFolder(opened: OpenedFolder): Promise<Result<RunFolder, StopReason>> {
  const { path, meta, lock, earlier, services } = opened;
  const { fileSystem = nodeFileSystem } = services;
  // A journal of another run that was gone on with by force is this one's from then on.
  const id = earlier?.history.run ?? opened.began.id;
  const began = { ...opened.began, ...(id !== undefined && { id }), sessions: opened.began.sessions + 1 };
  try {
    // In this order: run.json tells of a journal that is there, and of what its last session was begun with.
    const session = { ...(id !== undefined && { run: id }), reserves: reservesAll(meta) };
    const before = earlier && { length: earlier.history.length, force: earlier.force };
    const length = await readyJournal(fileSystem, join(path, journalName), session, before);
    await writeJson(fileSystem, join(path, 'run.json'), summaryOf(meta, began));
    return success(runFolder({ ...opened, began }, length));
  } catch (error) {
    await lock.release();
    return failure(unwritten(path, error));
  }
}

/** Whether no request is sent without a reservation: each has one, or there is none at all. */
function reservesAll({ plan, replay }: RunMeta): boolean {
  return replay !== undefined || hasBudget(plan);
}

const recordingName = 'recording.jsonl';

function runFolder(
  { path, meta, lock, began, earlier, services }: OpenedFolder,
  journalLength: number,
): RunFolder {
  const { fileSystem = nodeFileSystem, now = Date.now } = services;
  const index = earlier?.history.index ?? createRecordIndex();
  const journalPath = join(path, journalName);
  const openReader = () => openJournalReader(fileSystem, journalPath);
  let isFree = false;
  let isBegun = false;
  /** The disk has refused a part of the journal: its end may be torn, and the next session cuts that off. */
  let isTorn = false;

  async function letGo(): Promise<void> {
    isFree = true;
    await lock.release();
  }

  /** Nothing was asked, so that nothing is unknown. Where the disk refuses that, it will seem so. */
  async function endUnbegun(): Promise<void> {
    const file = await fileSystem.openToAppend(journalPath);
    try {
      await file.append(endLine());
    } finally {
      await file.close();
    }
  }

  function writeLines(name: string, outcome: Outcome): Promise<Contents> {
    return writeWhole(fileSystem, join(path, name), endedLines(index, outcome, openReader));
  }

  return {
    path,
    index,
    openReader,
    ...(earlier !== undefined && { history: earlier.history }),
    async startJournal(listener) {
      isBegun = true;
      try {
        const file = await fileSystem.openToAppend(journalPath);
        const failed = (error: unknown) => {
          isTorn = true;
          listener.failed(error);
        };
        return success(createJournal(file, journalLength, index, { ...listener, failed }));
      } catch (error) {
        return failure(unwritten(path, error));
      }
    },

    async openRecording(failed) {
      // Where pipeline or input are others, all records are gone through again.
      const anew = earlier === undefined || earlier.force;
      try {
        return await openRecordingLog(fileSystem, join(path, recordingName), { anew, failed });
      } catch (error) {
        return failure(unwritten(path, error));
      }
    },

    fingerprints: () => journaledFingerprints(fileSystem, journalPath),

    async finish(end) {
      let failed: StopReason | undefined;
      const files: string[] = [];
      const attempt = async <Written>(
        file: string,
        write: Promise<Written>,
      ): Promise<Written | undefined> => {
        try {
          return await write;
        } catch (error) {
          failed ??= notWritten(path, error);
          files.push(file);
          return undefined;
        }
      };
      const runFile = join(path, 'run.json');
      const [results] = await Promise.all([
        attempt('results.jsonl', writeLines('results.jsonl', 'succeeded')),
        attempt('errors.jsonl', writeLines('errors.jsonl', 'failed')),
        attempt('usage.json', writeJson(fileSystem, join(path, 'usage.json'), end.usage)),
      ]);
      const lost = end.reason?.kind === 'local' ? undefined : failed;
      const told: RunEnd = lost === undefined ? end : { ...end, state: 'stopped', reason: lost };
      const sums: FileSums = {
        results_bytes: results?.bytes ?? null,
        results_crc32: results?.crc32 ?? null,
        journal_bytes: isTorn ? null : await bytesOf(fileSystem, journalPath),
      };
      const summary = summaryOf(meta, began, { ...told, ...sums, finished: now() });
      await attempt('run.json', writeJson(fileSystem, runFile, summary));
      await letGo();
      if (failed === undefined) return success(undefined);
      const gone = files.includes('run.json') && (await bytesOf(fileSystem, runFile)) === null;
      return failure({ reason: failed, unwritten: { files, gone } });
    },

    async release() {
      if (isFree) return;
      if (!isBegun) await endUnbegun().catch(() => undefined);
      await letGo();
    },

    inOrder: () => orderRows({ index, openReader }),
    results: () => eachEnded(index, 'succeeded', openReader, resultRow),
  };
}

/** Null where the file is not there. */
async function bytesOf(fileSystem: FileSystem, path: string): Promise<number | null> {
  return fileSystem.look(path).then(
    ({ bytes }) => bytes,
    () => null,
  );
}
