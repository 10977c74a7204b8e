import { isDeepStrictEqual } from 'node:util';
import type { JsonValue } from '../../json/json.ts';
import type { Message } from '../../models/contract.ts';
import type { Trial, TrialStep } from '../../trial/trial.ts';

/** What a step asked and gave when it last succeeded. */
export interface LastAnswer {
  /** Of its first question. */
  readonly messages: readonly Message[];
  readonly output: JsonValue;
}

/** By the steps' ids; what a later trial is held against. */
export type LastAnswers = ReadonlyMap<string, LastAnswer>;

/** The answers after a trial: those of steps that did not succeed in it stay what they were. */
export function answersAfter(before: LastAnswers, { steps }: Trial): LastAnswers {
  const answers = new Map(before);
  for (const { step, calls, value } of steps) {
    const [first] = calls;
    if (value === undefined) continue;
    answers.set(step.id, { messages: first?.request.messages ?? [], output: value.output });
  }
  return answers;
}

/** Whether the step has asked what it had asked before, so far. */
export function asksTheSame({ calls: [first] }: TrialStep, { messages }: LastAnswer): boolean {
  return first !== undefined && isDeepStrictEqual(first.request.messages, messages);
}

export function isSameAnswer({ value }: TrialStep, { output }: LastAnswer): boolean {
  return value !== undefined && isDeepStrictEqual(value.output, output);
}
