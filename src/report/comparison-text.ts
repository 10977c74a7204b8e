import type { Comparison, Reason, StepComparison } from '../estimate/comparison.ts';
import { formatAmount, formatCount } from './numbers.ts';
import type { Paint } from './output.ts';
import { costRangeInWords, countCell, moneyCell } from './ranges.ts';
import { formatTable, type Column, type Row } from './table.ts';
import { clip, wrap } from './text.ts';

const longestPath = 60;
const mostFiles = 5;

const columns: readonly Column[] = [
  { header: 'before', rank: 3 },
  { header: 'same', rank: 2 },
  { header: 're-called', rank: 0 },
  { header: 'why', rank: 0 },
  { header: 'cost', rank: 1 },
];

/** What is asked for these reasons was not asked before. */
const ofNew: ReadonlySet<Reason> = new Set(['new record', 'new step']);

/** Which calls of an earlier run would be made again, and why. */
export function comparisonLines(comparison: Comparison, width: number, paint: Paint): readonly string[] {
  const { run, steps, records, vars, files, cost_usd } = comparison;
  const notes = [
    ...(records.new > 0 ? [`${formatAmount(records.new, 'record')} ${isOrAre(records.new)} new`] : []),
    ...(records.gone > 0
      ? [`${formatAmount(records.gone, 'record')} of it ${isOrAre(records.gone)} no longer in the input`]
      : []),
    ...(vars.length > 0
      ? [`${vars.map((name) => `\`vars.${clip(name, longestPath)}\``).join(', ')} changed`]
      : []),
    ...(files.length > 0 ? [`${filesInWords(files)} changed`] : []),
  ];
  const again = steps.some(({ reasons }) => [...reasons.keys()].some((reason) => !ofNew.has(reason)));
  const cost = again
    ? `what is asked, again or for the first time, costs ${costRangeInWords(cost_usd)}`
    : 'no call of that run is made again';
  return [
    paint('dim', `against ${clip(run, width - 'against '.length)}`),
    ...wrap([cost, ...notes].join('; '), width - 2).map((line) => `  ${line}`),
    '',
    ...formatTable(columns, steps.map(rowOf), width, paint),
  ];
}

function isOrAre(count: number): string {
  return count === 1 ? 'is' : 'are';
}

function filesInWords(files: readonly string[]): string {
  const shown = files.slice(0, mostFiles).map((path) => `\`${clip(path, longestPath)}\``);
  const hidden = files.length - shown.length;
  return [...shown, ...(hidden > 0 ? [formatAmount(hidden, 'other file')] : [])].join(', ');
}

function rowOf({ id, before, same, recalled, reasons }: StepComparison): Row {
  const why = [...reasons.keys()].join(', ');
  return {
    label: id,
    cells: [
      formatCount(before),
      formatCount(same),
      recalled === null ? '0' : recalledCell(recalled),
      recalled === null ? 'step is gone' : why,
      recalled === null ? '' : moneyCell(recalled.cost_usd),
    ],
  };
}

function recalledCell({ cached, calls }: NonNullable<StepComparison['recalled']>): string {
  return cached === 0 ? countCell(calls) : `${countCell(calls)} (${formatCount(cached)} cached)`;
}
