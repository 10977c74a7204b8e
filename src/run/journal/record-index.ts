import type { Counts } from '../totals.ts';
import { column, narrowColumn } from './column.ts';

/** How a record ended, as the index keeps it. */
export type Outcome = 'succeeded' | 'failed' | 'skipped';

/** Where a record's part of the journal stands, in bytes. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/**
 * What a run keeps of every finished record, by its sequence number: 6 bytes; 4 more where it is one of 16,384 neighbours
 * of which one is longer than 16 kB, and 2 more from 4 GB of journal on.
 */
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

/** The offset has 32 bits in one column and 16 in another, which few journals need: it ends at 256 TB. */
const low = 2 ** 32;
/** The outcome has 2 bits, the length 14 beside them and 32 in another column, which few records need. */
const ofOutcome = 4;
const short = 2 ** 14;

export function createRecordIndex(): RecordIndex {
  const offsets = column();
  const farOffsets = narrowColumn();
  const ends = narrowColumn();
  const longLengths = column();
  const counts = { succeeded: 0, failed: 0, skipped: 0 };
  let size = 0;

  const outcomeOf = (sequence: number): Outcome | undefined => outcomes[ends.get(sequence) % ofOutcome];

  return {
    set(sequence, outcome, { offset, length }) {
      const far = Math.floor(offset / low);
      const long = Math.floor(length / short);
      if (far > 0xffff) throw new RangeError(`a journal of ${offset} bytes is too long`);
      const before = outcomeOf(sequence);
      if (before !== undefined) counts[before] -= 1;
      counts[outcome] += 1;
      offsets.set(sequence, offset % low);
      ends.set(sequence, (length % short) * ofOutcome + outcomes.indexOf(outcome));
      if (farOffsets.get(sequence) !== far) farOffsets.set(sequence, far);
      if (longLengths.get(sequence) !== long) longLengths.set(sequence, long);
      size = Math.max(size, sequence + 1);
    },
    outcome: outcomeOf,
    place(sequence) {
      return {
        offset: farOffsets.get(sequence) * low + offsets.get(sequence),
        length: longLengths.get(sequence) * short + Math.floor(ends.get(sequence) / ofOutcome),
      };
    },
    get size() {
      return size;
    },
    counts,
  };
}
