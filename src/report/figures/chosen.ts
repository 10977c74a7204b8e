import { isSampled } from '../../records/sample.ts';
import type { History } from '../../run/journal/history.ts';
import type { JournalReader } from '../../run/journal/reader.ts';
import { resultRow } from '../../run/journal/reader.ts';
import type { Outcome } from '../../run/journal/record-index.ts';

/** How many records a report shows one by one. */
export interface ShownRecords {
  /** Failed ones at most. */
  readonly failed: number;
  /** Of the others, drawn at random. */
  readonly others: number;
  /** What the drawing goes by: the same one takes the same records. */
  readonly seed: number;
}

/** The records to show, by their sequence in the input: all that failed, or a sample of them, and a sample of the rest. */
export function chooseRecords(
  { index, outcomes }: Pick<History, 'index' | 'outcomes'>,
  { failed, others, seed }: ShownRecords,
): readonly number[] {
  const isFailureShown = isSampled({ size: failed, seed }, outcomes.failed);
  const isOtherShown = isSampled({ size: others, seed }, outcomes.succeeded + outcomes.skipped);
  const chosen: number[] = [];
  let failures = 0;
  let rest = 0;
  for (let sequence = 0; sequence < index.size; sequence += 1) {
    const outcome = index.outcome(sequence);
    if (outcome === undefined) continue;
    if (outcome === 'failed' ? isFailureShown(failures++) : isOtherShown(rest++)) chosen.push(sequence);
  }
  return chosen;
}

/** A record to be shown, found in the journal. */
export interface ChosenRecord {
  readonly sequence: number;
  readonly key: string;
  readonly outcome: Outcome;
}

/** Whose lines are to be looked for. */
export async function readChosen(
  sequences: readonly number[],
  { index }: Pick<History, 'index'>,
  reader: JournalReader,
): Promise<readonly ChosenRecord[]> {
  // In the order of the file, which is read a block at a time.
  const inFile = sequences.toSorted((one, other) => index.place(one).offset - index.place(other).offset);
  const chosen: ChosenRecord[] = [];
  for (const sequence of inFile) {
    const outcome = index.outcome(sequence);
    const { key } = await resultRow(reader, index.place(sequence));
    if (outcome !== undefined) chosen.push({ sequence, key, outcome });
  }
  return chosen;
}
