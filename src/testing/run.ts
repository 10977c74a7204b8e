import type { PlanBudget } from '../plan.ts';
import type { RunEvent, StopReason } from '../run/events.ts';
import type { BudgetReport, BudgetUse } from '../run/totals.ts';
import type { RunOptions } from '../run/options.ts';
import { openGraders } from './graders.ts';
import { runVariant, type RecordEnd } from './ends.ts';
import { judgeRecord, lookAt, scopeOf } from './judge.ts';
import { labelOf, measure, type Metrics } from './metrics.ts';
import type { Failure, RecordResult, SuiteResult, TestResult } from './result.ts';
import type { PlannedTest, TestSuite, Threshold } from './suite.ts';

/** Options of the runs that tests are made of; what they record comes in the order of the tests. */
export interface TestOptions extends Pick<
  RunOptions,
  'env' | 'replay' | 'record' | 'simulator' | 'openModel' | 'drain' | 'abort'
> {
  /** Told what their runs tell. */
  readonly on?: (event: RunEvent) => void;
}

/**
 * Runs these tests of a suite, each run of them through `runPipeline`, and judges what came of them. Nothing throws for what
 * users, providers or disks do.
 */
export async function runTests(
  suite: TestSuite,
  tests: readonly PlannedTest[],
  options: TestOptions,
): Promise<SuiteResult> {
  const began = performance.now();
  const { record, on = () => undefined, ...others } = options;
  const { variants } = suite;
  const optionsOf = (run: number): RunOptions => ({
    ...others,
    ...(record !== undefined && { record: { ...record, run } }),
  });
  const ends = new Map<PlannedTest, RecordEnd[]>(tests.map((test) => [test, []]));
  let reason: StopReason | undefined;
  let simulated = false;
  // One budget for all runs together, verdicts among them.
  let { budget } = suite.plan;
  for (const [run, variant] of variants.entries()) {
    const own = tests.filter((test) => test.variant === variant);
    if (own.length === 0 || reason !== undefined) continue;
    const plan = { ...variant.plan, budget };
    const ended = await runVariant({ ...variant, plan }, own, optionsOf(run), on);
    budget = leftOf(budget, ended.budget);
    ({ reason } = ended);
    simulated ||= ended.simulated;
    for (const end of ended.records) ends.get(end.test)?.push(end);
  }
  // Verdicts are asked for in the order of the tests, so that a recording has them in that order.
  const graders = openGraders(gradersWithin(suite, budget), (nth) => optionsOf(variants.length + nth), on);
  const judged = [...ends].map(async ([test, list]) => {
    const records = await Promise.all(list.map((end) => judgeRecord(end, graders)));
    return resultOf(test, list, records);
  });
  const waiting = Promise.all(judged);
  const [refused] = await graders.close();
  const results = await waiting;
  const why = reason ?? refused;
  return {
    suite,
    tests: results,
    ...(why !== undefined && { reason: why }),
    simulated,
    duration: performance.now() - began,
  };
}

function leftOf({ usd, tokens }: PlanBudget, spent: BudgetReport | undefined): PlanBudget {
  const left = (limit: number, use: BudgetUse | null | undefined) => Math.max(0, limit - (use?.spent ?? 0));
  return {
    ...(usd !== undefined && { usd: left(usd, spent?.usd) }),
    ...(tokens !== undefined && { tokens: left(tokens, spent?.tokens) }),
  };
}

/** Judges ask at one time, so that none of them knows what is left by the others: each has an equal share. */
function gradersWithin({ graders }: TestSuite, { usd, tokens }: PlanBudget): Pick<TestSuite, 'graders'> {
  const budget: PlanBudget = {
    ...(usd !== undefined && { usd: usd / graders.size }),
    ...(tokens !== undefined && { tokens: Math.floor(tokens / graders.size) }),
  };
  return { graders: new Map([...graders].map(([id, plan]) => [id, { ...plan, budget }])) };
}

function resultOf(
  test: PlannedTest,
  ends: readonly RecordEnd[],
  records: readonly RecordResult[],
): TestResult {
  const isWhole = ends.length === test.records.length && ends.every(({ finished }) => finished !== undefined);
  // Where answers are missing, shares would say more of the recording than of the model.
  const isKnown = isWhole && ends.every(({ misses }) => misses.length === 0);
  const metrics = isKnown ? metricsOf(test, ends) : undefined;
  const failures = metrics === undefined ? [] : missedThresholds(test, metrics);
  const own = hasThresholds(test) ? records.map(withoutErrors) : records;
  const isBad = failures.length > 0 || own.some((record) => record.failures.length > 0);
  const began = Math.min(...ends.map((end) => end.began));
  const duration = Math.max(0, ...ends.map((end) => end.ended - began));
  return {
    test,
    status: isBad ? 'failed' : isWhole ? 'passed' : 'not_run',
    records: own,
    failures,
    ...(metrics && { metrics }),
    duration,
  };
}

function hasThresholds({ classification }: PlannedTest): boolean {
  return (classification?.thresholds.length ?? 0) > 0;
}

/** A record that failed was given no class, which the shares count. An answer that is not recorded says nothing of them. */
function withoutErrors(record: RecordResult): RecordResult {
  return { ...record, failures: record.failures.filter(({ miss }) => miss !== undefined) };
}

function metricsOf({ classification }: PlannedTest, ends: readonly RecordEnd[]): Metrics | undefined {
  if (classification === undefined) return undefined;
  const { label, prediction } = classification;
  return measure(
    ends.map((end) => {
      const value =
        end.finished?.outcome === 'succeeded' ? lookAt({ path: prediction }, scopeOf(end)) : undefined;
      const isGiven = value !== undefined && value !== null;
      return { label: labelOf(end.record.value[label] ?? null), predicted: isGiven ? labelOf(value) : null };
    }),
  );
}

/** The mean of 0.7, 0.8 and 0.9 comes out a little below 0.8: more than sums of shares lose, and less than any record makes. */
const rounding = 1e-12;

function missedThresholds({ classification }: PlannedTest, metrics: Metrics): readonly Failure[] {
  return (classification?.thresholds ?? []).flatMap((threshold): readonly Failure[] => {
    const { place, measure, of, at_least } = threshold;
    const reached = reachedBy(threshold, metrics);
    if (reached !== null && reached + rounding >= at_least) return [];
    const what = of === undefined ? `the ${measure}` : `the ${measure} of \`${of}\``;
    const found = reached === null ? 'unknown: no record was given that class' : shareText(reached, at_least);
    return [
      {
        place,
        kind: measure,
        message: `${what} is ${found}, below ${at_least}`,
        expected: `at least ${at_least}`,
        got: reached,
      },
    ];
  });
}

function reachedBy({ measure, of }: Threshold, metrics: Metrics): number | null {
  if (of === undefined) return metrics[measure];
  const one = metrics.classes.find(({ name }) => name === of);
  if (measure === 'accuracy') return null;
  return one?.[measure] ?? null;
}

/** With as many digits as tell it from what it falls short of. */
function shareText(share: number, least: number): string {
  const digits = [3, 4, 6].find((digits) => Number(share.toFixed(digits)) < least) ?? 9;
  return share.toFixed(digits);
}
