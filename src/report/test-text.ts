import { shownPath } from '../diagnostic/placed.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import { formatDuration } from '../duration.ts';
import type { SuiteResult, TestResult } from '../testing/result.ts';
import { formatAmount, formatCount } from './numbers.ts';
import { paintFor, type Paint } from './output.ts';
import { failureLines, type TestStyle } from './test-failure.ts';
import { metricsLines } from './test-metrics.ts';
import { countTests, failuresOf, type PlacedFailure } from './test-words.ts';

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
  const failures = style.verbose ? failuresOf(result) : withoutRepeats(failuresOf(result));
  const shown = style.verbose ? failures : failures.slice(0, mostFailures);
  const left = failures.length - shown.length;
  return [
    paint('red', `✗ ${printable(result.test.name)}`),
    ...shown.flatMap((failure, at) => {
      const frame = failure.failure.place !== shown[at - 1]?.failure.place;
      return (at === 0 ? [] : ['']).concat(failureLines(failure, { ...style, frame }));
    }),
    ...(left > 0 ? ['', `${formatAmount(left, 'more failure')} of this test; --verbose tells all`] : []),
  ];
}

/** One word of a prompt is missed by every record: the first says it for all that miss the same line. */
function withoutRepeats(failures: readonly PlacedFailure[]): readonly PlacedFailure[] {
  const told = new Set<string>();
  return failures.filter(({ failure: { miss } }) => {
    if (miss === undefined) return true;
    const what = JSON.stringify([miss.step, miss.tool, miss.place]);
    const isNew = !told.has(what);
    told.add(what);
    return isNew;
  });
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
function remedyLines(
  { suite, tests, simulated }: SuiteResult,
  { cwd, command }: TextStyle,
): readonly string[] {
  const misses = tests
    .flatMap(failuresOf)
    .filter(({ failure }) => failure.miss !== undefined || failure.unanswered === true);
  if (misses.length === 0) return [];
  const path = printable(shownPath(suite.path, cwd));
  const count = formatAmount(misses.length, 'question');
  const verb = misses.length === 1 ? 'is' : 'are';
  const flags = simulated ? '--record --simulate' : '--record';
  return [
    '',
    `${count} of ${path} ${verb} not recorded; record the answers anew:`,
    `  ${command} test ${path} ${flags}`,
  ];
}
