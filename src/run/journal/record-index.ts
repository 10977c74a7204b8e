import { column, narrowColumn, wideColumn } from './column.ts';

/** How a record ended, as the index keeps it. */
export type Outcome = 'succeeded' | 'failed' | 'skipped';

/** Where a record's part of the journal stands, in bytes. */
export interface Place {
  readonly offset: number;
  readonly length: number;
}

/** What a run keeps of every finished record: 13 bytes, by its sequence number. */
export interface RecordIndex {
  set(sequence: number, outcome: Outcome, place: Place): void;
  /** Undefined while the record has not finished. */
  outcome(sequence: number): Outcome | undefined;
  place(sequence: number): Place;
  /** The highest sequence number that was set, plus one. */
  readonly size: number;
}

const outcomes: readonly (Outcome | undefined)[] = [undefined, 'succeeded', 'failed', 'skipped'];

export function createRecordIndex(): RecordIndex {
  const offsets = wideColumn();
  const lengths = column();
  const codes = narrowColumn();
  let size = 0;

  return {
    set(sequence, outcome, { offset, length }) {
      offsets.set(sequence, offset);
      lengths.set(sequence, length);
      codes.set(sequence, outcomes.indexOf(outcome));
      size = Math.max(size, sequence + 1);
    },
    outcome: (sequence) => outcomes[codes.get(sequence)],
    place: (sequence) => ({ offset: offsets.get(sequence), length: lengths.get(sequence) }),
    get size() {
      return size;
    },
  };
}
