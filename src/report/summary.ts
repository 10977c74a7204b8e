import { formatDuration } from '../duration.ts';
import { printable } from '../diagnostic/printable.ts';
import type { Resumed, RunFinished, RunStarted, ToolCounts } from '../run/events.ts';
import { budgetInWords } from './budget.ts';
import { placeOf, type Failures } from './failures.ts';
import { costInWords } from './money.ts';
import { continuedLines, nextOf } from './next.ts';
import { formatAmount, formatCount, formatRate } from './numbers.ts';
import type { Output, Paint } from './output.ts';
import { paintFor } from './output.ts';
import { pathsOf } from './paths.ts';
import { recordingInWords, replayInWords, unusedInWords } from './recordings.ts';
import { clip, wrap } from './text.ts';
import { usageTable } from './usage-table.ts';

export interface SummaryInput {
  readonly started: RunStarted | undefined;
  readonly finished: RunFinished;
  readonly failures: Failures;
  /** Records that ended in this session: the counts of a resumed run have those before it too. */
  readonly done: number;
  /** Answers that reached `max_tokens` before their end. */
  readonly cut: number;
  readonly inputPath: string;
  readonly outputPath?: string;
  /** What the user types to start pipe; default: `pipe`. */
  readonly command?: string;
}

const labelWidth = 11;
const longestName = 40;
const longestMessage = 400;
const groupsAtMost = 10;

/**
 * What a run came to, for people: plain lines, each ended, that fit the width (80 columns off a terminal).
 */
export function formatSummary(input: SummaryInput, output: Omit<Output, 'write'>): string {
  const paint = paintFor(output);
  const width = output.isTerminal ? Math.min(100, Math.max(60, output.columns)) : 80;
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
  const { started, finished, done, cut } = input;
  const { tool_calls, usage, budget, duration, reason } = finished;
  const label = (name: string, text: string) => labelled(name, wrap(text, width - labelWidth), paint);
  const speed = done > 0 && duration > 0 ? `, ${formatRate(done / (duration / 1000))}` : '';
  const name = clip(started?.pipeline ?? 'run', longestName);
  return [
    `${paint('bold', name)} ${endInWords(finished, paint)} ${formatDuration(duration)}${speed}`,
    ...(started?.simulated === true
      ? label('simulated', 'no model was asked: answers, tokens and cost are made up')
      : []),
    ...(started?.replayed === true ? label('replayed', replayInWords(finished.replay)) : []),
    ...(reason === undefined || reason.kind === 'interrupted'
      ? []
      : [
          ...label('reason', `${clip(reason.message, longestMessage)} (${reason.code})`),
          ...(reason.hint === undefined ? [] : label('hint', clip(reason.hint, longestMessage))),
        ]),
    ...labelled('records', [countsInWords(finished, paint)], paint),
    ...(started?.resumed === undefined
      ? []
      : earlierInWords(started.resumed, finished).flatMap((line) => label('resumed', line))),
    ...label('cost', costInWords(usage)),
    ...(budget === undefined
      ? []
      : labelled(
          'budget',
          budgetInWords(budget, usage.total).flatMap((line) => wrap(line, width - labelWidth)),
          paint,
        )),
    ...(cut > 0
      ? label(
          'cut off',
          `${formatAmount(cut, 'answer')} reached \`max_tokens\` before ${cut === 1 ? 'its' : 'their'} end`,
        )
      : []),
    ...(tool_calls.total > 0 ? label('tools', toolsInWords(tool_calls)) : []),
    ...(usage.total.cached_requests > 0
      ? label('cache', `${formatAmount(usage.total.cached_requests, 'call')} answered without a request`)
      : []),
    ...(finished.recording === undefined ? [] : label('recorded', recordingInWords(finished.recording))),
    ...unusedSection(finished, label),
  ];
}

/** Listed where the run has failed for them. */
function unusedSection(
  { replay, counts, failed }: RunFinished,
  label: (name: string, text: string) => readonly string[],
): readonly string[] {
  const listed = failed && counts.failed === 0;
  return unusedInWords(replay?.unused ?? null, listed).flatMap((line, at) =>
    label(at === 0 ? 'unused' : '', line),
  );
}

function endInWords({ state, failed }: RunFinished, paint: Paint): string {
  if (state === 'interrupted') return `${paint('yellow', 'interrupted')} after`;
  if (state === 'stopped') return `${paint('red', 'stopped')} after`;
  return failed ? `${paint('red', 'finished with failures')} in` : `${paint('green', 'completed')} in`;
}

function countsInWords({ counts }: RunFinished, paint: Paint): string {
  if (counts.total === 0) return 'none: the input has no records, or none was selected';
  const parts = [
    `${formatCount(counts.succeeded)} succeeded`,
    ...(counts.failed > 0 ? [paint('red', `${formatCount(counts.failed)} failed`)] : []),
    ...(counts.skipped > 0 ? [`${formatCount(counts.skipped)} skipped by \`input.when\``] : []),
    ...(counts.pending > 0 ? [paint('yellow', `${formatCount(counts.pending)} pending`)] : []),
  ];
  return `${formatCount(counts.total)}: ${parts.join(', ')}`;
}

/** What earlier sessions have spared this one; nothing where that is nothing. */
function earlierInWords({ kept }: Resumed, { replayed_calls = 0 }: RunFinished): readonly string[] {
  const were = (count: number, noun: string) =>
    `${formatAmount(count, noun)} ${count === 1 ? 'was' : 'were'}`;
  const spared = [
    ...(kept > 0 ? [`${were(kept, 'record')} done before`] : []),
    ...(replayed_calls > 0 ? [`${were(replayed_calls, 'call')} answered from the journal`] : []),
  ];
  if (spared.length === 0) return [];
  const them = kept + replayed_calls === 1 ? 'it' : 'them';
  return [[...spared, `counts and cost include ${them}`].join('; ')];
}

function toolsInWords({ total, failed }: ToolCounts): string {
  const calls = formatAmount(total, 'call');
  return failed === 0 ? calls : `${calls}, ${formatCount(failed)} failed`;
}

function failureSection(
  { failures, inputPath }: SummaryInput,
  width: number,
  paint: Paint,
): readonly string[] {
  const groups = failures.groups();
  if (groups.length === 0) return [];
  const shown = groups.slice(0, groupsAtMost);
  const counts = shown.map(({ count }) => formatCount(count));
  const countWidth = Math.max(...counts.map((count) => count.length));
  const indent = ' '.repeat(countWidth + 4);
  const lines = shown.flatMap(({ code, example }, at) => {
    const text = clip(`${placeOf(example, inputPath)}  ${example.error.message}`, width - indent.length);
    return [
      `  ${paint('red', (counts[at] ?? '').padStart(countWidth))}  ${code}`,
      `${indent}${paint('dim', text)}`,
    ];
  });
  const hidden = groups.length - shown.length;
  return [
    paint('dim', 'failures'),
    ...lines,
    ...(hidden > 0 ? [`  and ${formatAmount(hidden, 'other code')}`] : []),
  ];
}

function pathSection({ started, finished, outputPath }: SummaryInput, paint: Paint): readonly string[] {
  const paths = pathsOf(started?.folder, finished, outputPath);
  const lines = [
    ['output', paths.output],
    ['results', paths.results],
    ['errors', finished.counts.failed > 0 ? paths.errors : undefined],
  ] as const;
  return lines.flatMap(([name, path]) =>
    path === undefined ? [] : labelled(name, [printable(path)], paint),
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
