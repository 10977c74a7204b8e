import type { Counts } from '../events.ts';
import { column, narrowColumn } from './column.ts';

/** How a record ended, as the index keeps it. */
export type Outcome = 'succeeded' | 'failed' | 'skipped';

/** Where a record's part of the journal stands, in bytes. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** What a run keeps of every finished record: 10 bytes, by its sequence number. */
export interface RecordIndex {
  set(sequence: number, outcome: Outcome, place: Place): void;
  /** Undefined while the record has not finished. */
  outcome(sequence: number): Outcome | undefined;
  place(sequence: number): Place;
  /** The highest sequence number that was set, plus one. */
  readonly size: number;
  /** How many records have ended how, each by its last end; it goes on counting. */
  readonly counts: Readonly<Pick<Counts, Outcome>>;
}

const outcomes: readonly (Outcome | undefined)[] = [undefined, 'succeeded', 'failed', 'skipped'];

/** An offset has 32 bits in one column and 14 in another, beside the 2 of the outcome: it ends at 64 TB. */
const low = 2 ** 32;
const ofOutcome = 4;

export function createRecordIndex(): RecordIndex {
  const offsets = column();
  const lengths = column();
  const codes = narrowColumn();
  const counts = { succeeded: 0, failed: 0, skipped: 0 };
  let size = 0;

  const outcomeOf = (sequence: number): Outcome | undefined => outcomes[codes.get(sequence) % ofOutcome];

  return {
    set(sequence, outcome, { offset, length }) {
      const high = Math.floor(offset / low);
      if (high * ofOutcome > 0xffff) throw new RangeError(`a journal of ${offset} bytes is too long`);
      const before = outcomeOf(sequence);
      if (before !== undefined) counts[before] -= 1;
      counts[outcome] += 1;
      offsets.set(sequence, offset % low);
      lengths.set(sequence, length);
      codes.set(sequence, high * ofOutcome + outcomes.indexOf(outcome));
      size = Math.max(size, sequence + 1);
    },
    outcome: outcomeOf,
    place(sequence) {
      const offset = Math.floor(codes.get(sequence) / ofOutcome) * low + offsets.get(sequence);
      return { offset, length: lengths.get(sequence) };
    },
    get size() {
      return size;
    },
    counts,
  };
}
