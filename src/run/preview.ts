import type { JsonObject } from '../json/json.ts';
import { parseEndpoint } from '../models/endpoint.ts';
import { providers } from '../models/registry.ts';
import type { Plan, PlanStep } from '../plan.ts';
import { decide } from './when.ts';

/** What is known of one step for one record before a run. */
export type Preview =
  | { readonly kind: 'request'; readonly url: string; readonly body: JsonObject }
  /** The step's `when` holds it back. */
  | { readonly kind: 'skipped' }
  /** What it would say depends on the outputs of these steps. */
  | { readonly kind: 'awaits'; readonly steps: readonly string[] }
  /** The record would fail here. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

/** The first request of a step exactly as a run would send it; executes nothing. */
export function previewStep(plan: Plan, step: PlanStep, record: JsonObject): Preview {
  if (step.after.length > 0) return { kind: 'awaits', steps: step.after };
  const scope = { input: record, vars: plan.vars, steps: {} };
  if (step.when !== undefined) {
    const decision = decide(step.when, `the \`when\` of step \`${step.id}\``, scope);
    if (!decision.ok) return { kind: 'error', ...decision.error };
    if (!decision.value) return { kind: 'skipped' };
  }
  const request = step.program.render(scope);
  if (!request.ok) return { kind: 'error', code: request.error.code, message: request.error.message };
  const provider = providers.get(step.model.provider);
  if (provider === undefined) throw new Error(`no provider ${step.model.provider}: the plan was not checked`);
  const endpoint = parseEndpoint(step.model.base_url ?? provider.default_base_url);
  const url = endpoint === undefined ? '' : `${endpoint.origin}${endpoint.path}`;
  return { kind: 'request', url, body: provider.body(step.model, request.value) };
}
