import type { RecordFinished } from '../run/events.ts';

export type FailedRecord = Extract<RecordFinished, { readonly outcome: 'failed' }>;

/** Failed records with the same code: how many, and the first of them. */
export interface FailureGroup {
  readonly code: string;
  readonly count: number;
  readonly example: FailedRecord;
}

/** What is kept of the failures of a run: little, however many there are. */
export interface Failures {
  add(record: FailedRecord): void;
  /** In the order in which they happened. */
  first(): readonly FailedRecord[];
  /** The largest first. */
  groups(): readonly FailureGroup[];
  /** How many of the records were at fault themselves, not a step. */
  ofRows(): number;
}

/** Failures that are told one by one; the rest is in errors.jsonl. */
export const firstFew = 5;

export function collectFailures(): Failures {
  const first: FailedRecord[] = [];
  let ofRows = 0;
  const groups = new Map<string, { readonly code: string; count: number; readonly example: FailedRecord }>();
  return {
    add(record) {
      if (first.length < firstFew) first.push(record);
      if (record.step === null) ofRows += 1;
      const { code } = record.error;
      const group = groups.get(code);
      if (group === undefined) groups.set(code, { code, count: 1, example: record });
      else group.count += 1;
    },
    first: () => first,
    groups: () => [...groups.values()].sort((one, other) => other.count - one.count),
    ofRows: () => ofRows,
  };
}

/** Where the record begins in the input, as editors and terminals understand it. */
export function placeOf(record: FailedRecord, inputPath: string): string {
  return `${inputPath === '-' ? 'stdin' : inputPath}:${record.line}`;
}
