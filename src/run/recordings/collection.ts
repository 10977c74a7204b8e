import { hash as digest } from 'node:crypto';
import type { Fingerprint } from '../fingerprint.ts';
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
import { saidBy, type Said } from './said.ts';

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
  /**
   * What the file is to be, where it has these entries `now`: those that it did not have when the recording began are
   * another's, and stay. The changes are counted from when it began. `prune`: without what nothing has used.
   */
  result(prune: boolean, now?: Recordings): Promise<CollectionResult>;
}

export interface CollectionResult extends Omit<RecordingChange, 'path'> {
  /** Whether the file has these lines in this order already. */
  readonly unchanged: boolean;
  /** All lines of the file, without their newlines. */
  lines(): AsyncIterable<string>;
}

interface NewLine {
  readonly line: StoredLine;
  /** A hash, which tells whether another answer says the same; absent where the line was read back. */
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
    const same = known === undefined ? old !== undefined && hashOf(old) === said : known.said === said;
    if (same || (known !== undefined && !anew)) {
      if (first) store.used(position, fingerprint);
    } else fresh.set(fingerprint, { line: store.keep(position, line), said });
  }

  async function result(prune: boolean, now: Recordings = file): Promise<CollectionResult> {
    const current = new Map(now.entries.map(({ fingerprint, text }) => [fingerprint, text]));
    const used = [...positions]
      .sort(([, one], [, other]) => comparePositions(one, other))
      .map(([name]) => name);
    const old = [...current.keys()];
    const order = prune
      ? mergeOrder(
          used,
          old.filter((name) => positions.has(name) || !before.has(name)),
        )
      : mergeOrder(old, used);
    let [added, replaced, kept] = [0, 0, 0];
    let unchanged = order.length === old.length && order.every((name, at) => name === old[at]);
    for (const name of order) {
      const line = fresh.get(name)?.line;
      const [was, is] = [before.get(name)?.text, current.get(name)];
      // What an interrupted session has recorded may stand in the file already.
      const text = was === undefined && is === undefined ? undefined : await line?.read();
      if (line !== undefined && (is === undefined || text !== is)) unchanged = false;
      if (line === undefined || (was !== undefined && text === was)) kept += 1;
      else if (was === undefined) added += 1;
      else replaced += 1;
    }
    const staying = new Set(order);
    const dropped = [...before.keys()].filter((name) => !staying.has(name)).length;
    return {
      added,
      replaced,
      kept,
      dropped,
      unchanged,
      async *lines() {
        for (const name of order) {
          const line = fresh.get(name)?.line;
          yield line === undefined ? (current.get(name) ?? before.get(name)?.text ?? '') : await line.read();
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
      const said = hashOf({ type: 'answer', simulated: answer.simulated, entry: answer.entry });
      take(store, position, { fingerprint: answer.entry.fingerprint, said, line: answerLine(answer) }, anew);
    },
    tool(store, position, tool, anew) {
      const said = hashOf({ type: 'tool', outcome: tool.outcome });
      take(store, position, { fingerprint: tool.fingerprint, said, line: toolLine(tool) }, anew);
    },
    recall(position, fingerprint, line) {
      place(fingerprint, position);
      if (line !== undefined) fresh.set(fingerprint, { line });
    },
    result,
  };
}

/** Of what an entry answers, and of whether that was made up. In place of the text, which may be long. */
function hashOf(entry: Said & { readonly simulated?: boolean }): string {
  return digest('sha256', `${entry.simulated === true ? 'simulated' : 'real'} ${saidBy(entry)}`, 'base64');
}

function entryOf(line: string): ReadEntry | undefined {
  const read = readRecorded(JSON.parse(line) as Parameters<typeof readRecorded>[0]);
  return read.ok ? read.value : undefined;
}
