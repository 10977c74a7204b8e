import type { Plan } from '../plan.ts';
import { addUsage, zeroUsage } from '../usage/add.ts';
import { costOf } from '../usage/cost.ts';
import { priceOf } from '../usage/prices.ts';
import type { Usage } from '../usage/usage.ts';
import type { UsageReport, UsageRow } from './events.ts';

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
}

/** What a run has used so far. */
export interface UsageLedger {
  /** Adds a call's usage, and gives it back with its cost. */
  add(call: LedgerCall, record: CountedIn): Usage;
  report(): UsageReport;
  /** For each model asked for, the models that have answered, in order of first answer. */
  resolvedModels(): { readonly [model: string]: readonly string[] };
}

/**
 * Sums are kept by step only: a step asks one model, so that those of models and of the whole are sums of steps. Every
 * step and model has its row from the start: what was never called is seen to have cost nothing.
 */
export function createUsageLedger({ prices, steps }: Pick<Plan, 'prices' | 'steps'>): UsageLedger {
  const usages = new Map(steps.map(({ id }) => [id, zeroUsage]));
  const stepRecords = new Map(steps.map(({ id }) => [id, 0]));
  const modelRecords = new Map(steps.map(({ model }) => [model.name, 0]));
  const resolved = new Map(steps.map(({ model }) => [model.name, new Set<string>()]));
  let records = 0;

  function sumOf(some: Plan['steps']): Usage {
    return some.reduce((sum, { id }) => addUsage(sum, usages.get(id) ?? zeroUsage), zeroUsage);
  }

  return {
    add({ step, model, resolved_model, usage }, countedIn) {
      const price =
        (resolved_model === null ? undefined : priceOf(resolved_model, prices)) ?? priceOf(model, prices);
      const priced = { ...usage, cost_usd: costOf(usage, price) };
      usages.set(step, addUsage(usages.get(step) ?? zeroUsage, priced));
      if (countedIn.models.size === 0) records += 1;
      countOnce(step, countedIn.steps, stepRecords);
      countOnce(model, countedIn.models, modelRecords);
      if (resolved_model !== null) resolved.get(model)?.add(resolved_model);
      return priced;
    },
    report: () => ({
      total: { records, ...sumOf(steps) },
      by_step: rows(stepRecords, (id) => sumOf(steps.filter((step) => step.id === id))),
      by_model: rows(modelRecords, (name) => sumOf(steps.filter(({ model }) => model.name === name))),
    }),
    resolvedModels: () => Object.fromEntries([...resolved].map(([model, names]) => [model, [...names]])),
  };
}

function countOnce(name: string, counted: Set<string>, records: Map<string, number>): void {
  if (counted.has(name)) return;
  counted.add(name);
  records.set(name, (records.get(name) ?? 0) + 1);
}

function rows(
  records: ReadonlyMap<string, number>,
  usageOf: (name: string) => Usage,
): { readonly [name: string]: UsageRow } {
  return Object.fromEntries(
    [...records].map(([name, count]) => [name, { records: count, ...usageOf(name) }]),
  );
}
