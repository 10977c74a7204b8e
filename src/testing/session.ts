import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../result.ts';
import type { RecordingChange } from '../run/recordings/change.ts';
import { withoutResume } from '../run/budget-spent.ts';
import { openRecordings } from '../run/recordings/open.ts';
import { openRecorder, type Recorder } from '../run/recordings/recorder.ts';
import type { RecordResult, SuiteResult, TestResult } from './result.ts';
import { runTests, type TestOptions } from './run.ts';
import type { PlannedTest, TestSuite } from './suite.ts';

/** What both ways of testing are given. `simulator` and `openModel` answer in place of models while recording. */
export type SessionOptions = Pick<TestOptions, 'env' | 'drain' | 'abort' | 'simulator' | 'openModel' | 'on'>;

export interface OfflineResult {
  readonly result: SuiteResult;
  /** Entries of the recording that no test has used; null where that cannot be told. */
  readonly unused: number | null;
}

/** Runs tests by what is recorded: no model is asked, no key is needed. A recording that is not there answers nothing. */
export async function testOffline(
  suite: TestSuite,
  tests: readonly PlannedTest[],
  { env, drain, abort }: SessionOptions,
): Promise<Result<OfflineResult, readonly Diagnostic[]>> {
  const opened = await openRecordings([suite.recording], { absent: 'empty' });
  if (!opened.ok) return opened;
  const { recordings } = opened.value;
  const result = await runTests(suite, tests, {
    env,
    replay: { recordings },
    ...(drain !== undefined && { drain }),
    ...(abort !== undefined && { abort }),
  });
  // After an answer that is missing, what would have been asked next is not known.
  const isWhole =
    tests.length === suite.tests.length && result.reason === undefined && !result.tests.some(isMissed);
  const simulated = recordings.entries.some((entry) => entry.type === 'answer' && entry.simulated);
  const unrecorded = recordings.entries.length === 0;
  const told = simulated ? result.tests.map(withMadeUpVerdicts) : result.tests;
  return success({
    result: { ...result, tests: told, simulated, unrecorded },
    unused: isWhole ? recordings.unused().length : null,
  });
}

/** A simulator makes up verdicts as it does answers: that one is against an answer says nothing of it. */
function withMadeUpVerdicts(test: TestResult): TestResult {
  const hint = 'the simulator cannot judge, and made this verdict up: record the answers of a model';
  const records = test.records.map((record) => ({
    ...record,
    failures: record.failures.map((failure) => (failure.kind === 'judge' ? { hint, ...failure } : failure)),
  }));
  return { ...test, records };
}

export interface RecordedResult {
  readonly result: SuiteResult;
  readonly change: RecordingChange;
}

/**
 * Asks for the answers that the recording lacks, writes it, and then runs the tests by it: what is told of them is what a run
 * without a key tells. Entries that no test uses go, where all tests ran.
 */
export async function recordTests(
  suite: TestSuite,
  tests: readonly PlannedTest[],
  options: SessionOptions,
): Promise<Result<RecordedResult, readonly Diagnostic[]>> {
  const opened = await openRecorder(suite.recording, { simulated: options.simulator !== undefined });
  return opened.ok ? recordTestsInto(opened.value.recorder, suite, tests, options) : opened;
}

/** As `recordTests`, into a recording that is open: what fails from here on is the machine's fault, not that of a file. */
export async function recordTestsInto(
  recorder: Recorder,
  suite: TestSuite,
  tests: readonly PlannedTest[],
  options: SessionOptions,
): Promise<Result<RecordedResult, readonly Diagnostic[]>> {
  const asked = await runTests(suite, tests, { ...options, record: { recorder } });
  const isWhole = tests.length === suite.tests.length && asked.reason === undefined && !recorder.incomplete;
  const written = await recorder.finish({ prune: isWhole });
  if (!written.ok) return failure([written.error]);
  const { env } = options;
  const held = await testOffline(suite, tests, { env });
  if (!held.ok) return held;
  return success({ result: joined(asked, held.value.result), change: written.value });
}

/** What the recording has no answer for is told as it went when it was asked for. */
function joined(asked: SuiteResult, held: SuiteResult): SuiteResult {
  const { reason } = asked;
  const tests = held.tests.map((test, at) => {
    const before = asked.tests[at];
    return before === undefined || !isMissed(test) ? test : withAnswers(test, before);
  });
  const duration = asked.duration + held.duration;
  return { ...held, tests, duration, ...(reason !== undefined && { reason: withoutResume(reason) }) };
}

function withAnswers(held: TestResult, asked: TestResult): TestResult {
  if (asked.status === 'not_run') return asked;
  const records = held.records.map((record, at) => {
    const before = asked.records[at];
    return before !== undefined && misses(record) && before.failures.length > 0 ? before : record;
  });
  return { ...held, records };
}

function isMissed({ records }: TestResult): boolean {
  return records.some(misses);
}

function misses({ failures }: RecordResult): boolean {
  return failures.some(({ miss, unanswered }) => miss !== undefined || unanswered === true);
}
