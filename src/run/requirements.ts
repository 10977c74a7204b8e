import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { missingPackage } from '../models/packages.ts';
import type { Plan } from '../plan.ts';
import type { StopReason } from './events.ts';
import { checkKeys } from './model-keys.ts';
import type { RunOptions } from './options.ts';
import { checkToolEnv } from './tool-env.ts';

export interface Start {
  readonly env: RunOptions['env'];
  /** Whether the providers' own servers are asked, which want keys, by the providers' own packages. */
  readonly live: boolean;
  /** Whether tools are run. Default: true. */
  readonly tools?: boolean;
}

/**
 * What a run lacks and cannot begin without: packages of providers, keys of models, variables of tools. To be asked
 * before a run, too, so that none is begun in vain.
 */
export function checkStart(plan: Plan, { env, live, tools = true }: Start): readonly Diagnostic[] {
  const ofTools = tools ? checkToolEnv(plan, env) : [];
  if (!live) return ofTools;
  const providers = new Set(plan.steps.map(({ model }) => model.provider));
  const packages = [...providers].flatMap((name) => missingPackage(name) ?? []);
  return [...packages, ...checkKeys(plan, env), ...ofTools];
}

/** All that a run lacks, as one reason not to begin. */
export function refusedStart(plan: Plan, options: RunOptions): StopReason | undefined {
  const { env, simulator, openModel, replay } = options;
  const live = simulator === undefined && openModel === undefined && replay === undefined;
  const mistakes = checkStart(plan, { env, live, tools: runsTools(options) });
  const [first] = mistakes;
  if (first === undefined) return undefined;
  const hints = mistakes.flatMap(({ hint }) => hint ?? []);
  return {
    kind: 'input',
    code: first.code.replaceAll('-', '_'),
    message: mistakes.map(({ message }) => message).join('; '),
    ...(hints.length > 0 && { hint: hints.join('; ') }),
  };
}

/** Whether tools are run: a replay has what came of them, unless it is told to run them. */
export function runsTools({ replay }: Pick<RunOptions, 'replay'>): boolean {
  return replay === undefined || replay.liveTools === true;
}
