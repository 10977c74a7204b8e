import { continuedLines, flagNumber } from '../diagnostic/command-words.ts';
import type { Estimate } from '../estimate/estimate.ts';
import { isWithinMargin, type StepForecast } from '../estimate/forecast.ts';
import { comparisonLines } from './comparison-text.ts';
import { formatAmount, formatCompact, formatCount } from './numbers.ts';
import { paintFor, type Output, type Paint } from './output.ts';
import { costRangeInWords, countCell, moneyCell, timeInWords } from './ranges.ts';
import { formatTable, type Column, type Row } from './table.ts';
import { clip, wrap } from './text.ts';

const labelWidth = 11;
const longestName = 40;

/** The commands that come next, in words. */
export interface NextCommands {
  /** Runs it; absent where that would come to nothing. */
  readonly run?: readonly string[];
  /** US dollars that the run is held by, which may not be enough for all of it. */
  readonly budget?: number;
  /** Tells which records are at fault. */
  readonly check: readonly string[];
}

/** What is printed of an estimate for people, in 80 columns off a terminal. */
export function formatEstimate(
  estimate: Estimate,
  next: NextCommands,
  output: Pick<Output, 'columns' | 'isTerminal' | 'color'>,
): string {
  const paint = paintFor(output);
  const width = output.isTerminal ? Math.min(100, Math.max(40, output.columns)) : 80;
  const { comparison } = estimate;
  const sections = [
    headLines(estimate, width, paint),
    formatTable(columns, rowsOf(estimate), width, paint),
    comparison === undefined ? [] : comparisonLines(comparison, width, paint),
    reckonedLines(estimate, width, paint),
    nextLines(estimate, next, paint),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function headLines(estimate: Estimate, width: number, paint: Paint): readonly string[] {
  const { pipeline, records, total, seconds } = estimate;
  const label = (name: string, text: string) =>
    wrap(text, width - labelWidth).map(
      (line, at) => paint('dim', (at === 0 ? name : '').padEnd(labelWidth)) + line,
    );
  return [
    ...wrap(`${paint('bold', clip(pipeline, longestName))}: what a run would ask; nothing is sent`, width),
    ...label('records', recordsInWords(records)),
    ...label('calls', callsInWords(estimate)),
    ...label('cost', costRangeInWords(total.cost_usd)),
    ...label('time', timeInWords(seconds)),
  ];
}

function recordsInWords({ total, skipped, failing }: Estimate['records']): string {
  if (total === 0) return 'none: the input has no records, or none was selected';
  return [
    formatCount(total),
    ...(skipped > 0 ? [`${formatCount(skipped)} skipped by \`input.when\``] : []),
    ...(failing > 0 ? [`${formatCount(failing)} failing before a call`] : []),
  ].join(', ');
}

function callsInWords({ total: { cached, calls } }: Estimate): string {
  const [min, expected, max] = [calls.min, calls.expected, calls.max].map((count) => Math.round(count ?? 0));
  const range = min === max ? '' : `, from ${formatCount(min ?? 0)} to ${formatCount(max ?? 0)}`;
  const made = `${formatCount(expected ?? 0)} to make${range}`;
  return cached === 0 ? made : `${made}; ${formatAmount(cached, 'answer')} known already`;
}

const columns: readonly Column[] = [
  { header: 'cached', rank: 4 },
  { header: 'to make', rank: 1 },
  { header: 'input', rank: 2 },
  { header: 'output', rank: 3 },
  { header: 'cost', rank: 0 },
];

function rowsOf({ steps, total }: Estimate): readonly Row[] {
  const asTold = steps.every(isWithinMargin);
  const cells = (forecast: Omit<StepForecast, 'step' | 'records'>) => [
    formatCompact(forecast.cached),
    countCell(forecast.calls),
    asTold ? expectedCell(forecast.input) : countCell(forecast.input),
    countCell(forecast.output),
    moneyCell(forecast.cost_usd),
  ];
  const rows = steps.map((forecast): Row => ({ label: forecast.step.id, cells: cells(forecast) }));
  return steps.length === 1 ? rows : [...rows, { label: 'all steps', cells: cells(total), style: 'bold' }];
}

/** What is expected, for a column in which that is good to the margin that is told: a column of both would not add up. */
function expectedCell(input: StepForecast['input']): string {
  return input.expected === null ? countCell(input) : formatCompact(Math.round(input.expected));
}

function reckonedLines({ assumptions }: Estimate, width: number, paint: Paint): readonly string[] {
  if (assumptions.length === 0) return [];
  const items = assumptions.flatMap((sentence) =>
    wrap(clip(sentence, longestSentence), width - 4).map((line, at) =>
      at === 0 ? `  - ${line}` : `    ${line}`,
    ),
  );
  return [paint('dim', 'reckoned'), ...items];
}

const longestSentence = 500;

/** Where records are known to fail, that is to be looked at before the others are paid for. */
function nextLines({ total, records }: Estimate, next: NextCommands, paint: Paint): readonly string[] {
  const { run, budget } = next;
  const { failing } = records;
  const until = budget === undefined ? '' : ` until $${flagNumber(budget)} is spent`;
  const effect =
    failing > 0
      ? `runs the others${until}`
      : total.calls.max === 0
        ? 'answers all of it without a call'
        : `runs it${until}`;
  const lines = (words: readonly string[], told: string) => [
    ...continuedLines(words).map((line) => `  ${line}`),
    paint('dim', `    ${told}`),
  ];
  const steps = [
    ...(failing === 0
      ? []
      : lines(next.check, `tells why ${formatAmount(failing, 'record')} would fail before a call`)),
    ...(run === undefined ? [] : lines(run, effect)),
  ];
  return steps.length === 0 ? [] : [paint('dim', 'next'), ...steps];
}
