import type { Location } from '../diagnostic/diagnostic.ts';
import type { JsonValue } from '../json/json.ts';
import type { ModelRequest } from '../models/contract.ts';
import type { RecordError, StopReason } from '../run/events.ts';
import type { ReplayMiss } from '../run/recordings/miss.ts';
import type { Usage } from '../usage/usage.ts';
import type { Metrics } from './metrics.ts';
import type { PlannedTest, TestRecord, TestSuite } from './suite.ts';

/** What came of the tests of one pipeline. */
export interface SuiteResult {
  readonly suite: TestSuite;
  /** In the order of the files; only those that were asked for. */
  readonly tests: readonly TestResult[];
  /** Why the tests broke off; absent where all ran. */
  readonly reason?: StopReason;
  /** Whether answers were made up, by a simulator now or when they were recorded. */
  readonly simulated: boolean;
  /** Whether nothing is recorded yet, so that no question can be answered. */
  readonly unrecorded?: boolean;
  /** Milliseconds. */
  readonly duration: number;
}

export interface TestResult {
  readonly test: PlannedTest;
  /** `not_run`: the run stopped before all its records were through. */
  readonly status: 'passed' | 'failed' | 'not_run';
  readonly records: readonly RecordResult[];
  /** Of the test as a whole: a share that was not reached. */
  readonly failures: readonly Failure[];
  /** Of a test with `classify`. */
  readonly metrics?: Metrics;
  /** From the beginning of its first record to the end of its last, in milliseconds. */
  readonly duration: number;
}

export interface RecordResult {
  readonly record: TestRecord;
  readonly outcome: 'succeeded' | 'failed' | 'skipped' | 'not_run';
  /** The result row, where the record succeeded. */
  readonly output?: JsonValue;
  /** Why it failed, and in which step; null where the record itself was at fault. */
  readonly error?: RecordError & { readonly step: string | null };
  readonly usage: Usage;
  readonly failures: readonly Failure[];
}

/** One thing that is not as a test expects it. */
export interface Failure {
  /** Of what is expected, in its file. */
  readonly place: Location;
  readonly kind: string;
  /** The path that was looked at. */
  readonly path?: string;
  /** One sentence that stands by itself. */
  readonly message: string;
  /** What was wanted, and what came; absent where the message says all. */
  readonly expected?: string;
  readonly got?: JsonValue;
  /** `got` in words, where they say it better than its JSON. */
  readonly seen?: string;
  readonly reason?: string;
  /** The remedy, where one is known. */
  readonly hint?: string;
  /** The text that was wanted in place of what came, where they can be held side by side. */
  readonly wanted?: string;
  /** Whether a judge gave no verdict. */
  readonly unanswered?: boolean;
  /** The step that answered so. */
  readonly asked?: Asked;
  /** A question that no recording answers. */
  readonly miss?: ReplayMiss;
  /** The same for failures of one question that is not recorded, of the pipeline or of a judge. */
  readonly question?: string;
}

export interface Asked {
  readonly step: string;
  /** The last request of the step. */
  readonly request: ModelRequest;
  /** What the model answered: text, and the calls of tools as JSON; absent where there was no answer. */
  readonly answer?: string;
}
