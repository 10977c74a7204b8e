import type { Plan } from '../plan.ts';

/**
 * The pipeline with one step and those that it needs alone. A result row has no place in it: `output` may read any step, so
 * the row is null, and what is wanted is the step's own output. The step has to be one of the plan.
 */
export function planUpTo(plan: Plan, id: string): Plan {
  const needed = new Set([id]);
  // Each step comes after those that it awaits.
  for (const step of plan.steps.toReversed()) {
    if (needed.has(step.id)) step.after.forEach((before) => needed.add(before));
  }
  const { output_reads: _, ...whole } = plan;
  return {
    ...whole,
    steps: plan.steps.filter((step) => needed.has(step.id)),
    output: { kind: 'constant', value: null },
  };
}
