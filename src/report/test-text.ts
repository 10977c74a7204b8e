import { shownPath } from '../diagnostic/placed.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import { formatDuration } from '../duration.ts';
import type { Failure, SuiteResult, TestResult } from '../testing/result.ts';
import { formatAmount, formatCount } from './numbers.ts';
import { paintFor, type Paint } from './output.ts';
import { failureLines, type TestStyle } from './test-failure.ts';
import { metricsLines } from './test-metrics.ts';
import { countTests, failuresOf, type PlacedFailure } from './test-words.ts';
import { wrap } from './text.ts';

const width = 80;
/** Of one test, so many failures are told. */
const mostFailures = 3;

export interface TextStyle extends TestStyle {
  /** How pipe is called here: npx pipe. */
  readonly command: string;
}

/** Tests as people read them: a line for each, then what failed, then what it comes to. */
export function testText(results: readonly SuiteResult[], style: TextStyle): string {
  const paint = paintFor(style);
  const failed = results.flatMap((result) => result.tests.filter(({ status }) => status === 'failed'));
  const blocks = [
    ...results.map((result) => suiteLines(result, style, paint)),
    ...failed.map((test) => detailLines(test, style, paint)),
    summaryLines(results, style, paint),
  ];
  return withoutCommands(`${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`);
}

function suiteLines({ suite, tests }: SuiteResult, { cwd }: TextStyle, paint: Paint): readonly string[] {
  return [
    paint('bold', printable(shownPath(suite.path, cwd))),
    ...tests.flatMap((test, at) => [
      `  ${testLine(test, paint)}`,
      ...(test.metrics === undefined
        ? []
        : [
            '',
            ...metricsLines(test.metrics, width - 4, paint).map(inset),
            ...(at < tests.length - 1 ? [''] : []),
          ]),
    ]),
  ];
}

function inset(line: string): string {
  return line === '' ? '' : `    ${line}`;
}

const marks = { passed: ['green', '✓'], failed: ['red', '✗'], not_run: ['yellow', '-'] } as const;

function testLine({ test, status, records, duration }: TestResult, paint: Paint): string {
  const [style, mark] = marks[status];
  const wrong = records.filter(({ failures }) => failures.length > 0).length;
  const of = test.isTable ? [formatAmount(test.records.length, 'record')] : [];
  const bad = test.isTable && wrong > 0 ? [`${formatCount(wrong)} failed`] : [];
  const notes = [...of, ...bad];
  const told = notes.length === 0 ? '' : ` (${notes.join(', ')})`;
  const time = status === 'not_run' ? 'not run' : formatDuration(duration);
  return `${paint(style, mark)} ${printable(test.name)}${told}  ${paint('dim', time)}`;
}

function detailLines(result: TestResult, style: TextStyle, paint: Paint): readonly string[] {
  const groups = style.verbose ? failuresOf(result).map((first) => ({ first, others: 0 })) : grouped(result);
  const shown = style.verbose ? groups : groups.slice(0, mostFailures);
  const left = groups.slice(shown.length).reduce((sum, { others }) => sum + 1 + others, 0);
  return [
    paint('red', `✗ ${printable(result.test.name)}`),
    ...shown.flatMap(({ first, others }, at) => {
      const frame = first.failure.place !== shown[at - 1]?.first.failure.place;
      const more = others === 0 ? [] : [`  the same for ${formatAmount(others, 'more record')}`];
      return (at === 0 ? [] : ['']).concat(failureLines(first, { ...style, frame }), more);
    }),
    ...(left > 0 ? ['', `${formatAmount(left, 'more failure')} of this test; --verbose tells all`] : []),
  ];
}

/** Failures that say the same, the first of them standing for all. */
interface FailureGroup {
  readonly first: PlacedFailure;
  readonly others: number;
}

/** One word of a prompt is missed by every record, one `input.when` skips many: the first says it for all. */
function grouped(result: TestResult): readonly FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const [at, placed] of failuresOf(result).entries()) {
    const same = sameness(placed.failure) ?? String(at);
    const group = groups.get(same);
    groups.set(
      same,
      group === undefined ? { first: placed, others: 0 } : { ...group, others: group.others + 1 },
    );
  }
  return [...groups.values()];
}

/** Equal for failures of several records that are one; undefined for what was answered, which is each record's own. */
function sameness({ kind, message, miss }: Failure): string | undefined {
  if (miss !== undefined) return JSON.stringify([miss.step, miss.tool, miss.place]);
  return kind === 'outcome' ? JSON.stringify([kind, message]) : undefined;
}

function summaryLines(results: readonly SuiteResult[], style: TextStyle, paint: Paint): readonly string[] {
  const { tests, passed, failed, not_run, records } = countTests(results);
  const parts = [
    `${formatCount(passed)} passed`,
    ...(failed > 0 ? [paint('red', `${formatCount(failed)} failed`)] : []),
    ...(not_run > 0 ? [paint('yellow', `${formatCount(not_run)} not run`)] : []),
  ];
  const duration = results.reduce((sum, result) => sum + result.duration, 0);
  const made = results.some(({ simulated }) => simulated) ? '; answers are made up by the simulator' : '';
  const reasons = results.flatMap(({ reason }) => reason ?? []);
  return [
    `${paint('bold', formatAmount(tests, 'test'))}: ${parts.join(', ')}  (${formatAmount(records, 'record')}, ${formatDuration(duration)}${made})`,
    ...reasons.map(({ message }) => `${paint('red', 'stopped')}: ${printable(message)}`),
    ...results.flatMap((result) => remedyLines(result, style)),
  ];
}

/** What to do about questions that are not recorded. */
function remedyLines(result: SuiteResult, { cwd, command }: TextStyle): readonly string[] {
  const { suite, tests, simulated, unrecorded = false } = result;
  const misses = tests.flatMap(failuresOf).flatMap(({ failure }) => failure.question ?? []);
  if (misses.length === 0) return [];
  const path = printable(shownPath(suite.path, cwd));
  const record = `  ${command} test ${path} --record`;
  if (unrecorded) {
    const recording = printable(shownPath(suite.recording, cwd));
    return [
      '',
      ...wrap(
        `nothing is recorded yet: there is no ${recording}, or it is empty; record the answers:`,
        width,
      ),
      `${record}               with a key`,
      `${record} --simulate    without one: made-up answers, marked so`,
    ];
  }
  const questions = new Set(misses).size;
  const count = formatAmount(questions, 'question');
  const what = asksFurther(suite)
    ? `at least ${count} of ${path}, and what depends on ${questions === 1 ? 'it' : 'them'}, are not recorded`
    : `${count} of ${path} ${questions === 1 ? 'is' : 'are'} not recorded`;
  return [
    '',
    ...wrap(`${what}; record the answers anew:`, width),
    `${record}${simulated ? ' --simulate' : ''}`,
  ];
}

/** Whether the answer to one question leads to others: those are not known before it. */
function asksFurther({ plan, graders }: SuiteResult['suite']): boolean {
  return plan.steps.length > 1 || graders.size > 0 || plan.steps.some(({ type }) => type === 'tools');
}
