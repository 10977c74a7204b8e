import type { UsageReport, UsageRow } from '../run/events.ts';
import { costCell, tokenCell } from './money.ts';
import { formatCount } from './numbers.ts';
import type { Paint } from './output.ts';
import { formatTable, type Column, type Row } from './table.ts';
import { printable } from '../diagnostic/printable.ts';

interface UsageColumn extends Column {
  readonly cell: (usage: UsageRow) => string;
}

const allColumns: readonly UsageColumn[] = [
  { header: 'requests', rank: 2, cell: ({ requests }) => formatCount(requests) },
  { header: 'retries', rank: 3, cell: ({ retries }) => formatCount(retries) },
  { header: 'input', rank: 1, cell: (usage) => tokenCell(usage, usage.input_tokens) },
  { header: 'cached', rank: 4, cell: (usage) => tokenCell(usage, usage.cached_input_tokens) },
  { header: 'output', rank: 1, cell: (usage) => tokenCell(usage, usage.output_tokens) },
  { header: 'cost', rank: 0, cell: costCell },
];

/** Requests, tokens and money by step and by model. Nothing at all where no call was made. */
export function usageTable(usage: UsageReport, width: number, paint: Paint): readonly string[] {
  const steps = Object.entries(usage.by_step);
  const models = Object.entries(usage.by_model);
  if (steps.length === 0 && models.length === 0) return [];
  // Many servers never say what came from their cache: a column of nothing known is no news.
  const columns = allColumns.filter(
    ({ header }) => header !== 'cached' || usage.total.cached_input_tokens !== null,
  );
  const rows: readonly Row[] = [
    ...section('by step', steps, columns),
    ...section('by model', models, columns),
    // With one model, its row says it already.
    ...(models.length > 1 ? [rowOf('total', usage.total, columns)] : []),
  ];
  return [
    ...formatTable(columns, rows, width, paint),
    ...(rows.some(({ cells }) => cells.some((cell) => cell.endsWith('+')))
      ? [paint('dim', '+ marks a lower bound: some requests never told their usage')]
      : []),
  ];
}

function section(
  heading: string,
  entries: readonly (readonly [string, UsageRow])[],
  columns: readonly UsageColumn[],
): readonly Row[] {
  if (entries.length === 0) return [];
  return [
    { label: heading, cells: [], style: 'dim' },
    ...entries.map(([name, usage]) => rowOf(`  ${printable(name)}`, usage, columns)),
  ];
}

function rowOf(label: string, usage: UsageRow, columns: readonly UsageColumn[]): Row {
  return { label, cells: columns.map(({ cell }) => cell(usage)) };
}
