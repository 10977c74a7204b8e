import type { UsageReport, UsageRow } from '../run/totals.ts';
import { costCell, tokenCell } from './money.ts';
import { formatCount } from './numbers.ts';
import type { Paint } from './output.ts';
import { formatTable, type Column, type Row } from './table.ts';
import { printable } from '../diagnostic/printable.ts';
import { wrap } from './text.ts';

export interface UsageColumn extends Column {
  readonly cell: (usage: UsageRow) => string;
  /** Whether the column has anything to tell of the run; absent: always. */
  readonly news?: (total: UsageRow) => boolean;
}

const allColumns: readonly UsageColumn[] = [
  { header: 'requests', rank: 2, cell: ({ requests }) => formatCount(requests) },
  { header: 'retries', rank: 3, cell: ({ retries }) => formatCount(retries) },
  {
    header: 'cache hits',
    rank: 2,
    cell: ({ cached_requests }) => formatCount(cached_requests),
    news: ({ cached_requests }) => cached_requests > 0,
  },
  { header: 'input', rank: 1, cell: (usage) => tokenCell(usage, usage.input_tokens) },
  {
    // Of the input, what the provider had in a cache of its own.
    header: '(cached)',
    rank: 4,
    cell: (usage) => tokenCell(usage, usage.cached_input_tokens),
    news: ({ cached_input_tokens }) => cached_input_tokens !== null && cached_input_tokens > 0,
  },
  { header: 'output', rank: 1, cell: (usage) => tokenCell(usage, usage.output_tokens) },
  { header: 'cost', rank: 0, cell: costCell },
];

/** The columns that have something to tell: many runs find nothing in our cache, or in that of the provider. */
export function usageColumns({ total }: UsageReport): readonly UsageColumn[] {
  return allColumns.filter(({ news }) => news === undefined || news(total));
}

/** What a `+` behind a number means. */
export const lowerBounds = '+ marks a lower bound: some requests never told their usage';

/** Requests, tokens and money by step and by model. Nothing at all where no call was made. */
export function usageTable(usage: UsageReport, width: number, paint: Paint): readonly string[] {
  const steps = Object.entries(usage.by_step);
  const models = Object.entries(usage.by_model);
  if (steps.length === 0 && models.length === 0) return [];
  const columns = usageColumns(usage);
  const [model, ...others] = models;
  // What one model was asked is what all steps have asked: its name stands above them.
  const isAlone = model !== undefined && others.length === 0 && steps.length > 0;
  const rows: readonly Row[] = [
    ...(isAlone ? entryRows(steps, columns) : section('by step', steps, columns)),
    ...(isAlone ? [] : section('by model', models, columns)),
    ...((isAlone ? steps : models).length > 1 ? [rowOf('total', usage.total, columns)] : []),
  ];
  return [
    ...formatTable(columns, rows, width, paint, isAlone ? printable(model[0]) : ''),
    ...(rows.some(({ cells }) => cells.some((cell) => cell.endsWith('+')))
      ? wrap(lowerBounds, width).map((line) => paint('dim', line))
      : []),
  ];
}

function section(
  heading: string,
  entries: readonly (readonly [string, UsageRow])[],
  columns: readonly UsageColumn[],
): readonly Row[] {
  if (entries.length === 0) return [];
  return [{ label: heading, cells: [], style: 'dim' }, ...entryRows(entries, columns)];
}

function entryRows(
  entries: readonly (readonly [string, UsageRow])[],
  columns: readonly UsageColumn[],
): readonly Row[] {
  return entries.map(([name, usage]) => rowOf(`  ${printable(name)}`, usage, columns));
}

function rowOf(label: string, usage: UsageRow, columns: readonly UsageColumn[]): Row {
  return { label, cells: columns.map(({ cell }) => cell(usage)) };
}
