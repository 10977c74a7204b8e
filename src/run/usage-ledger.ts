import type { Plan } from '../plan.ts';
import { addUsage, zeroUsage } from '../usage/add.ts';
import { costOf } from '../usage/cost.ts';
import { priceOfAnswer } from '../usage/prices.ts';
import type { Usage } from '../usage/usage.ts';
import type { UsageReport, UsageRow } from './totals.ts';

/** Which rows count a record already; one for each record, made empty when it begins. */
export interface CountedIn {
  readonly steps: Set<string>;
  readonly models: Set<string>;
}

export interface LedgerCall {
  readonly step: string;
  /** The model asked for, as the file names it: the rows by model are by these names. */
  readonly model: string;
  /** The model that answered; null where none did or it did not say. */
  readonly resolved_model: string | null;
  readonly usage: Usage;
  /** The usage has its cost already. */
  readonly priced?: boolean;
}

/** What a run has used so far. */
export interface UsageLedger {
  /** Adds a call's usage, and gives it back with its cost. */
  add(call: LedgerCall, record: CountedIn): Usage;
  report(): UsageReport;
  /** For each model asked for, the models that have answered, in order of first answer. */
  resolvedModels(): { readonly [model: string]: readonly string[] };
}

/** What calls have used, by step and then by the model asked for, and how many records they were of. */
export interface UsageSums {
  /** Of all of them. */
  readonly total: Usage;
  readonly usages: Map<string, Map<string, Usage>>;
  readonly steps: Map<string, number>;
  readonly models: Map<string, number>;
  records: number;
  /** How many sessions were cut off with calls in flight of which nothing is known. */
  crashed_sessions: number;
  /** For each model asked for, those that have answered. */
  readonly resolved: Map<string, Set<string>>;
}

export function createUsageSums(): UsageSums {
  const usages = new Map<string, Map<string, Usage>>();
  return {
    get total() {
      return sum([...usages.values()].map((byModel) => sum(byModel.values())));
    },
    usages,
    steps: new Map(),
    models: new Map(),
    records: 0,
    crashed_sessions: 0,
    resolved: new Map(),
  };
}

/** Whether a call was made, be it to the cache: one that the budget or an outage refused before its first request was not. */
export function wasMade({ requests, cached_requests }: Usage): boolean {
  return requests > 0 || cached_requests > 0;
}

/** Adds a call that was made, with its cost. `countedIn` says which rows count the call's record already. */
export function addCall(sums: UsageSums, call: LedgerCall, countedIn: CountedIn): void {
  const { step, model, resolved_model, usage } = call;
  const ofStep = entryOf(sums.usages, step, () => new Map<string, Usage>());
  ofStep.set(model, addUsage(ofStep.get(model) ?? zeroUsage, usage));
  if (countedIn.models.size === 0) sums.records += 1;
  if (!countedIn.steps.has(step)) sums.steps.set(step, (sums.steps.get(step) ?? 0) + 1);
  if (!countedIn.models.has(model)) sums.models.set(model, (sums.models.get(model) ?? 0) + 1);
  if (resolved_model !== null) entryOf(sums.resolved, model, () => new Set<string>()).add(resolved_model);
}

function entryOf<Value>(map: Map<string, Value>, name: string, make: () => Value): Value {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made = make();
  map.set(name, made);
  return made;
}

/**
 * Goes on with the sums of earlier sessions, where there were any. Every step and model of the plan has its row from the
 * start: what was never called is seen to have cost nothing. What the plan has no more keeps its row behind those.
 */
export function createUsageLedger(
  { prices, steps }: Pick<Plan, 'prices' | 'steps'>,
  sums: UsageSums = createUsageSums(),
): UsageLedger {
  const stepNames = steps.map(({ id }) => id);
  const modelNames = steps.map(({ model }) => model.name);

  function ofStep(step: string): Usage {
    return sum(sums.usages.get(step)?.values() ?? []);
  }

  function ofModel(model: string): Usage {
    return sum([...sums.usages.values()].map((byModel) => byModel.get(model) ?? zeroUsage));
  }

  return {
    add({ step, model, resolved_model, usage, priced: isPriced }, countedIn) {
      const cost_usd =
        isPriced === true ? usage.cost_usd : costOf(usage, priceOfAnswer(model, resolved_model, prices));
      const priced = { ...usage, cost_usd };
      if (!wasMade(usage)) return priced;
      addCall(sums, { step, model, resolved_model, usage: priced }, countedIn);
      countedIn.steps.add(step);
      countedIn.models.add(model);
      return priced;
    },
    report: () => ({
      total: { records: sums.records, ...sums.total },
      by_step: rows(stepNames, sums.steps, ofStep),
      by_model: rows(modelNames, sums.models, ofModel),
      ...(sums.crashed_sessions > 0 && { crashed_sessions: sums.crashed_sessions }),
    }),
    resolvedModels: () =>
      Object.fromEntries(
        allNames(modelNames, sums.models).map((model) => [model, [...(sums.resolved.get(model) ?? [])]]),
      ),
  };
}

function sum(usages: Iterable<Usage>): Usage {
  let all = zeroUsage;
  for (const usage of usages) all = addUsage(all, usage);
  return all;
}

function rows(
  planned: readonly string[],
  records: ReadonlyMap<string, number>,
  usageOf: (name: string) => Usage,
): { readonly [name: string]: UsageRow } {
  return Object.fromEntries(
    allNames(planned, records).map((name) => [name, { records: records.get(name) ?? 0, ...usageOf(name) }]),
  );
}

/** Those of the plan in its order, then those that only earlier sessions knew. */
function allNames(planned: readonly string[], counted: ReadonlyMap<string, number>): readonly string[] {
  return [...new Set([...planned, ...counted.keys()])];
}
