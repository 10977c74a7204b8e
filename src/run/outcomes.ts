import type { RecordFinished } from './events.ts';
import type { Outcome, RecordIndex } from './journal/record-index.ts';

/** How many records have ended how, over all sessions of a run: each counts once, by its last end. */
export interface OutcomeCounts {
  readonly counts: Readonly<Record<Outcome, number>>;
  count(record: Pick<RecordFinished, 'sequence' | 'outcome'>): void;
}

/** Begins with what earlier sessions have left in the index. */
export function countOutcomes(index: Pick<RecordIndex, 'size' | 'outcome'>): OutcomeCounts {
  const counts: Record<Outcome, number> = { succeeded: 0, failed: 0, skipped: 0 };
  // Only these are run again: by then the index tells of their new end.
  const hadFailed = new Uint8Array(index.size);
  for (let sequence = 0; sequence < hadFailed.length; sequence += 1) {
    const outcome = index.outcome(sequence);
    if (outcome !== undefined) counts[outcome] += 1;
    if (outcome === 'failed') hadFailed[sequence] = 1;
  }
  return {
    counts,
    count({ sequence, outcome }) {
      if (hadFailed[sequence] === 1) {
        counts.failed -= 1;
        hadFailed[sequence] = 0;
      }
      counts[outcome] += 1;
    },
  };
}
