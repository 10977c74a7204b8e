import { isDeepStrictEqual } from 'node:util';
import { printable, withoutCommands } from '../../diagnostic/printable.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import type { Trial } from '../../trial/trial.ts';
import { insetLines } from '../inset.ts';
import { paintFor, type Output } from '../output.ts';
import { recordingInWords, replayInWords } from '../recordings.ts';
import { missLines } from '../replay-miss.ts';
import { clip, wrap } from '../text.ts';
import { changeLines } from './change.ts';
import { totalFacts } from './facts.ts';
import type { LastAnswers } from './last-answers.ts';

type Screen = Omit<Output, 'write'>;

const margin = 2;
const labelWidth = 11;
const longestCondition = 200;

/** The steps that were not come to; of a record that came to none, why that is, unless it is an error. */
export function unreachedSteps(trial: Trial, screen: Screen): string {
  const paint = paintFor(screen);
  if (trial.record?.outcome === 'skipped') {
    const condition = clip(trial.plan.input.when?.text.trim() ?? '', longestCondition);
    return `\n${paint('dim', `skipped by \`input.when\`: ${condition}`)}\n`;
  }
  const unreached = trial.steps.filter(({ outcome, calls }) => outcome === undefined && calls.length === 0);
  if (unreached.length === 0 || unreached.length === trial.steps.length) return '';
  return `\n${unreached.map(({ step }) => `${paint('bold', step.id)}  ${paint('dim', 'not reached')}\n`).join('')}`;
}

/** What is recorded in the place of what no recording has. */
export function missedRecordings({ misses }: Trial, screen: Screen, cwd: string): string {
  const view = { paint: paintFor(screen), cwd };
  return withoutCommands(misses.flatMap((miss) => missLines(miss, view).map((line) => `${line}\n`)).join(''));
}

/** The row of a record that succeeded. */
export function trialRow(row: JsonValue, screen: Screen): string {
  return section('output', jsonLines(row, screen), screen);
}

/** What the rounds before have left. */
export interface RowBefore {
  readonly row: JsonValue;
  readonly answers: LastAnswers;
}

/** What has changed of the row since, field by field, but for what the steps have told of their answers. */
export function rowChanges(row: JsonValue, before: RowBefore, trial: Trial, screen: Screen): string {
  const paint = paintFor(screen);
  const width = screen.isTerminal ? screen.columns - 2 * margin : undefined;
  const [now, then] = [fieldsOf(row), fieldsOf(before.row)];
  const names = [...new Set([...Object.keys(now), ...Object.keys(then)])];
  const changed = names.filter(
    (name) =>
      !isDeepStrictEqual(now[name], then[name]) && !isTold(now[name], then[name], trial, before.answers),
  );
  const indent = ' '.repeat(margin);
  const lines = changed.flatMap((name) =>
    [`${indent}${printable(name)}:`].concat(
      changeLines(textOf(then[name]), textOf(now[name]), paint, width).map((line) =>
        `${indent}${indent}${line}`.trimEnd(),
      ),
    ),
  );
  return lines.length === 0 ? '' : section('output, changed', `${lines.join('\n')}\n`, screen);
}

/** Whether one of the steps has given the one, and now the other. */
function isTold(
  now: JsonValue | undefined,
  then: JsonValue | undefined,
  { steps }: Trial,
  answers: LastAnswers,
): boolean {
  return steps.some(
    ({ step, value }) =>
      value !== undefined &&
      isDeepStrictEqual(value.output, now) &&
      isDeepStrictEqual(answers.get(step.id)?.output, then),
  );
}

function fieldsOf(row: JsonValue): JsonObject {
  return isObject(row) ? row : { output: row };
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

function jsonLines(row: JsonValue, screen: Screen): string {
  const columns = screen.isTerminal ? { columns: screen.columns } : {};
  return insetLines(printable(JSON.stringify(row, null, 2), 'lines'), { margin, ...columns });
}

function section(name: string, lines: string, screen: Screen): string {
  return withoutCommands(`\n${paintFor(screen)('dim', name)}\n${lines}`);
}

/** `succeeded  2 calls, 55 tokens in, 31 out, $0.000027, 145 ms`, and what has to be known of it. */
export function trialTotal(trial: Trial, screen: Screen): string {
  const paint = paintFor(screen);
  const { started, finished } = trial;
  if (finished === undefined) return '';
  const { recording, replay } = finished;
  const facts = [
    [endedHow(trial), totalFacts(finished, trial)],
    ...(started?.simulated === true
      ? [['simulated', 'no model was asked: answers, tokens and cost are made up']]
      : []),
    ...(started?.replayed === true ? [['replayed', replayInWords(replay)]] : []),
    ...(recording === undefined ? [] : [['recorded', recordingInWords(recording)]]),
  ] as const;
  const width = screen.isTerminal ? Math.min(100, Math.max(40, screen.columns)) : 80;
  const lines = facts.flatMap(([name = '', words = ''], first) =>
    wrap(words, width - labelWidth - 1).map((line, at) => {
      const label = (at === 0 ? name : '').padEnd(labelWidth);
      return `${first === 0 ? paint(styleOf(trial), label) : paint('dim', label)} ${line}`;
    }),
  );
  return `\n${lines.join('\n')}\n`;
}

function endedHow({ record, finished }: Trial): string {
  if (record !== undefined) return record.outcome;
  return finished?.state === 'interrupted' ? 'interrupted' : 'stopped';
}

function styleOf({ record }: Trial): 'green' | 'yellow' | 'red' {
  if (record?.outcome === 'succeeded') return 'green';
  return record?.outcome === 'failed' || record === undefined ? 'red' : 'yellow';
}
