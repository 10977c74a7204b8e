import { isObject } from '../json/json.ts';
import type { Plan } from '../plan.ts';
import type { RunSummary } from '../run/run-summary.ts';
import { askedModels } from './lock.ts';

/** A model that answers under another's name, and the folder of the run that was told so. */
export interface Learned {
  readonly resolved: string;
  readonly run: string;
}

/** A run by its folder, and what it says of itself. */
export type KnownRun = readonly [folder: string, summary: RunSummary];

/**
 * Which models answer, by the identity of those that are asked: as the newest of the runs was answered that asked them.
 * A run tells models by their names alone, so where a pipeline asks two of one name it says nothing of either.
 */
export function learnModels(plan: Plan, newestFirst: readonly KnownRun[]): ReadonlyMap<string, Learned> {
  const asked = askedModels(plan);
  const learned = new Map<string, Learned>();
  for (const [identity, { name }] of asked) {
    if (asked.filter(([, other]) => other.name === name).length > 1) continue;
    for (const [run, summary] of newestFirst) {
      const resolved = lastAnswering(summary.models, name);
      if (resolved === undefined) continue;
      learned.set(identity, { resolved, run });
      break;
    }
  }
  return learned;
}

/**
 * The last of the models that began to answer under this name, by the `models` of a run.json, which anybody may have
 * edited.
 */
export function lastAnswering(models: unknown, name: string): string | undefined {
  const answered: unknown = isObject(models) && Object.hasOwn(models, name) ? models[name] : undefined;
  const last: unknown = Array.isArray(answered) ? answered.at(-1) : undefined;
  return typeof last === 'string' ? last : undefined;
}

/** Flags by which a run has asked somebody else than the pipeline says. */
const elsewhere = /^--set [^=]*\b(?:base_url|provider)\b/u;

/** Whether a run was of the file of this pipeline. */
export function isOf(plan: Plan, { pipeline }: RunSummary): boolean {
  const [file] = plan.files;
  return pipeline !== null && (pipeline.path === file?.path || pipeline.sha256 === file?.sha256);
}

/** Whether no model has answered a run: a simulator did, or a recording. */
export function isMadeUp({ simulated, replay }: RunSummary): boolean {
  return simulated || replay !== null;
}

/** Whether a run says who answers for this pipeline: it was of the same file, and asked the providers that this names. */
export function tellsOf(plan: Plan, summary: RunSummary): boolean {
  return whyUntold(plan, summary) === undefined && !summary.overrides.some((flag) => elsewhere.test(flag));
}

/**
 * Why a run that a user names does not say who answers for this pipeline, as a sentence about "it"; undefined where it
 * does. It may have asked another server: who names it knows.
 */
export function whyUntold(plan: Plan, summary: RunSummary): string | undefined {
  if (isMadeUp(summary)) return `its answers were ${summary.simulated ? 'simulated' : 'replayed'}`;
  if (!isOf(plan, summary)) return 'it is a run of another pipeline';
  return undefined;
}
