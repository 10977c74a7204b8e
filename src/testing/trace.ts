import type { JsonObject } from '../json/json.ts';
import type { CallOutcome, ModelRequest } from '../models/contract.ts';
import type { Plan } from '../plan.ts';
import { observed, type StepObserver } from '../steps/observe.ts';
import type { StepValue } from '../steps/step.ts';

/** What a step asked for one record, what it was answered, and what became of that. */
export interface StepTrace {
  readonly step: string;
  readonly calls: readonly { readonly request: ModelRequest; readonly outcome: CallOutcome }[];
  /** Absent where the step did not succeed. */
  readonly value?: StepValue;
}

/** The steps that ran for a record, by their ids. */
export type RecordTrace = Map<string, StepTrace>;

/**
 * The pipeline, whose steps write down what they ask and answer. Which record they are at work for is known by the object
 * that `input` is in their scope, so each record must be an object of its own.
 */
export function tracedPlan(plan: Plan, traces: ReadonlyMap<unknown, RecordTrace>): Plan {
  return {
    ...plan,
    steps: plan.steps.map((step) => ({
      ...step,
      program: observed(step.program, ({ input }) => observerOf(step.id, traces.get(input))),
    })),
  };
}

function observerOf(step: string, trace: RecordTrace | undefined): StepObserver | undefined {
  if (trace === undefined) return undefined;
  const calls: StepTrace['calls'][number][] = [];
  trace.set(step, { step, calls });
  return {
    asked: (request) => (outcome) => calls.push({ request, outcome }),
    called: () => () => undefined,
    ended(result) {
      if (result.ok) trace.set(step, { step, calls, value: result.value });
    },
  };
}

/** What templates read as `steps`. */
export function stepValues(trace: RecordTrace): JsonObject {
  const values = [...trace.values()].flatMap(({ step, value }) =>
    value === undefined ? [] : [[step, value] as const],
  );
  return Object.fromEntries(values) as unknown as JsonObject;
}
