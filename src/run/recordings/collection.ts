import type { Entry } from '../entry.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { JsonValue } from '../../json/json.ts';
import type { ToolOutcome } from '../../tools/tool.ts';
import { canonicalJson } from '../canonical.ts';
import type { RecordingChange } from './change.ts';
import type { LineStore, StoredLine } from './line-store.ts';
import {
  answerLine,
  readRecorded,
  toolLine,
  type AnswerToRecord,
  type ReadEntry,
  type ToolToRecord,
} from './lines.ts';
import { comparePositions, mergeOrder, type Position } from './order.ts';
import type { Recordings } from './recordings.ts';

/** The entries of a recording that is being made: those of its file, and what is new. */
export interface Collection {
  /**
   * What is known of a question. `anew`: not by what this recording itself has brought, since that has made its record
   * fail.
   */
  find(fingerprint: Fingerprint, anew: boolean): Promise<ReadEntry | undefined>;
  /**
   * An answer was of use at this position: it is recorded where it is not what the file says already. `anew`: it takes the
   * place of what was recorded before.
   */
  answer(store: LineStore, position: Position, answer: AnswerToRecord, anew: boolean): void;
  tool(store: LineStore, position: Position, tool: ToolToRecord, anew: boolean): void;
  /** A line that an earlier session of a run has recorded. */
  recall(position: Position, fingerprint: Fingerprint, line: StoredLine | undefined): void;
  result(prune: boolean): CollectionResult;
}

export interface CollectionResult extends Omit<RecordingChange, 'path'> {
  /** Whether the file has these lines in this order already. */
  readonly unchanged: boolean;
  /** All lines of the file, without their newlines. */
  lines(): AsyncIterable<string>;
}

interface NewLine {
  readonly line: StoredLine;
  /** Tells whether another answer says the same; absent where the line was read back. */
  readonly said?: string;
}

export function createCollection(
  file: Recordings,
  { refresh, simulated }: { readonly refresh: boolean; readonly simulated: boolean },
): Collection {
  const before = new Map(file.entries.map((entry) => [entry.fingerprint, entry]));
  const fresh = new Map<Fingerprint, NewLine>();
  const positions = new Map<Fingerprint, Position>();

  /** What the file says of a question and may be used; what was made up does not answer a real run. */
  function fitting(fingerprint: Fingerprint): ReadEntry | undefined {
    const entry = refresh ? undefined : before.get(fingerprint);
    return entry?.type === 'answer' && entry.simulated && !simulated ? undefined : entry;
  }

  /** Whether the position is the first so far. */
  function place(fingerprint: Fingerprint, position: Position): boolean {
    const first = positions.get(fingerprint);
    if (first !== undefined && comparePositions(position, first) >= 0) return false;
    positions.set(fingerprint, position);
    return true;
  }

  function take(
    store: LineStore,
    position: Position,
    entry: { readonly fingerprint: Fingerprint; readonly said: string; readonly line: string },
    anew: boolean,
  ): void {
    const { fingerprint, said, line } = entry;
    const first = place(fingerprint, position);
    const known = fresh.get(fingerprint);
    const old = before.get(fingerprint);
    const same = known === undefined ? old !== undefined && saidBy(old) === said : known.said === said;
    if (same || (known !== undefined && !anew)) {
      if (first) store.used(position, fingerprint);
    } else fresh.set(fingerprint, { line: store.keep(position, line), said });
  }

  function result(prune: boolean): CollectionResult {
    const used = [...positions]
      .sort(([, one], [, other]) => comparePositions(one, other))
      .map(([name]) => name);
    const old = [...before.keys()];
    const order = prune ? used : mergeOrder(old, used);
    const added = order.filter((name) => !before.has(name)).length;
    const replaced = order.filter((name) => before.has(name) && fresh.has(name)).length;
    const kept = order.length - added - replaced;
    return {
      added,
      replaced,
      kept,
      dropped: old.length - kept - replaced,
      unchanged:
        added + replaced === 0 && order.length === old.length && order.every((name, at) => name === old[at]),
      async *lines() {
        for (const name of order) {
          const line = fresh.get(name);
          yield line === undefined ? (before.get(name)?.text ?? '') : await line.line.read();
        }
      },
    };
  }

  return {
    async find(fingerprint, anew) {
      const known = fresh.get(fingerprint);
      if (known === undefined) return fitting(fingerprint);
      return anew ? undefined : entryOf(await known.line.read());
    },
    answer(store, position, answer, anew) {
      const said = saidBy({ type: 'answer', simulated: answer.simulated, entry: answer.entry });
      take(store, position, { fingerprint: answer.entry.fingerprint, said, line: answerLine(answer) }, anew);
    },
    tool(store, position, tool, anew) {
      const said = saidBy({ type: 'tool', outcome: tool.outcome });
      take(store, position, { fingerprint: tool.fingerprint, said, line: toolLine(tool) }, anew);
    },
    recall(position, fingerprint, line) {
      place(fingerprint, position);
      if (line !== undefined) fresh.set(fingerprint, { line });
    },
    result,
  };
}

type Said =
  | { readonly type: 'answer'; readonly simulated: boolean; readonly entry: Pick<Entry, 'completion'> }
  | { readonly type: 'tool'; readonly outcome: ToolOutcome };

/** What an entry answers, as one text. What it cost is no part of it: an answer that came again is the same. */
function saidBy(entry: Said): string {
  if (entry.type === 'tool') return canonicalJson(entry.outcome as unknown as JsonValue);
  const { simulated, entry: answer } = entry;
  const completion = { ...answer.completion, request_id: null };
  return canonicalJson([simulated, completion as unknown as JsonValue]);
}

function entryOf(line: string): ReadEntry | undefined {
  const read = readRecorded(JSON.parse(line) as Parameters<typeof readRecorded>[0]);
  return read.ok ? read.value : undefined;
}
