import type { JsonObject } from '../json/json.ts';
import { providers } from '../models/registry.ts';
import type { Plan, PlanStep } from '../plan.ts';
import type { RecordItem } from '../records/record.ts';
import { examine } from './examine.ts';
import type { Images } from './images.ts';
import type { RecordKey } from './keys.ts';
import { decide } from './when.ts';

/** What is known of one step for one record before a run. */
export type Preview =
  | { readonly kind: 'request'; readonly url: string; readonly body: JsonObject }
  /** A `when` holds it back. */
  | { readonly kind: 'skipped' }
  /** What it would say depends on the outputs of these steps. */
  | { readonly kind: 'awaits'; readonly steps: readonly string[] }
  /** The record would fail here. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string };

export interface StepPreview {
  /** Undefined where the record never comes to its steps. */
  readonly step: PlanStep | undefined;
  readonly preview: Preview;
}

/** What a run would do with a record until the first answer of a model; executes nothing. */
export async function previewRecord(
  plan: Plan,
  item: RecordItem,
  key: RecordKey,
  images: Images,
): Promise<readonly StepPreview[]> {
  const examined = examine(item, key, plan);
  if (!examined.ok) return [{ step: undefined, preview: failed(examined.error.error) }];
  const scope = { input: examined.value, vars: plan.vars, steps: {} };
  if (plan.input.when !== undefined) {
    const decision = decide(plan.input.when, '`input.when`', scope);
    if (!decision.ok) return [{ step: undefined, preview: failed(decision.error) }];
    if (!decision.value) return [{ step: undefined, preview: { kind: 'skipped' } }];
  }
  const previews: StepPreview[] = [];
  for (const step of plan.steps) previews.push({ step, preview: await previewStep(step, scope, images) });
  return previews;
}

type FirstScope = Readonly<Record<'input' | 'vars' | 'steps', JsonObject>>;

async function previewStep(step: PlanStep, scope: FirstScope, images: Images): Promise<Preview> {
  if (step.after.length > 0) return { kind: 'awaits', steps: step.after };
  if (step.when !== undefined) {
    const decision = decide(step.when, `the \`when\` of step \`${step.id}\``, scope);
    if (!decision.ok) return failed(decision.error);
    if (!decision.value) return { kind: 'skipped' };
  }
  const request = step.program.render(scope);
  if (!request.ok) return failed(request.error);
  const whole = await images.embed(request.value);
  if (!whole.ok) return failed(whole.error);
  const provider = providers.get(step.model.provider);
  if (provider === undefined) throw new Error(`no provider ${step.model.provider}: the plan was not checked`);
  const { model, stream } = step;
  const url = provider.url(model, stream);
  return { kind: 'request', url, body: provider.body(model, whole.value, stream) };
}

function failed({ code, message }: { readonly code: string; readonly message: string }): Preview {
  return { kind: 'error', code, message };
}
