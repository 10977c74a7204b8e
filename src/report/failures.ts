import type { RecordFinished } from '../run/events.ts';
import { isStepFailure, stepFailures } from '../steps/step.ts';

export type FailedRecord = Extract<RecordFinished, { readonly outcome: 'failed' }>;

/** Failed records with the same code: how many, and the first of them. */
export interface FailureGroup {
  readonly code: string;
  readonly count: number;
  readonly example: FailedRecord;
}

/** Those of one step; null: the records themselves were at fault. */
export interface StepFailures extends FailureGroup {
  readonly step: string | null;
}

/** What is kept of the failures of a run: little, however many there are. */
export interface Failures {
  add(record: FailedRecord): void;
  /** In the order in which they happened. */
  first(): readonly FailedRecord[];
  /** By code, the largest first. */
  groups(): readonly FailureGroup[];
  /** By step and code, the largest first. */
  ofSteps(): readonly StepFailures[];
  /** Those that would fail again as they are. */
  alike(): FailingAlike;
}

/** How many records fail however often they are run, until something is corrected. */
export interface FailingAlike {
  readonly count: number;
  /** Of these, those whose step could make no request of them: that may be the pipeline's fault as well as theirs. */
  readonly inSteps: number;
  /** Besides, those whose answer was cut off: asked again, it most likely comes to the same length. */
  readonly cut: number;
}

/** Failures that are told one by one; the rest is in errors.jsonl. */
export const firstFew = 5;

export function collectFailures(): Failures {
  const first: FailedRecord[] = [];
  let [ofRows, inSteps, cut] = [0, 0, 0];
  const steps = new Map<string, StepFailures>();
  return {
    add(record) {
      if (first.length < firstFew) first.push(record);
      const { step, error } = record;
      if (step === null) ofRows += 1;
      else if (isStepFailure(error.code) && stepFailures[error.code] === 'input') inSteps += 1;
      else if (error.code === 'cut_answer') cut += 1;
      count(steps, `${error.code} ${step ?? ''}`, { step, code: error.code, count: 1, example: record });
    },
    first: () => first,
    groups() {
      const codes = new Map<string, FailureGroup>();
      for (const group of steps.values()) count(codes, group.code, group);
      return largestFirst(codes);
    },
    ofSteps: () => largestFirst(steps),
    alike: () => ({ count: ofRows + inSteps, inSteps, cut }),
  };
}

/** The example stays the first one. */
function count<Group extends FailureGroup>(groups: Map<string, Group>, name: string, more: Group): void {
  const known = groups.get(name);
  groups.set(name, known === undefined ? more : { ...known, count: known.count + more.count });
}

function largestFirst<Group extends FailureGroup>(groups: ReadonlyMap<string, Group>): readonly Group[] {
  return [...groups.values()].sort((one, other) => other.count - one.count);
}

/** Where the record begins in the input, as editors and terminals understand it. */
export function placeOf(record: FailedRecord, inputPath: string): string {
  return `${inputPath === '-' ? 'stdin' : inputPath}:${record.file_line ?? record.line}`;
}
