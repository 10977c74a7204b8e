import { basename } from 'node:path';
import type { Plan, PlanStep } from '../plan.ts';
import { canonicalJson } from '../run/canonical.ts';
import { filesOf } from '../run/summary-differences.ts';
import { ingredientNames, ingredientsOf, type StepIngredients } from '../run/ingredients.ts';
import type { AskedBefore } from './asked-before.ts';
import type { StepForecast } from './forecast.ts';
import { sumRanges, type Range } from './range.ts';
import type { SizedSight } from './tally.ts';

/**
 * Why a call of the run is made again: what its question is made of has changed (`prompt`, `model`, `schema`, `tools`), or
 * what it is asked about has or may have (`input`: the record, an earlier answer in it, or what a tool says); or it is the
 * same, but no answer to it is kept (`not cached`); or there was none: the record is new, or the step. `unknown`: the run
 * is of an older pipe, which did not note what its questions were made of.
 */
export type Reason =
  | (typeof ingredientNames)[number]
  | 'input'
  | 'not cached'
  | 'new record'
  | 'new step'
  | 'unknown';

export interface StepComparison {
  /** Null for a step that the pipeline has no more. */
  readonly step: PlanStep | null;
  readonly id: string;
  /** Calls of the run. */
  readonly before: number;
  /** Calls that the run has asked alike, and that are not made again. */
  readonly same: number;
  /**
   * All calls that are to be made, as they are estimated, whether the run has asked them alike or not, and those that it
   * has not, but that are answered by the cache or a recording: `recalled.cached`.
   */
  readonly recalled: Pick<StepForecast, 'cached' | 'calls' | 'cost_usd'> | null;
  /** How many records each reason is of; one may have several. */
  readonly reasons: ReadonlyMap<Reason, number>;
}

export interface Comparison {
  /** The folder of the run. */
  readonly run: string;
  readonly steps: readonly StepComparison[];
  /** Records that the run did not have, and those of it that are not selected any more. */
  readonly records: { readonly new: number; readonly gone: number };
  /** Names of the variables that have another value. */
  readonly vars: readonly string[];
  /** Files of the pipeline that are not what they were, were none, or are none any more, as seen from the pipeline file. */
  readonly files: readonly string[];
  /** Of all that is called again. */
  readonly cost_usd: Range;
}

/** Compares, record by record, what would be asked with what a run has asked. */
export interface Comparing {
  add(key: string, sights: readonly SizedSight[]): void;
  /** Given what the calls of each step of the plan come to. */
  end(forecasts: readonly StepForecast[]): Comparison;
}

export function compareWith(before: AskedBefore, plan: Plan): Comparing {
  const now = ingredientsOf(plan);
  const tallies = new Map(
    plan.steps.map((step) => [step.id, { same: 0, cached: 0, reasons: new Map<Reason, number>() }]),
  );
  const changed = new Map(
    plan.steps.map(({ id }) => [id, changesOf(before.summary.steps, id, now[id])] as const),
  );
  const seen = new Set<string>();
  let added = 0;

  function reasonsFor({ step, end, questions }: SizedSight, key: string): readonly Reason[] {
    const isSame = questions.map(({ fingerprint }) => before.questions.has(fingerprint));
    const again = questions.some(({ known }, at) => !known && isSame[at] === true);
    const awaits = end === 'awaits' || end === 'tools';
    const differs = awaits || isSame.includes(false);
    if (!before.keys.has(key)) return again || differs ? ['new record'] : [];
    return [
      ...(differs ? differencesOf(changed.get(step.id) ?? [], awaits) : []),
      ...(again ? (['not cached'] as const) : []),
    ];
  }

  return {
    add(key, sights) {
      if (before.keys.has(key)) seen.add(key);
      else added += 1;
      for (const sight of sights) {
        const tally = tallies.get(sight.step.id);
        if (tally === undefined || sight.end === 'skipped') continue;
        for (const { fingerprint, known } of sight.questions) {
          if (known) tally[before.questions.has(fingerprint) ? 'same' : 'cached'] += 1;
        }
        for (const reason of reasonsFor(sight, key)) {
          tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + 1);
        }
      }
    },
    end(forecasts) {
      const steps = forecasts.map(({ step, calls, cost_usd }): StepComparison => {
        const { same = 0, cached = 0, reasons = new Map() } = tallies.get(step.id) ?? {};
        const called = before.calls.get(step.id) ?? 0;
        return { step, id: step.id, before: called, same, recalled: { cached, calls, cost_usd }, reasons };
      });
      const gone = [...before.calls].filter(([id]) => !tallies.has(id));
      return {
        run: before.path,
        steps: [...steps, ...gone.map(([id, calls]) => goneStep(id, calls))],
        records: { new: added, gone: before.keys.size - seen.size },
        vars: changedVars(before, plan),
        files: changedFiles(before, plan),
        cost_usd: sumRanges(forecasts.map(({ cost_usd }) => cost_usd)),
      };
    },
  };
}

function goneStep(id: string, calls: number): StepComparison {
  return { step: null, id, before: calls, same: 0, recalled: null, reasons: new Map() };
}

/** What is not as it was in a question, by what has changed of its step. */
function differencesOf(changes: readonly Reason[], awaits: boolean): readonly Reason[] {
  if (changes.length === 0) return ['input'];
  return awaits && changes[0] !== 'unknown' ? [...changes, 'input'] : changes;
}

function changesOf(
  before: { readonly [step: string]: StepIngredients } | undefined,
  id: string,
  now: StepIngredients | undefined,
): readonly Reason[] {
  if (before === undefined || now === undefined) return ['unknown'];
  const had = Object.hasOwn(before, id) ? before[id] : undefined;
  return had === undefined ? ['new step'] : ingredientNames.filter((name) => had[name] !== now[name]);
}

function changedVars({ summary }: AskedBefore, plan: Plan): readonly string[] {
  const names = [...new Set([...Object.keys(summary.vars), ...Object.keys(plan.vars)])];
  return names.filter(
    (name) => canonicalJson(summary.vars[name] ?? null) !== canonicalJson(plan.vars[name] ?? null),
  );
}

function changedFiles({ summary }: AskedBefore, plan: Plan): readonly string[] {
  const [pipeline = null, ...files] = plan.files;
  const [was, is] = [filesOf(summary), filesOf({ pipeline, files })];
  const edited =
    summary.pipeline !== null && pipeline !== null && summary.pipeline.sha256 !== pipeline.sha256;
  const paths = [...new Set([...Object.keys(is), ...Object.keys(was)])];
  return [...(edited ? [basename(pipeline.path)] : []), ...paths.filter((path) => was[path] !== is[path])];
}
