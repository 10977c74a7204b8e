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
  // A copy: when a record that is run again has ended, the index tells of its new end already.
  const before = new Uint8Array(index.size);
  for (let sequence = 0; sequence < before.length; sequence += 1) {
    const outcome = index.outcome(sequence);
    if (outcome === undefined) continue;
    counts[outcome] += 1;
    before[sequence] = outcomes.indexOf(outcome) + 1;
  }
  return {
    counts,
    count({ sequence, outcome }) {
      const replaced = outcomes[(before[sequence] ?? 0) - 1];
      if (replaced !== undefined) {
        counts[replaced] -= 1;
        before[sequence] = 0;
      }
      counts[outcome] += 1;
    },
  };
}

const outcomes: readonly Outcome[] = ['succeeded', 'failed', 'skipped'];
