import { addUsage, zeroUsage } from '../../usage/add.ts';
import { roundCost } from '../../usage/cost.ts';
import { version } from '../../version.ts';
import type { BudgetReport, BudgetUse, Counts, UsageReport, UsageRow } from '../totals.ts';
import type { FileSums, RunSummary } from '../run-summary.ts';

/** The usage of all shards: each row is the sum of theirs. */
export function mergedUsage(reports: readonly UsageReport[]): UsageReport {
  const crashed_sessions = reports.reduce((sum, report) => sum + (report.crashed_sessions ?? 0), 0);
  return {
    ...(crashed_sessions > 0 && { crashed_sessions }),
    total: sumRows(reports.map(({ total }) => total)),
    by_step: sumTables(reports.map(({ by_step }) => by_step)),
    by_model: sumTables(reports.map(({ by_model }) => by_model)),
  };
}

function sumTables(tables: readonly UsageReport['by_step'][]): UsageReport['by_step'] {
  const names = [...new Set(tables.flatMap((table) => Object.keys(table)))];
  return Object.fromEntries(
    names.map((name) => [
      name,
      sumRows(tables.flatMap((table) => (Object.hasOwn(table, name) ? (table[name] ?? []) : []))),
    ]),
  );
}

function sumRows(rows: readonly UsageRow[]): UsageRow {
  let all: UsageRow = { records: 0, ...zeroUsage };
  for (const row of rows) all = { records: all.records + row.records, ...addUsage(all, row) };
  return all;
}

/**
 * What the run.json of the whole says: what all shards were made of, and the sums of what they came to. It lasted, as a
 * run that is resumed, as long as its sessions together, from the first that began to the last that ended.
 */
export function mergedSummary(
  summaries: readonly RunSummary[],
  usage: UsageReport,
  files: FileSums,
): RunSummary {
  const [first] = summaries;
  if (first === undefined) throw new Error('nothing is merged');
  const sum = (numberOf: (summary: RunSummary) => number) =>
    summaries.reduce((total, summary) => total + numberOf(summary), 0);
  const { crashed_sessions: _, id: __, ...shared } = first;
  return {
    ...shared,
    ...files,
    ...(usage.crashed_sessions !== undefined && { crashed_sessions: usage.crashed_sessions }),
    state: 'completed',
    reason: null,
    pipe: version,
    selection: null,
    overrides: commonOverrides(summaries),
    simulator: summaries.every(({ simulator }) => simulator === first.simulator) ? first.simulator : null,
    replay: first.replay && { ...first.replay, paths: replayedPaths(summaries) },
    output: null,
    record: null,
    sessions: sum(({ sessions }) => sessions),
    models: mergedModels(summaries),
    counts: sumCounts(summaries),
    tool_calls: {
      total: sum(({ tool_calls }) => tool_calls?.total ?? 0),
      failed: sum(({ tool_calls }) => tool_calls?.failed ?? 0),
    },
    usage: usage.total,
    cost_usd: usage.total.cost_usd,
    budget: mergedBudget(summaries),
    started: summaries.map(({ started }) => started).toSorted()[0] ?? first.started,
    finished:
      summaries
        .flatMap(({ finished }) => finished ?? [])
        .toSorted()
        .at(-1) ?? null,
    duration: sum(({ duration }) => duration ?? 0),
  };
}

function replayedPaths(summaries: readonly RunSummary[]): readonly string[] {
  return [...new Set(summaries.flatMap(({ replay }) => replay?.paths ?? []))];
}

export function sumCounts(summaries: readonly RunSummary[]): Counts {
  const sum = (name: keyof Counts) =>
    summaries.reduce((total, { counts }) => total + (counts?.[name] ?? 0), 0);
  return {
    total: sum('total'),
    succeeded: sum('succeeded'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    pending: sum('pending'),
  };
}

const budgetFlag = '--budget-usd ';

/** The flags that all shards were begun with; what each could spend adds up. */
function commonOverrides(summaries: readonly RunSummary[]): readonly string[] {
  const [first, ...others] = summaries.map(({ overrides }) => overrides);
  const budgets = summaries.flatMap(
    ({ overrides }) => overrides.find((text) => text.startsWith(budgetFlag)) ?? [],
  );
  const usd = budgets.reduce((sum, text) => roundCost(sum + Number(text.slice(budgetFlag.length))), 0);
  return (first ?? []).flatMap((text) => {
    if (text.startsWith(budgetFlag))
      return budgets.length === summaries.length ? [`${budgetFlag}${usd}`] : [];
    return others.every((overrides) => overrides.includes(text)) ? [text] : [];
  });
}

function mergedModels(summaries: readonly RunSummary[]): RunSummary['models'] {
  const names = [...new Set(summaries.flatMap(({ models }) => Object.keys(models)))];
  return Object.fromEntries(
    names.map((name) => [name, [...new Set(summaries.flatMap(({ models }) => models[name] ?? []))]]),
  );
}

/** Null where a shard had no budget: the whole then had none either. */
function mergedBudget(summaries: readonly RunSummary[]): BudgetReport | null {
  const budgets = summaries.flatMap(({ budget }) => budget ?? []);
  if (budgets.length < summaries.length) return null;
  const [usd, tokens] = [
    sumUses(budgets.map(({ usd }) => usd)),
    sumUses(budgets.map(({ tokens }) => tokens)),
  ];
  return usd === null && tokens === null ? null : { usd, tokens };
}

function sumUses(uses: readonly (BudgetUse | null)[]): BudgetUse | null {
  let sum: BudgetUse = { limit: 0, spent: 0 };
  for (const use of uses) {
    if (use === null) return null;
    sum = { limit: roundCost(sum.limit + use.limit), spent: roundCost(sum.spent + use.spent) };
  }
  return sum;
}
