import type { Plan, PlanStep } from '../plan.ts';
import { costOf } from '../usage/cost.ts';
import { priceOf } from '../usage/prices.ts';
import type { EarlierStep } from './earlier.ts';
import { addOrUnknown, mapRange, times } from './range.ts';
import type { Range } from './range.ts';
import type { StepTally } from './tally.ts';

/** What the calls of a step come to. */
export interface StepForecast {
  readonly step: PlanStep;
  readonly records: number;
  readonly cached: number;
  /** Calls to make. */
  readonly calls: Range;
  readonly input: Range;
  readonly output: Range;
  readonly cost_usd: Range;
}

/** How far a count of Mistral's tokenizer may be off: for its own models, and for those of others. */
const margins = { own: 0.1, other: 0.3 };

/** Tokens of the words that ask for a corrected answer, at most. */
const correction = 400;

export function marginOf({ model }: Pick<PlanStep, 'model'>): number {
  return model.provider === 'mistralai' ? margins.own : margins.other;
}

/** Whether the input is as it is expected, but for what the tokenizer may be off. */
export function isWithinMargin({ step, input: { min, expected, max } }: StepForecast): boolean {
  if (min === null || expected === null || max === null) return false;
  const off = expected * marginOf(step) + rounding;
  return expected - min <= off && max - expected <= off;
}

/** By how much two rounded numbers may lie further apart than they do. */
const rounding = 1;

/** What is known of the calls, and what earlier runs tell of those that are not. */
export function forecastStep(
  tally: StepTally,
  plan: Plan,
  earlier: ReadonlyMap<string, EarlierStep>,
): StepForecast {
  const { step, records, cached } = tally;
  const calls = callsOf(tally, earlier.get(step.id));
  const input = calls.max === 0 ? nothing : inputOf(tally, calls, plan, earlier);
  const output = calls.max === 0 ? nothing : outputOf(step, calls, earlier.get(step.id));
  const whole = (range: Range) => mapRange(range, Math.round);
  const cost_usd = costsOf(step, input, output, plan);
  // Whole tokens already here, so that the sums of all steps are those of what is told of each.
  return { step, records, cached, calls, input: whole(input), output: whole(output), cost_usd };
}

const nothing: Range = { min: 0, expected: 0, max: 0 };

function mostCalls({ program }: PlanStep): number {
  return program.outlook?.most_calls ?? 1;
}

/** Calls beyond those that are known, as many as earlier runs made. */
function furtherCalls({ open, mostFurther, afterTools, mostAfterTools }: StepTally, before?: EarlierStep) {
  const beyondFirst = Math.max(0, (before?.calls ?? 1) - 1);
  return {
    open: Math.min(open * beyondFirst, mostFurther),
    afterTools: Math.min(afterTools * Math.max(1, beyondFirst), mostAfterTools),
  };
}

function callsOf(tally: StepTally, before?: EarlierStep): Range {
  const { rendered, distinct, awaiting, undecided, afterTools, mostFurther, mostAfterTools } = tally;
  const further = furtherCalls(tally, before);
  const perRecord = before?.calls ?? 1;
  const mayAsk = awaiting.requests + undecided.requests;
  return {
    min: distinct.requests + afterTools + awaiting.requests,
    expected:
      rendered.requests +
      further.open +
      further.afterTools +
      (awaiting.requests + undecided.requests * (before?.share ?? 1)) * perRecord,
    max: rendered.requests + mostFurther + mostAfterTools + mayAsk * mostCalls(tally.step),
  };
}

function inputOf(
  tally: StepTally,
  calls: Range,
  plan: Plan,
  earlier: ReadonlyMap<string, EarlierStep>,
): Range {
  const { step, rendered, distinct, awaiting, undecided } = tally;
  const margin = marginOf(step);
  const [first, least] = [rendered.total(margin), distinct.total(margin)];
  const [will, may] = [awaiting.total(margin), undecided.total(margin)];
  return {
    min: least.min + will.min,
    expected: addOrUnknown(first.expected, laterInput(tally, earlier), awaitedInput(tally, earlier)),
    max: addOrUnknown(
      first.max,
      will.max,
      may.max,
      times(awaiting.requests + undecided.requests, longestAnswers(step, plan)),
      furtherMost(tally, calls, first.max + will.max + may.max, plan, earlier.get(step.id)),
    ),
  };
}

