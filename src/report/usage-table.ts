import type { UsageReport, UsageRow } from '../run/events.ts';
import { costCell, isLowerBound, tokenCell } from './money.ts';
import { formatCount } from './numbers.ts';
import type { Paint } from './output.ts';
import { formatTable, type Column, type Row } from './table.ts';
import { printable } from '../diagnostic/printable.ts';

const columns: readonly Column[] = [
  { header: 'requests', rank: 2 },
  { header: 'retries', rank: 3 },
  { header: 'input', rank: 1 },
  { header: 'cached', rank: 4 },
  { header: 'output', rank: 1 },
  { header: 'cost', rank: 0 },
];

/** Requests, tokens and money by step and by model. Nothing at all where no call was made. */
export function usageTable(usage: UsageReport, width: number, paint: Paint): readonly string[] {
  const steps = Object.entries(usage.by_step);
  const models = Object.entries(usage.by_model);
  if (steps.length === 0 && models.length === 0) return [];
  const rows: readonly Row[] = [
    ...section('by step', steps),
    ...section('by model', models),
    // With one model, its row says it already.
    ...(models.length > 1 ? [rowOf('total', usage.total)] : []),
  ];
  return [
    ...formatTable(columns, rows, width, paint),
    ...(isLowerBound(usage.total)
      ? [paint('dim', '+ marks a lower bound: some requests never told their usage')]
      : []),
  ];
}

function section(heading: string, entries: readonly (readonly [string, UsageRow])[]): readonly Row[] {
  if (entries.length === 0) return [];
  return [
    { label: heading, cells: [], style: 'dim' },
    ...entries.map(([name, usage]) => rowOf(`  ${printable(name)}`, usage)),
  ];
}

function rowOf(label: string, usage: UsageRow): Row {
  return {
    label,
    cells: [
      formatCount(usage.requests),
      formatCount(usage.retries),
      tokenCell(usage, usage.input_tokens),
      tokenCell(usage, usage.cached_input_tokens),
      tokenCell(usage, usage.output_tokens),
      costCell(usage),
    ],
  };
}
