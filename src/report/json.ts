import { basename } from 'node:path';
import type { JsonDiagnostic } from '../diagnostic/format.ts';
import { printableJson } from '../diagnostic/printable.ts';
import type { RunFinished, RunStarted, StopReason } from '../run/events.ts';
import type { BudgetReport, BudgetUse, ReplayReport, UsageReport } from '../run/totals.ts';
import type { RecordingChange } from '../run/recordings/change.ts';
import { collectFailures, type Failures } from './failures.ts';
import { pathsOf } from './paths.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';

/**
 * The one object that `--format json` prints, whatever comes of the run. Names are part of the contract with scripts: none is ever left out,
 * and what is not known or not there is null.
 */
export interface RunReport {
  /** The run's own name: the last part of its folder. */
  readonly run: string | null;
  readonly pipeline: string | null;
  /** `refused`: the run did not begin, or was not gone on with, and no call was made. */
  readonly state: RunFinished['state'] | 'refused';
  /** Why the run did not go to its end. */
  readonly reason: RunFinished['reason'] | null;
  /** What the process ends with. */
  readonly exit_code: number;
  /** Whether answers, tokens and cost were made up by the simulator, now or when they were recorded. */
  readonly simulated: boolean;
  /** Whether the answers, with their tokens and cost, are those of a recording: nothing was paid. */
  readonly replayed: boolean;
  readonly folder: string | null;
  /** Null where the run has not been begun before. */
  readonly resumed: {
    /** Records that were through before, and were not run again. */
    readonly kept: number;
    /** Calls of models and tools that were answered before, and nobody was asked again. */
    readonly replayed_calls: number;
  } | null;
  /** Of the whole run: `{total, succeeded, failed, skipped, pending}`; null where it was refused. */
  readonly counts: RunFinished['counts'] | null;
  /** Of tools: `{total, failed}`; null where the run was refused. */
  readonly tool_calls: RunFinished['tool_calls'] | null;
  /**
   * As in usage.json, of the whole run: `{total, by_step, by_model}`, and `crashed_sessions` where there are any; null where
   * it was refused.
   */
  readonly usage: UsageReport | null;
  /**
   * US dollars, the same as `usage.total.cost_usd`; a lower bound where `usage.total.unmetered_requests` is
   * not 0, or `usage.crashed_sessions` is there.
   */
  readonly cost_usd: number | null;
  /** Calls answered from pipe's own cache, without a request; the same as `usage.total.cached_requests`. */
  readonly cached_requests: number | null;
  /**
   * `{usd, tokens}`, each `{limit, spent, wanted}` or null, of the whole run; `spent` counts what calls whose usage
   * never came may have used, `wanted` is the most that a refused call could have used, null where none was refused.
   * Null where the run has no budget.
   */
  readonly budget: { readonly usd: ReportedUse | null; readonly tokens: ReportedUse | null } | null;
  /**
   * `{misses, simulated, unused}`: calls that were never recorded, answers that the simulator had made up, entries that
   * nothing has used, each `{type, step, path, line}`, null where that is not known. Null where models were asked.
   */
  readonly replay: ReplayReport | null;
  /** `{path, added, replaced, kept, dropped}` of the file of `--record`, in entries. Null where none was written. */
  readonly recording: RecordingChange | null;
  readonly duration_ms: number | null;
  /** results.jsonl of the run's folder. */
  readonly results: string | null;
  /** The file of `--output` that was written; with `.partial` where the run was not completed. */
  readonly output: string | null;
  readonly errors: {
    /** errors.jsonl of the run's folder, which has all of them. */
    readonly path: string | null;
    /** The first five that happened. */
    readonly first: readonly ReportedError[];
  };
  /** Mistakes and warnings that were told before the run began, each as `pipe check --format json` has it. */
  readonly diagnostics: readonly JsonDiagnostic[];
}

export interface ReportedUse extends Omit<BudgetUse, 'wanted'> {
  readonly wanted: number | null;
}

