import type { JsonObject } from '../json/json.ts';
import type { CallOutcome, ModelRequest } from '../models/contract.ts';
import type { Plan, PlanStep } from '../plan.ts';
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
 * The pipeline, whose steps write down what they ask and answer: the events of a run tell neither. Which record they are at
 * work for is known by the object that `input` is in their scope, so each record must be an object of its own.
 */
export function tracedPlan(plan: Plan, traces: ReadonlyMap<unknown, RecordTrace>): Plan {
  return { ...plan, steps: plan.steps.map((step) => tracedStep(step, traces)) };
}

function tracedStep(step: PlanStep, traces: ReadonlyMap<unknown, RecordTrace>): PlanStep {
  const { program } = step;
  return {
    ...step,
    program: {
      ...program,
      async execute(scope, services) {
        const trace = traces.get(scope['input']);
        const calls: StepTrace['calls'][number][] = [];
        trace?.set(step.id, { step: step.id, calls });
        const result = await program.execute(scope, {
          ...services,
          async call(request) {
            const outcome = await services.call(request);
            calls.push({ request, outcome });
            return outcome;
          },
        });
        if (result.ok) trace?.set(step.id, { step: step.id, calls, value: result.value });
        return result;
      },
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
