import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { failure, success, type Result } from '../result.ts';
import { version } from '../version.ts';
import type { StopReason } from './events.ts';
import { errorCode, nodeFileSystem, type FileSystem } from './file-system.ts';
import { headerLine } from './journal/lines.ts';
import { openJournalReader, resultRow, type JournalReader, type ResultRow } from './journal/reader.ts';
import { createJournal, type Journal, type JournalListener } from './journal/journal.ts';
import { makeChosenFolder, makeNamedFolder } from './make-folder.ts';
import { folderInUse, notWritten } from './reasons.ts';
import { createRecordIndex, type Outcome, type RecordIndex } from './journal/record-index.ts';
import { summaryOf, type RunEnd, type RunMeta } from './run-summary.ts';
import { writeJson, writeWhole } from './whole-file.ts';

/** The folder that one run leaves. It belongs to the run from its making to `finish`. */
export interface RunFolder {
  /** Absolute. */
  readonly path: string;
  /** Where each finished record stands in the journal. */
  readonly index: RecordIndex;
  /** To be called once. */
  startJournal(listener: JournalListener): Promise<Result<Journal, StopReason>>;
  /** Reads finished records back, while the run goes on too. Rejects with the file system's error. */
  openReader(): Promise<JournalReader>;
  /** Writes results.jsonl, errors.jsonl, usage.json and run.json. All are tried, whatever fails; the first is told. */
  finish(end: RunEnd): Promise<Result<undefined, StopReason>>;
  /** The succeeded records in input order. Rejects with the file system's error. */
  results(): AsyncIterable<ResultRow>;
}

/** A folder of the user's choice, or a new one below `runsDir` named after the pipeline. */
export type FolderPlace = string | { readonly runsDir: string; readonly name: string };

export interface FolderServices {
  readonly fileSystem?: FileSystem;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Tells folders of one second apart: four hexadecimal digits. */
  readonly suffix?: () => string;
}

/**
 * Makes the folder and says in its run.json that the run is on. A reason of kind `input` is a folder of the user's
 * choice that cannot be used, one of kind `local` the disk's refusal.
 */
export async function createRunFolder(
  place: FolderPlace,
  meta: RunMeta,
  services: FolderServices = {},
): Promise<Result<RunFolder, StopReason>> {
  const { fileSystem = nodeFileSystem, now = Date.now, suffix = randomSuffix } = services;
  const started = now();
  try {
    const made =
      typeof place === 'string'
        ? await makeChosenFolder(fileSystem, resolve(place))
        : success(await makeNamedFolder(fileSystem, place.runsDir, place.name, started, suffix));
    if (!made.ok) return made;
    const path = made.value;
    const journalBegin = Buffer.from(headerLine(version));
    const journal = await fileSystem.create(join(path, 'journal.jsonl'));
    try {
      await journal.append(journalBegin);
    } finally {
      await journal.close();
    }
    await writeJson(fileSystem, join(path, 'run.json'), summaryOf(meta, started));
    return success(openFolder({ fileSystem, now, path, meta, started, journalLength: journalBegin.length }));
  } catch (error) {
    const path = resolve(typeof place === 'string' ? place : place.runsDir);
    // Two runs that chose one empty folder: the journal of the other was there first.
    return failure(errorCode(error) === 'EEXIST' ? folderInUse(path) : notWritten(path, error));
  }
}

function randomSuffix(): string {
  return randomBytes(2).toString('hex');
}

interface OpenedFolder {
  readonly fileSystem: FileSystem;
  readonly now: () => number;
  readonly path: string;
  readonly meta: RunMeta;
  readonly started: number;
  /** Bytes that the journal has already. */
  readonly journalLength: number;
}

function openFolder({ fileSystem, now, path, meta, started, journalLength }: OpenedFolder): RunFolder {
  const index = createRecordIndex();
  const journalPath = join(path, 'journal.jsonl');
  const openReader = () => openJournalReader(fileSystem, journalPath);

  /** What `read` makes of each record that ended so, in input order. */
  async function* each<Value>(
    outcome: Outcome,
    read: (reader: JournalReader, sequence: number) => Promise<Value>,
  ): AsyncIterable<Value> {
    const reader = await openReader();
    try {
      for (let sequence = 0; sequence < index.size; sequence++) {
        if (index.outcome(sequence) === outcome) yield await read(reader, sequence);
      }
    } finally {
      await reader.close();
    }
  }

  function writeLines(name: string, outcome: Outcome): Promise<void> {
    const lines = each(outcome, (reader, sequence) => reader.line(index.place(sequence)));
    return writeWhole(fileSystem, join(path, name), lines);
  }

  return {
    path,
    index,
    openReader,
    async startJournal(listener) {
      try {
        const file = await fileSystem.openToAppend(journalPath);
        return success(createJournal(file, journalLength, index, listener));
      } catch (error) {
        return failure(notWritten(path, error));
      }
    },

    async finish(end) {
      let failed: StopReason | undefined;
      const attempt = async (write: Promise<void>) => {
        try {
          await write;
        } catch (error) {
          failed ??= notWritten(path, error);
        }
      };
      await attempt(writeLines('results.jsonl', 'succeeded'));
      await attempt(writeLines('errors.jsonl', 'failed'));
      await attempt(writeJson(fileSystem, join(path, 'usage.json'), end.usage));
      const lost = end.reason?.kind === 'local' ? undefined : failed;
      const told: RunEnd = lost === undefined ? end : { ...end, state: 'stopped', reason: lost };
      await attempt(
        writeJson(fileSystem, join(path, 'run.json'), summaryOf(meta, started, { ...told, finished: now() })),
      );
      return failed === undefined ? success(undefined) : failure(failed);
    },

    results: () => each('succeeded', (reader, sequence) => resultRow(reader, index.place(sequence))),
  };
}