export interface ReportedError {
  readonly index: number;
  readonly line: number;
  readonly key: string;
  readonly step: string | null;
  readonly code: string;
  readonly message: string;
  readonly status: number | null;
}

/** Prints the run's report when the run is over, and nothing before or beside it. */
export function jsonReporter({
  output,
  outputPath,
  exitCodeOf,
  diagnostics = [],
}: ReporterOptions): Reporter {
  const failures = collectFailures();
  let started: RunStarted | undefined;
  return {
    on(event) {
      if (event.type === 'run_started') started = event;
      else if (event.type === 'record_finished' && event.outcome === 'failed') failures.add(event);
      else if (event.type === 'run_finished') {
        const exitCode = exitCodeOf(event);
        const end = { started, finished: event, failures, exitCode, outputPath, diagnostics };
        output.write(formatRunReport(runReport(end)));
      }
    },
    message() {},
    finish() {},
  };
}

interface RunReportInput {
  readonly started: RunStarted | undefined;
  readonly finished: RunFinished;
  readonly failures: Failures;
  readonly exitCode: number;
  readonly outputPath: string | undefined;
  readonly diagnostics: readonly JsonDiagnostic[];
}

function runReport(input: RunReportInput): RunReport {
  const { started, finished, failures, exitCode, outputPath, diagnostics } = input;
  const paths = pathsOf(started?.folder, finished, outputPath);
  return {
    run: paths.folder === undefined ? null : basename(paths.folder),
    pipeline: started?.pipeline ?? null,
    state: finished.state,
    reason: finished.reason ?? null,
    exit_code: exitCode,
    simulated: started?.simulated === true || (finished.replay?.simulated ?? 0) > 0,
    replayed: started?.replayed ?? false,
    folder: paths.folder ?? null,
    resumed:
      started?.resumed === undefined
        ? null
        : { kept: started.resumed.kept, replayed_calls: finished.replayed_calls ?? 0 },
    counts: finished.counts,
    tool_calls: finished.tool_calls,
    usage: finished.usage,
    cost_usd: finished.usage.total.cost_usd,
    cached_requests: finished.usage.total.cached_requests,
    budget: budgetOf(finished.budget),
    replay: finished.replay ?? null,
    recording: finished.recording ?? null,
    duration_ms: finished.duration,
    results: paths.results ?? null,
    output: paths.output ?? null,
    errors: {
      path: paths.errors ?? null,
      first: failures.first().map(({ index, line, key, step, error }) => ({
        index,
        line,
        key,
        step,
        code: error.code,
        message: error.message,
        status: error.status,
      })),
    },
    diagnostics,
  };
}

export interface Refusal {
  readonly reason: StopReason;
  readonly exitCode: number;
  readonly diagnostics: readonly JsonDiagnostic[];
}

/** The same object for a run that was refused: nothing is known of it but why. */
export function formatRefusal({ reason, exitCode, diagnostics }: Refusal): string {
  return formatRunReport({
    run: null,
    pipeline: null,
    state: 'refused',
    reason,
    exit_code: exitCode,
    simulated: false,
    replayed: false,
    folder: null,
    resumed: null,
    counts: null,
    tool_calls: null,
    usage: null,
    cost_usd: null,
    cached_requests: null,
    budget: null,
    replay: null,
    recording: null,
    duration_ms: null,
    results: null,
    output: null,
    errors: { path: null, first: [] },
    diagnostics,
  });
}

function budgetOf(budget: BudgetReport | undefined): RunReport['budget'] {
  const useOf = (use: BudgetUse | null) => use && { ...use, wanted: use.wanted ?? null };
  return budget === undefined ? null : { usd: useOf(budget.usd), tokens: useOf(budget.tokens) };
}

function formatRunReport(report: RunReport): string {
  return `${printableJson(JSON.stringify(report, null, 2))}\n`;
}
