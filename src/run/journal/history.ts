import { failure, success, type Result } from '../../result.ts';
import type { StopReason } from '../events.ts';
import type { Counts, ToolCounts } from '../totals.ts';
import { errorCode, type FileSystem, type ReadableFile } from '../file-system.ts';
import type { UsageSums } from '../usage-ledger.ts';
import { lossOf, unreadJournal, type ToldOfJournal } from './damage.ts';
import type { JournalReader } from './reader.ts';
import { foldJournal, type Folded } from './fold.ts';
import type { Outcome, RecordIndex } from './record-index.ts';
import { readReplay, type Replay } from './replay.ts';
import type { Spent } from './spending.ts';

/** What earlier sessions of a run have left, read back from its journal. */
export interface History {
  /**
   * Bytes of the journal that are sound; what follows was torn by a crash, and is to be cut off before anything is
   * written.
   */
  readonly length: number;
  /** The `id` of the run that it is of; undefined where it does not say. */
  readonly run: string | undefined;
  readonly sessions: number;
  /** The byte at which the line of the last forced session begins; 0 where there was none. */
  readonly forcedAt: number;
  /** Where each finished record stands, failed ones too, by its sequence in its session. */
  readonly index: RecordIndex;
  /** How many records ended how, each by its last end. */
  readonly outcomes: Pick<Counts, Outcome>;
  /** Of all calls; to be given to the ledger that goes on with it. */
  readonly usage: UsageSums;
  readonly tool_calls: ToolCounts;
  readonly spent: Spent;
  /**
   * Whether the record of this key is through, and stands in the index at this sequence. Of another key there it is taken
   * for that one with a probability of 1 in 4 billion.
   */
  isAt(sequence: number, key: string): boolean;
  /**
   * What was answered for the record of this key, which is to be run again; undefined where it never came to a call. Where
   * it failed by what its last answer said, or by a tool, that is not among them: it is done anew. Rejects with the file
   * system's error.
   */
  replayOf(key: string, reader: JournalReader): Promise<Replay | undefined>;
}

export interface HistoryOptions {
  /** No record counts as ended, since pipeline or input are others now; what was answered for any may be of use again. */
  readonly all?: boolean;
  /** A process is at work on the run: what its session has in flight is not lost, and counts once it has ended. */
  readonly goesOn?: boolean;
}

/** Reads a journal from its begin to its end. Fails where it is damaged elsewhere than at its end. */
export async function readHistory(
  fileSystem: FileSystem,
  path: string,
  options: HistoryOptions = {},
): Promise<Result<History, StopReason>> {
  try {
    const file = await fileSystem.openToRead(path);
    try {
      const folded = await foldSessions(file, path, options);
      return folded.ok ? success(historyOf(folded.value)) : folded;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return failure(unreadJournal(path, error));
  }
}

/** The same; fails as well where it is not the whole journal that its run.json tells of. */
export async function readWholeHistory(
  fileSystem: FileSystem,
  path: string,
  told: ToldOfJournal,
  options: HistoryOptions = {},
): Promise<Result<History, StopReason>> {
  const history = await readHistory(fileSystem, path, options);
  const lost = history.ok ? lossOf(path, history.value, told) : undefined;
  return lost === undefined ? history : failure(lost);
}

/**
 * A forced session is found after the records that it has done away with: their answers were let go by then, so that
 * the journal is read once more.
 */
async function foldSessions(
  file: ReadableFile,
  path: string,
  { all = false, goesOn = false }: HistoryOptions,
): Promise<Result<Folded, StopReason>> {
  const fold = (keepBefore: number) => foldJournal(file, path, { keepBefore, goesOn });
  if (all) return fold(Infinity);
  const folded = await fold(0);
  return folded.ok && folded.value.forcedAt > 0 ? fold(folded.value.forcedAt) : folded;
}

function historyOf(folded: Folded): History {
  const { records, index, length, run, sessions, forcedAt, usage, tool_calls, spent } = folded;
  return {
    length,
    run,
    sessions,
    forcedAt,
    index,
    outcomes: { ...index.counts },
    usage,
    tool_calls,
    spent,
    isAt: (sequence, key) => records.isAt(sequence, key),
    async replayOf(key, reader) {
      const record = records.unfinished(key);
      return record && readReplay(record, reader);
    },
  };
}
