import { continuedLines } from '../diagnostic/command-words.ts';
import type { RunStarted } from '../run/events.ts';
import type { UsageReport, UsageRow } from '../run/totals.ts';
import { endInWords, factsOf, pipelineName } from './facts.ts';
import { collectFailures, placeOf } from './failures.ts';
import { isLowerBound } from './money.ts';
import {
  boundedMarkdown,
  codeBlock,
  codeCell,
  codeSpan,
  markdownTable,
  markdownText,
  type MarkdownColumn,
} from './markdown.ts';
import { nextOf } from './next.ts';
import { formatAmount } from './numbers.ts';
import { systemClock, type Paint } from './output.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';
import type { SummaryInput } from './summary.ts';
import { createTally } from './tally.ts';
import { unisolated } from './text.ts';
import { lowerBounds, usageColumns } from './usage-table.ts';

const groupsAtMost = 20;
const rowsAtMost = 50;
const longestName = 60;
const longestMessage = 300;

const plain: Paint = (_, text) => text;

/** Tells the end of a run as a page of Markdown: what it came to, what it used, how records failed, what to do next. */
export function markdownReporter(options: ReporterOptions): Reporter {
  const { output, clock = systemClock } = options;
  const tally = createTally(() => clock.now());
  const failures = collectFailures();
  let started: RunStarted | undefined;
  return {
    on(event) {
      tally.add(event);
      if (event.type === 'run_started') started = event;
      else if (event.type === 'record_finished' && event.outcome === 'failed') failures.add(event);
      else if (event.type === 'run_finished') {
        const { done, kept, cut, further } = tally.read();
        const latency = tally.latency();
        const end = {
          ...options,
          started,
          finished: event,
          failures,
          done: done - kept,
          cut,
          further,
          ...(latency && { latency }),
        };
        output.write(runMarkdown(end));
      }
    },
    message() {},
    finish() {},
  };
}

/** Bounded, however much there is to tell; ends with a line break. */
function runMarkdown(input: SummaryInput): string {
  const facts = factsOf(input, plain).flatMap(({ name, lines }) =>
    lines.map((line) => `- **${name}** ${markdownText(unisolated(line))}\n`),
  );
  return boundedMarkdown([
    `### ${markdownText(`${pipelineName(input)} ${endInWords(input, plain)}`)}`,
    facts.join(''),
    ...usageBlocks(input.finished.usage),
    ...failureBlocks(input),
    ...nextBlocks(input),
  ]);
}

function usageBlocks(usage: UsageReport): readonly string[] {
  const steps = Object.entries(usage.by_step);
  const models = Object.entries(usage.by_model);
  if (steps.length === 0 && models.length === 0) return [];
  const columns = usageColumns(usage);
  const row = (label: string, of: UsageRow) => [label, ...columns.map(({ cell }) => markdownText(cell(of)))];
  const rows = (entries: readonly (readonly [string, UsageRow])[]) => [
    ...entries.slice(0, rowsAtMost).map(([name, of]) => row(codeCell(name, longestName), of)),
    ...(entries.length > rowsAtMost ? [[`and ${entries.length - rowsAtMost} more`]] : []),
  ];
  const right = columns.map(({ header }): MarkdownColumn => ({ header, align: 'right' }));
  const all = [...steps, ...models].map(([, of]) => of);
  return [
    markdownTable(
      [{ header: '' }, ...right],
      [
        ...(steps.length > 0 ? [['**by step**']] : []),
        ...rows(steps),
        ['**by model**'],
        ...rows(models),
        ...(models.length > 1 ? [row('**total**', usage.total)] : []),
      ],
    ),
    ...(all.some(isLowerBound) ? [`*${lowerBounds}*`] : []),
  ];
}

function failureBlocks({ failures, inputPath }: SummaryInput): readonly string[] {
  const groups = failures.ofSteps();
  if (groups.length === 0) return [];
  const hidden = groups.length - groupsAtMost;
  const items = groups.slice(0, groupsAtMost).map(({ step, code, count, example }) => {
    const where = step === null ? '' : ` in the step ${codeSpan(step, longestName)}`;
    const first = `${codeSpan(placeOf(example, inputPath), longestName)}, key ${codeSpan(example.key, longestName)}`;
    const message = codeSpan(example.error.message, longestMessage);
    return `- **${formatAmount(count, 'record')}** ${codeSpan(code)}${where}, such as ${first}: ${message}\n`;
  });
  const more = hidden > 0 ? [`- and ${formatAmount(hidden, 'other kind')} of failure\n`] : [];
  return [`**Failures**\n\n${[...items, ...more].join('')}`];
}

function nextBlocks(input: SummaryInput): readonly string[] {
  const next = nextOf(input);
  if (next === undefined) return [];
  const effect = markdownText(next.effect);
  if (next.command.length === 0) return [`**Next**: ${effect}`];
  return ['**Next**', codeBlock(continuedLines(next.command).join('\n'), 'sh'), effect];
}
