import { recordsOfValues } from '../records/values.ts';
import type { RecordFinished, RunEvent, StopReason } from '../run/events.ts';
import type { BudgetReport } from '../run/totals.ts';
import type { RunOptions } from '../run/options.ts';
import type { ReplayMiss } from '../run/recordings/miss.ts';
import { runPipeline } from '../run/run.ts';
import { addUsage, zeroUsage } from '../usage/add.ts';
import type { Usage } from '../usage/usage.ts';
import type { PlannedTest, TestRecord, Variant } from './suite.ts';
import { tracedPlan, type RecordTrace } from './trace.ts';

/** A record of a test, and all that its run told of it. */
export interface RecordEnd {
  readonly test: PlannedTest;
  readonly record: TestRecord;
  readonly trace: RecordTrace;
  /** Undefined where the run stopped before it. */
  readonly finished: RecordFinished | undefined;
  readonly misses: readonly ReplayMiss[];
  readonly usage: Usage;
  /** By the clock of the run, in milliseconds; both 0 where it never began. */
  readonly began: number;
  readonly ended: number;
}

export interface VariantEnd {
  readonly records: readonly RecordEnd[];
  readonly reason?: StopReason;
  /** Absent where the pipeline has no budget, and where nothing was to be paid. */
  readonly budget?: BudgetReport;
  /** Whether answers were made up, now or when they were recorded. */
  readonly simulated: boolean;
}

/** Runs the records of the tests that one run can hold, as many at a time as the pipeline allows. */
export async function runVariant(
  { plan, folder }: Variant,
  tests: readonly PlannedTest[],
  options: RunOptions,
  on: (event: RunEvent) => void,
): Promise<VariantEnd> {
  const records = tests.flatMap((test) =>
    test.records.map((record) => ({
      test,
      record,
      // An object of its own, by which its steps are told apart: a YAML alias makes one object of two.
      value: { ...record.value },
      trace: new Map() as RecordTrace,
      misses: [] as ReplayMiss[],
      usage: zeroUsage,
      began: 0,
      ended: 0,
      finished: undefined as RecordFinished | undefined,
    })),
  );
  const traces = new Map(records.map(({ value, trace }) => [value, trace] as const));
  const run = runPipeline(tracedPlan(plan, traces), recordsOfValues(records.map(({ value }) => value)), {
    files: folder,
    ...options,
    total: records.length,
  });
  let reason: StopReason | undefined;
  let simulated = options.simulator !== undefined;
  let budget: BudgetReport | undefined;
  for await (const event of run) {
    on(event);
    if (event.type === 'run_finished') {
      ({ reason, budget } = event);
      simulated ||= (event.replay?.simulated ?? 0) > 0;
    }
    const record = 'index' in event ? records[event.index] : undefined;
    if (record === undefined) continue;
    if (event.type === 'record_started') record.began = performance.now();
    if (event.type === 'call_finished') record.usage = addUsage(record.usage, event.usage);
    if (event.type === 'replay_missed') record.misses.push(event.miss);
    if (event.type === 'record_finished') {
      record.finished = event;
      record.ended = performance.now();
      // One that fails by itself never begins.
      record.began ||= record.ended;
    }
  }
  return {
    records,
    ...(reason !== undefined && { reason }),
    ...(budget !== undefined && { budget }),
    simulated,
  };
}
