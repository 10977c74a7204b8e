import type {
  CallFinished,
  ModelPaused,
  RecordFinished,
  RecordKept,
  RunFinished,
  RunStarted,
} from '../../src/run/events.ts';
import type { UsageReport } from '../../src/run/totals.ts';
import type { FailedRecord } from '../../src/report/failures.ts';
import type { Output } from '../../src/report/output.ts';
import type { Progress } from '../../src/report/tally.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import type { Usage } from '../../src/usage/usage.ts';

/** Events and states of a run for tests, each with what the test says and nothing else of interest. */

export function usageOf(changes: Partial<Usage> = {}): Usage {
  return {
    ...zeroUsage,
    requests: 1,
    input_tokens: 120,
    output_tokens: 80,
    total_tokens: 200,
    cost_usd: 0.00036,
    ...changes,
  };
}

export function started(changes: Partial<RunStarted> = {}): RunStarted {
  return {
    type: 'run_started',
    pipeline: 'triage',
    total: 1000,
    concurrency: 8,
    folder: 'runs/triage-1',
    simulated: false,
    ...changes,
  };
}

export function begun(index: number) {
  return { type: 'record_started', index, key: `k-${index}` } as const;
}

export function succeeded(index: number): RecordFinished {
  return { ...outcomeOf(index), outcome: 'succeeded', output: null };
}

export function skipped(index: number): RecordFinished {
  return { ...outcomeOf(index), outcome: 'skipped' };
}

export function kept(index: number, outcome: RecordKept['outcome'] = 'succeeded'): RecordKept {
  return { type: 'record_kept', sequence: index, index, outcome };
}

export function paused(changes: Partial<ModelPaused> = {}): ModelPaused {
  return { type: 'model_paused', model: 'small', duration: 12_000, reason: 'rate_limited', ...changes };
}

export function failed(
  index: number,
  error: Partial<FailedRecord['error']> = {},
  changes: Partial<FailedRecord> = {},
): FailedRecord {
  return {
    ...outcomeOf(index),
    outcome: 'failed',
    step: 'translate',
    input: {},
    error: {
      code: 'timed_out',
      message: 'no whole answer within 60 s',
      status: null,
      attempts: 5,
      request_id: null,
      ...error,
    },
    ...changes,
  };
}

function outcomeOf(index: number) {
  return {
    type: 'record_finished',
    sequence: index,
    index,
    line: index + 1,
    key: `k-${index}`,
  } as const;
}

export function called(usage: Usage, model = 'mistral-small-latest'): CallFinished {
  return {
    type: 'call_finished',
    finish_reason: 'stop',
    index: 0,
    step: 'translate',
    call: 1,
    model,
    resolved_model: null,
    ok: true,
    usage,
    duration: 900,
  };
}

export function usageReport(total: Usage, models: { readonly [name: string]: Usage } = {}): UsageReport {
  const rows = Object.entries(models).map(([name, usage]) => [name, { ...usage, records: 1 }] as const);
  return { total: { ...total, records: 1 }, by_step: {}, by_model: Object.fromEntries(rows) };
}

export function finished(changes: Partial<RunFinished> = {}): RunFinished {
  return {
    type: 'run_finished',
    state: 'completed',
    counts: { total: 10, succeeded: 10, failed: 0, skipped: 0, pending: 0 },
    tool_calls: { total: 0, failed: 0 },
    usage: usageReport(zeroUsage),
    duration: 1000,
    failed: false,
    ...changes,
  };
}

export function progressOf(changes: Partial<Progress> = {}): Progress {
  return {
    simulated: false,
    replayed: false,
    total: 1000,
    done: 412,
    kept: 0,
    failed: 3,
    skipped: 0,
    inFlight: 12,
    waiting: 0,
    usage: usageOf({ requests: 412, total_tokens: 1_234_567, cost_usd: 0.0312 }),
    projectedCost: 0.0757,
    budget: {},
    cut: 0,
    further: 0,
    perSecond: 5.42,
    elapsed: 76_000,
    remaining: 108_000,
    waits: [],
    stopping: null,
    graceLeft: null,
    ...changes,
  };
}

/** An output that keeps what it is given. */
export function createOutput(changes: Partial<Omit<Output, 'write'>> = {}): Output & { text(): string } {
  let text = '';
  return {
    columns: 80,
    isTerminal: false,
    color: false,
    ...changes,
    write: (more) => {
      text += more;
    },
    text: () => text,
  };
}
