import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { ModelSettings } from '../models/contract.ts';
import { keyFor } from '../models/api-key.ts';
import type { Plan } from '../plan.ts';
import type { StopReason } from './events.ts';
import type { RunOptions } from './options.ts';

/** What is wrong with the keys of the plan's models; to be asked before a run, too, so that none is begun in vain. */
export function checkKeys(plan: Plan, env: RunOptions['env']): readonly Diagnostic[] {
  const mistakes = new Map<string, Diagnostic>();
  for (const { model } of plan.steps) {
    const key = keyFor(model, env);
    if (!key.ok) mistakes.set(key.error.message, key.error);
  }
  return [...mistakes.values()];
}

/** All mistakes in the keys of all models, as one reason not to begin. */
export function refusedKeys(plan: Plan, { env, simulator, openModel }: RunOptions): StopReason | undefined {
  if (simulator !== undefined || openModel !== undefined) return undefined;
  const mistakes = checkKeys(plan, env);
  const [first] = mistakes;
  if (first === undefined) return undefined;
  const sentences = mistakes.map(({ message, hint }) =>
    hint === undefined ? message : `${message}. ${hint}`,
  );
  return { kind: 'input', code: first.code.replaceAll('-', '_'), message: sentences.join('. ') };
}

/** The key to send, where `checkKeys` found nothing wrong. */
export function keyOf(settings: ModelSettings, env: RunOptions['env']): string | undefined {
  const key = keyFor(settings, env);
  return key.ok ? key.value : undefined;
}
