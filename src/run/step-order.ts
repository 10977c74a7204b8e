import type { PlanStep } from '../plan.ts';

/** The steps' dependencies as indexes into the plan's steps, worked out once for all records. */
export interface StepOrder {
  /** Steps that await none. */
  readonly first: readonly number[];
  /** For each step, those that await it. */
  readonly next: readonly (readonly number[])[];
  /** For each step, how many it awaits. */
  readonly awaited: readonly number[];
}

export function stepOrder(steps: readonly PlanStep[]): StepOrder {
  const index = new Map(steps.map(({ id }, at) => [id, at]));
  const next: number[][] = steps.map(() => []);
  const awaited = steps.map(({ after }, at) => {
    const earlier = new Set(after.flatMap((id) => index.get(id) ?? []));
    for (const step of earlier) next[step]?.push(at);
    return earlier.size;
  });
  return { first: awaited.flatMap((count, at) => (count === 0 ? [at] : [])), next, awaited };
}
