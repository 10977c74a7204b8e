import { continuedLines } from '../diagnostic/command-words.ts';
import { displayWidth, printable } from '../diagnostic/printable.ts';
import { endInWords, factsOf, pipelineName, type RunEnding } from './facts.ts';
import { placeOf, type FailureGroup, type Failures } from './failures.ts';
import { nextOf, type Anew } from './next.ts';
import { formatAmount, formatCount } from './numbers.ts';
import type { Output, Paint } from './output.ts';
import { paintFor, paintWords } from './output.ts';
import { pathsOf } from './paths.ts';
import { clip, isolated, wrap } from './text.ts';
import { usageTable } from './usage-table.ts';

export interface SummaryInput extends RunEnding {
  readonly failures: Failures;
  readonly inputPath: string;
  readonly outputPath?: string;
  /** What the user types to start pipe; default: `pipe`. */
  readonly command?: string;
  readonly anew?: Anew;
}

const labelWidth = 11;
const groupsAtMost = 10;

/**
 * What a run came to, for people: plain lines, each ended, that fit the width (80 columns off a terminal).
 */
export function formatSummary(input: SummaryInput, output: Omit<Output, 'write'>): string {
  const paint = paintFor(output);
  const width = output.isTerminal ? Math.min(100, Math.max(40, output.columns)) : 80;
  const sections = [
    headSection(input, width, paint),
    usageTable(input.finished.usage, width, paint),
    failureSection(input, width, paint),
    pathSection(input, paint),
    nextSection(input, width, paint),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

function headSection(input: SummaryInput, width: number, paint: Paint): readonly string[] {
  const name = paintWords(paint, 'bold', isolated(pipelineName(input)));
  return [
    ...wrap(`${name} ${endInWords(input, paint)}`, width),
    ...factsOf(input, paint).flatMap(({ name, lines }) =>
      labelled(
        name,
        lines.flatMap((line) => wrap(line, width - labelWidth)),
        paint,
      ),
    ),
  ];
}

function failureSection(
  { failures, finished, inputPath }: SummaryInput,
  width: number,
  paint: Paint,
): readonly string[] {
  // Which step it was is news where there are several.
  const isByStep = Object.keys(finished.usage.by_step).length > 1;
  const groups: readonly FailureGroup[] = isByStep ? failures.ofSteps() : failures.groups();
  if (groups.length === 0) return [];
  const shown = groups.slice(0, groupsAtMost);
  const counts = shown.map(({ count }) => formatCount(count));
  const countWidth = Math.max(...counts.map((count) => count.length));
  const indent = ' '.repeat(countWidth + 4);
  const lines = shown.flatMap(({ code, example }, at) => {
    const place = `${placeOf(example, inputPath)}  `;
    const message = clip(example.error.message, Math.max(1, width - indent.length - displayWidth(place)));
    return [
      `  ${paint('red', (counts[at] ?? '').padStart(countWidth))}  ${code}${isByStep ? stepInWords(example.step) : ''}`,
      `${indent}${paint('dim', `${place}${isolated(message)}`)}`,
    ];
  });
  const hidden = groups.length - shown.length;
  return [
    paint('dim', 'failures'),
    ...lines,
    ...(hidden > 0 ? [`  and ${formatAmount(hidden, isByStep ? 'other kind' : 'other code')}`] : []),
  ];
}

function stepInWords(step: string | null): string {
  return step === null ? '' : ` in ${isolated(printable(step))}`;
}

function pathSection({ started, finished, outputPath }: SummaryInput, paint: Paint): readonly string[] {
  const paths = pathsOf(started?.folder, finished, outputPath);
  const { total, succeeded, failed } = finished.counts;
  // Who joins the rows with those of the input has to know that they are fewer.
  const rows = succeeded < total ? ` (${formatCount(succeeded)} of ${formatAmount(total, 'record')})` : '';
  const lines = [
    ['output', paths.output, rows],
    ['results', paths.results, ''],
    ['errors', failed > 0 ? paths.errors : undefined, ''],
  ] as const;
  return lines.flatMap(([name, path, more]) =>
    path === undefined ? [] : labelled(name, [`${printable(path)}${paint('dim', more)}`], paint),
  );
}

function nextSection(input: SummaryInput, width: number, paint: Paint): readonly string[] {
  const next = nextOf(input);
  if (next === undefined) return [];
  const { command, effect } = next;
  if (command.length === 0)
    return [paint('dim', 'next'), ...wrap(effect, width - 2).map((line) => `  ${line}`)];
  return [
    paint('dim', 'next'),
    ...continuedLines(command).map((line) => `  ${line}`),
    ...wrap(effect, width - 4).map((line) => paint('dim', `    ${line}`)),
  ];
}

/** `cost      $12.40`, further lines under the first. */
function labelled(name: string, lines: readonly string[], paint: Paint): readonly string[] {
  return lines.map((line, at) => paint('dim', (at === 0 ? name : '').padEnd(labelWidth)) + line);
}
