import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { ModelSettings } from '../models/contract.ts';
import { keyFor } from '../models/api-key.ts';
import type { Plan } from '../plan.ts';
import type { RunOptions } from './options.ts';

/** What is wrong with the keys of the plan's models. */
export function checkKeys(plan: Plan, env: RunOptions['env']): readonly Diagnostic[] {
  const mistakes = new Map<string, Diagnostic>();
  for (const { model } of plan.steps) {
    const key = keyFor(model, env);
    if (!key.ok) mistakes.set(key.error.message, key.error);
  }
  return [...mistakes.values()];
}

/** The key to send, where `checkKeys` finds nothing wrong. */
export function keyOf(settings: ModelSettings, env: RunOptions['env']): string | undefined {
  const key = keyFor(settings, env);
  return key.ok ? key.value : undefined;
}
