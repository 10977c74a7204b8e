import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Plan } from '../plan.ts';
import type { StopReason } from './events.ts';
import { checkKeys } from './model-keys.ts';
import type { RunOptions } from './options.ts';
import { checkToolEnv } from './tool-env.ts';

export interface Start {
  readonly env: RunOptions['env'];
  /** Whether the providers' own servers are asked, which want keys. */
  readonly live: boolean;
}

/**
 * What a run lacks and cannot begin without: keys of models, variables of tools. To be asked before a run, too, so that
 * none is begun in vain.
 */
export async function checkStart(plan: Plan, { env, live }: Start): Promise<readonly Diagnostic[]> {
  return [...(live ? checkKeys(plan, env) : []), ...checkToolEnv(plan, env)];
}

/** All that a run lacks, as one reason not to begin. */
export async function refusedStart(
  plan: Plan,
  { env, simulator, openModel }: RunOptions,
): Promise<StopReason | undefined> {
  const mistakes = await checkStart(plan, { env, live: simulator === undefined && openModel === undefined });
  const [first] = mistakes;
  if (first === undefined) return undefined;
  const sentences = mistakes.map(({ message, hint }) =>
    hint === undefined ? message : `${message}. ${hint}`,
  );
  return { kind: 'input', code: first.code.replaceAll('-', '_'), message: sentences.join('. ') };
}
