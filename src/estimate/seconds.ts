import type { Plan } from '../plan.ts';
import type { Earlier } from './earlier.ts';
import type { StepForecast } from './forecast.ts';
import { simulateSchedule, type StepPace } from './schedule.ts';

/** How a record comes to the steps of the plan, in their order: to no call of the model, to one for certain, or perhaps. */
export type Shape = readonly ('none' | 'calls' | 'may call')[];

export interface Seconds {
  readonly min: number | null;
  readonly max: number | null;
}

/** Records whose calls are played through; of more, these speak for all. */
export const mostShapes = 5000;

export interface SecondsInput {
  readonly plan: Plan;
  readonly forecasts: readonly StepForecast[];
  /** Of the first records that come to a call. */
  readonly shapes: readonly Shape[];
  /** Records that come to a call, shapes or not. */
  readonly records: number;
  readonly earlier: Earlier;
  /** From 0 to 1. */
  readonly random: () => number;
}

/**
 * The seconds that a run would take, its calls played through under limits and concurrency: at least, where each takes as
 * long as one of the faster half of earlier ones and nothing that may be skipped is asked; at most, by the slower half and
 * with all of it. Without earlier runs only the limits are known, and nothing of the most.
 */
export function estimateSeconds(input: SecondsInput): Seconds {
  const { plan, shapes, records, earlier, forecasts } = input;
  if (records === 0) return { min: 0, max: 0 };
  const scale = records / shapes.length / 1000;
  const pooled = [...earlier.steps.values()].flatMap(({ durations }) => durations);
  const all = pooled.toSorted((one, other) => one - other);
  const played = (bound: 'min' | 'max') =>
    scale *
    simulateSchedule({
      plan,
      records: shapes.map((shape) =>
        shape.map((one) => one === 'calls' || (bound === 'max' && one === 'may call')),
      ),
      paces: forecasts.map((forecast) => paceOf(forecast, all, bound, input)),
    });
  const isLimited = Object.keys(plan.limits).length > 1;
  if (all.length === 0) return { min: isLimited ? played('min') : null, max: null };
  return { min: played('min'), max: played('max') };
}

function paceOf(
  { step, calls, input, output }: StepForecast,
  pooled: readonly number[],
  bound: 'min' | 'max',
  { earlier, random }: SecondsInput,
): StepPace {
  const before = earlier.steps.get(step.id);
  const durations = before?.durations ?? pooled;
  const each = (tokens: number | null) => (tokens ?? 0) / Math.max(1, calls[bound] ?? 1);
  return {
    calls: bound === 'min' ? 1 : Math.max(1, Math.ceil(before?.calls ?? 1)),
    latency: () => drawn(durations, bound, random),
    input: each(input.expected ?? input[bound]),
    output: each(output.expected ?? output.min),
  };
}

/** One of the shorter half, or of the longer. */
function drawn(durations: readonly number[], bound: 'min' | 'max', random: () => number): number {
  const half = Math.ceil(durations.length / 2);
  const begin = bound === 'min' ? 0 : durations.length - half;
  return durations[begin + Math.floor(random() * half)] ?? 0;
}