/** Expected tokens of the calls that follow known ones; null where nobody can tell. */
function laterInput(tally: StepTally, earlier: ReadonlyMap<string, EarlierStep>): number | null {
  const { step, open, afterTools } = tally;
  const before = earlier.get(step.id);
  if (open + afterTools === 0) return 0;
  // Repairs are the exception; that tools are called is why they are there.
  if (before === undefined) return step.program.outlook?.runs_tools === true ? null : 0;
  const further = furtherCalls(tally, before);
  const count = further.open + further.afterTools;
  return count === 0 ? 0 : times(count, before.input.later ?? before.input.longest);
}

/** Expected tokens of the calls whose requests await answers; null where nobody can tell. */
function awaitedInput(
  { step, awaiting, undecided }: StepTally,
  earlier: ReadonlyMap<string, EarlierStep>,
): number | null {
  const before = earlier.get(step.id);
  const records = awaiting.requests + undecided.requests * (before?.share ?? 1);
  if (records === 0) return 0;
  if (before !== undefined && !before.changed) return records * before.input.record;
  // What is known of the prompt, and answers as long as they were before.
  const answers = step.after.map((id) => times(step.reads?.[id] ?? 1, earlier.get(id)?.output.mean ?? null));
  const known = awaiting.total(0).expected + undecided.total(0).expected;
  return addOrUnknown(known, times(records, addOrUnknown(...answers)));
}

/** Tokens that the answers which a step reads may have at most in one of its requests. */
function longestAnswers(step: PlanStep, { steps }: Plan): number | null {
  const read = step.after.map((id) => {
    const longest = steps.find((one) => one.id === id)?.max_output_tokens ?? null;
    return times(step.reads?.[id] ?? 1, longest);
  });
  return addOrUnknown(...read);
}

/** Input of the calls beyond a record's first, at most: each repeats the conversation, which only grows. */
function furtherMost(
  { step, rendered, awaiting, undecided }: StepTally,
  calls: Range,
  firsts: number,
  plan: Plan,
  before: EarlierStep | undefined,
): number | null {
  const asking = rendered.requests + awaiting.requests + undecided.requests;
  const further = (calls.max ?? 0) - asking;
  if (further === 0) return 0;
  if (step.program.outlook?.runs_tools === true) {
    return times(further, before === undefined ? null : before.input.longest * (1 + marginOf(step)));
  }
  const first = asking === 0 ? 0 : firsts / asking;
  const added = times(mostCalls(step), addOrUnknown(step.max_output_tokens, correction));
  return times(further, addOrUnknown(first, longestAnswers(step, plan), added));
}

function outputOf(step: PlanStep, calls: Range, before: EarlierStep | undefined): Range {
  const least = before === undefined || before.changed ? 1 : before.output.least;
  return {
    min: times(calls.min ?? 0, least),
    expected: times(calls.expected ?? 0, before?.output.mean ?? null),
    max: times(calls.max ?? 0, step.max_output_tokens),
  };
}

/** Input that the provider may have cached counts in full. */
function costsOf({ model }: PlanStep, input: Range, output: Range, { prices }: Plan): Range {
  const price = priceOf(model.name, prices);
  const cost = (bound: keyof Range) => {
    const [input_tokens, output_tokens] = [input[bound], output[bound]];
    const total_tokens = addOrUnknown(input_tokens, output_tokens);
    return costOf({ input_tokens, output_tokens, total_tokens, cached_input_tokens: null }, price);
  };
  return { min: cost('min'), expected: cost('expected'), max: cost('max') };
}
