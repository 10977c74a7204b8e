import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { diagnosticsJson, type JsonDiagnostic } from '../diagnostic/format.ts';
import { shownPath } from '../diagnostic/placed.ts';
import { printableJson } from '../diagnostic/printable.ts';
import type { Failure, RecordResult, SuiteResult, TestResult } from '../testing/result.ts';
import { missMessage } from '../run/recordings/miss.ts';
import { countTests, type TestCounts } from './test-words.ts';

/**
 * The one object that `--format json` prints, whatever comes of the tests. Names are part of the contract with scripts: none is
 * ever left out, and what is not known is null.
 */
interface TestReport {
  readonly passed: boolean;
  /** `stopped`: the tests broke off. `refused`: none was run. */
  readonly state: 'completed' | 'stopped' | 'refused';
  /** What the process ends with. */
  readonly exit_code: number;
  readonly simulated: boolean;
  readonly counts: Omit<TestCounts, 'records'> | null;
  readonly duration_ms: number | null;
  readonly pipelines: readonly ReturnType<typeof suiteJson>[];
  /** Mistakes and warnings that were told beside the tests, each as `pipe check --format json` has it. */
  readonly diagnostics: readonly JsonDiagnostic[];
}

interface JsonStyle {
  readonly cwd: string;
  readonly exitCode: number;
}

/** Tests for programs: one JSON object. */
export function testJson(
  results: readonly SuiteResult[],
  { cwd, exitCode, diagnostics }: JsonStyle & { readonly diagnostics: readonly Diagnostic[] },
): string {
  const { records: _, ...counts } = countTests(results);
  const isWhole = results.every(({ reason }) => reason === undefined);
  return formatReport({
    passed: counts.failed + counts.not_run === 0 && isWhole && exitCode === 0,
    state: isWhole ? 'completed' : 'stopped',
    exit_code: exitCode,
    simulated: results.some(({ simulated }) => simulated),
    counts,
    duration_ms: rounded(results.reduce((sum, { duration }) => sum + duration, 0)),
    pipelines: results.map((result) => suiteJson(result, cwd)),
    diagnostics: diagnosticsJson(diagnostics, cwd),
  });
}

/** The same object for tests that were not begun: nothing is known of them but why. */
export function refusedTestJson(diagnostics: readonly Diagnostic[], { cwd, exitCode }: JsonStyle): string {
  return formatReport({
    passed: false,
    state: 'refused',
    exit_code: exitCode,
    simulated: false,
    counts: null,
    duration_ms: null,
    pipelines: [],
    diagnostics: diagnosticsJson(diagnostics, cwd),
  });
}

function formatReport(report: TestReport): string {
  return `${printableJson(JSON.stringify(report, null, 2))}\n`;
}

function suiteJson({ suite, tests, reason, simulated }: SuiteResult, cwd: string) {
  return {
    pipeline: shownPath(suite.path, cwd),
    recording: shownPath(suite.recording, cwd),
    simulated,
    reason: reason === undefined ? null : { kind: reason.kind, code: reason.code, message: reason.message },
    tests: tests.map((test) => testResultJson(test, cwd)),
  };
}

function testResultJson({ test, status, duration, records, failures, metrics }: TestResult, cwd: string) {
  return {
    name: test.name,
    status,
    ...placeJson(test, cwd),
    duration_ms: rounded(duration),
    failures: failures.map((failure) => failureJson(failure, cwd)),
    metrics: metrics ?? null,
    records: records.map((record) => recordJson(record, cwd)),
  };
}

function recordJson({ record, outcome, output, error, usage, failures }: RecordResult, cwd: string) {
  return {
    row: record.row ?? null,
    input: record.value,
    outcome,
    output: output ?? null,
    error: error === undefined ? null : { code: error.code, message: error.message, step: error.step },
    usage,
    failures: failures.map((failure) => failureJson(failure, cwd)),
  };
}

function failureJson(failure: Failure, cwd: string) {
  const { kind, path, message, expected, got, reason, hint, asked, miss } = failure;
  return {
    kind,
    path: path ?? null,
    message,
    expected: expected ?? null,
    got: got ?? null,
    reason: reason ?? null,
    hint: hint ?? null,
    ...placeJson(failure, cwd),
    step: asked?.step ?? miss?.step ?? null,
    messages: asked?.request.messages ?? null,
    answer: asked?.answer ?? null,
    not_recorded: miss === undefined ? null : missMessage(miss),
  };
}

function placeJson({ place }: Pick<Failure, 'place'>, cwd: string) {
  const { line, column } = place.source.locate(place.pointer, place.part, place.span).start;
  return { file: shownPath(place.source.path, cwd), line, column };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
