import type { PlanStep } from '../plan.ts';
import { hashOfHex, type KeyTable } from '../run/key-table.ts';
import type { Question, StepSight } from './foresee.ts';
import { createTokenSum, type Measured, type TokenSum } from './token-meter.ts';

/** What is known of the calls of one step, over all records. */
export interface StepTally {
  readonly step: PlanStep;
  /** Records that come to it, or may. */
  records: number;
  /** Calls that the cache or a recording answers. */
  cached: number;
  /** Calls to make whose requests are known. */
  readonly rendered: TokenSum;
  /** Of those, the ones that no other record asks before: the cache may answer the others by then. */
  readonly distinct: TokenSum;
  /** Records whose last known question is not answered, and how many calls those may still make beyond it. */
  open: number;
  mostFurther: number;
  /** Records that go on after tools whose results are not known. */
  afterTools: number;
  mostAfterTools: number;
  /** Records whose question depends on answers that are not known: those that will ask, and those that may. */
  readonly awaiting: TokenSum;
  readonly undecided: TokenSum;
}

export function createTally(step: PlanStep): StepTally {
  return {
    step,
    records: 0,
    cached: 0,
    rendered: createTokenSum(),
    distinct: createTokenSum(),
    open: 0,
    mostFurther: 0,
    afterTools: 0,
    mostAfterTools: 0,
    awaiting: createTokenSum(),
    undecided: createTokenSum(),
  };
}

/** A question with its size, where it is to be asked; nobody asks for the size of one that is answered. */
export interface SizedQuestion extends Question {
  readonly size: Measured | undefined;
  /** Whether another record asks the same, and its answer would be kept. */
  readonly repeated: boolean;
}

export interface SizedSight extends Omit<StepSight, 'questions' | 'sketch'> {
  readonly questions: readonly SizedQuestion[];
  readonly sketch: Measured | undefined;
}

/** Sizes what a record asks in a step; `seen` counts the questions of all records. */
export function sizedSight(
  sight: StepSight,
  measure: (request: Question['request']) => Measured,
  seen: KeyTable,
): SizedSight {
  const questions = sight.questions.map((question) => {
    const asked = !question.known;
    const repeated = asked && sight.step.cache && seen.count(hashOfHex(question.fingerprint)) > 1;
    return { ...question, size: asked ? measure(question.request) : undefined, repeated };
  });
  return { ...sight, questions, sketch: sight.sketch && measure(sight.sketch) };
}

/** Adds what a record asks in the step. */
export function addSight(tally: StepTally, sight: SizedSight): void {
  const { end, certain, questions, sketch } = sight;
  if (end === 'skipped') return;
  tally.records += 1;
  for (const { size, repeated } of questions) {
    if (size === undefined) tally.cached += 1;
    else {
      tally.rendered.add(size);
      if (!repeated) tally.distinct.add(size);
    }
  }
  const most = (sight.step.program.outlook?.most_calls ?? 1) - questions.length;
  if (end === 'open') {
    tally.open += 1;
    tally.mostFurther += Math.max(0, most);
  } else if (end === 'tools') {
    tally.afterTools += 1;
    tally.mostAfterTools += Math.max(1, most);
  } else if (end === 'awaits' && sketch !== undefined) {
    (certain ? tally.awaiting : tally.undecided).add(sketch);
  }
}
