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

interface Row {
  records: number;
  usage: Usage;
}

/** Every step and model has a row from the start, so that what was never called is seen to have cost nothing. */
export function createUsageLedger({ prices, steps }: Pick<Plan, 'prices' | 'steps'>): UsageLedger {
  const models = steps.map(({ model }) => model.name);
  const total: Row = { records: 0, usage: zeroUsage };
  const bySteps = emptyRows(steps.map(({ id }) => id));
  const byModels = emptyRows(models);
  const resolved = new Map(models.map((model) => [model, new Set<string>()]));

  return {
    add(call, record) {
      const { step, model, resolved_model } = call;
      const price =
        (resolved_model === null ? undefined : priceOf(resolved_model, prices)) ?? priceOf(model, prices);
      const usage = { ...call.usage, cost_usd: costOf(call.usage, price) };
      addTo(total, usage, record.models.size === 0);
      addTo(bySteps.get(step), usage, !record.steps.has(step));
      addTo(byModels.get(model), usage, !record.models.has(model));
      record.steps.add(step);
      record.models.add(model);
      if (resolved_model !== null) resolved.get(model)?.add(resolved_model);
      return usage;
    },
    report: () => ({ total: told(total), by_step: toldAll(bySteps), by_model: toldAll(byModels) }),
    resolvedModels: () => Object.fromEntries([...resolved].map(([model, names]) => [model, [...names]])),
  };
}

function emptyRows(names: readonly string[]): ReadonlyMap<string, Row> {
  return new Map(names.map((name) => [name, { records: 0, usage: zeroUsage }]));
}

function addTo(row: Row | undefined, usage: Usage, firstOfRecord: boolean): void {
  if (row === undefined) throw new Error('a call of a step or model that the plan does not have');
  row.usage = addUsage(row.usage, usage);
  if (firstOfRecord) row.records += 1;
}

function told({ records, usage }: Row): UsageRow {
  return { records, ...usage };
}

function toldAll(rows: ReadonlyMap<string, Row>): { readonly [name: string]: UsageRow } {
  return Object.fromEntries([...rows].map(([name, row]) => [name, told(row)]));
}
