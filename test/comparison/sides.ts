import type { JsonValue } from '../../src/json/json.ts';
import { compareSides, type Comparison, type CompareOptions } from '../../src/comparison/compare.ts';
import type { Outcome, Side, SideItem } from '../../src/comparison/side.ts';
import type { RunSummary } from '../../src/run/run-summary.ts';
import { zeroUsage } from '../../src/usage/add.ts';

/** Records of a run by their keys: outputs, failures as `new Error(code)`, and undefined for those that it skipped. */
export type Records = Readonly<Record<string, JsonValue | Error | undefined>>;

export function itemsOf(records: Records): readonly SideItem[] {
  return Object.entries(records).map(([key, value], at) => ({
    key,
    line: at + 1,
    outcome: outcomeOf(value),
  }));
}

function outcomeOf(value: Records[string]): Outcome {
  if (value === undefined) return { skipped: true };
  return value instanceof Error ? { step: 'classify', code: value.message } : { output: value };
}

export function sideOf(records: Records, others: Partial<Side> = {}): Side {
  const items = itemsOf(records);
  return {
    name: 'rows.jsonl',
    tabular: false,
    async *rows() {
      yield* items;
    },
    ...others,
  };
}

export const summary: RunSummary = {
  format: 1,
  state: 'completed',
  reason: null,
  pipe: '0.1.0',
  name: 'tickets',
  pipeline: { path: '/w/tickets.yaml', sha256: 'a'.repeat(64) },
  files: [],
  input: { path: '/w/tickets.csv', sha256: 'c'.repeat(64), format: 'csv' },
  selection: null,
  images: null,
  vars: { language: 'English' },
  overrides: [],
  simulated: false,
  simulator: null,
  output: null,
  record: null,
  replay: null,
  sessions: 1,
  models: { 'mistral-small-latest': ['mistral-small-2603'] },
  counts: { total: 5, succeeded: 4, failed: 1, skipped: 0, pending: 0 },
  tool_calls: { total: 0, failed: 0 },
  usage: {
    ...zeroUsage,
    requests: 9,
    input_tokens: 258,
    output_tokens: 132,
    total_tokens: 390,
    cost_usd: 0.000118,
  },
  cost_usd: 0.000118,
  budget: null,
  results_bytes: 0,
  journal_bytes: null,
  started: '2026-01-31T23:59:58.000Z',
  finished: '2026-01-31T23:59:59.000Z',
  duration: 1000,
};

/** A run that is in no folder: its journal tells no latency. */
export function runOf(records: Records, name: string, others: Partial<RunSummary> = {}): Side {
  return sideOf(records, { name, run: { folder: '/nowhere', summary: { ...summary, ...others } } });
}

export async function compared(a: Side, b: Side, options: CompareOptions = {}): Promise<Comparison> {
  const comparison = await compareSides(a, b, options);
  if (!comparison.ok) throw new Error(comparison.error.map(({ message }) => message).join('; '));
  return comparison.value;
}

export async function listOf<Value>(list: { all(): AsyncIterable<Value> }): Promise<readonly Value[]> {
  const values: Value[] = [];
  for await (const value of list.all()) values.push(value);
  return values;
}
