import { printableJson } from '../diagnostic/printable.ts';
import type { Comparison, StepComparison } from '../estimate/comparison.ts';
import type { Estimate } from '../estimate/estimate.ts';
import type { StepForecast } from '../estimate/forecast.ts';
import { mapRange, type Range } from '../estimate/range.ts';
import { roundCost } from '../usage/cost.ts';

/**
 * What `--format json` prints of an estimate. A number that nobody can tell is null, never 0. A range goes from the least
 * to the most; between them stands what is expected, null where no earlier run tells it.
 */
export interface EstimateReport {
  readonly pipeline: string;
  /** Selected, and of those: skipped by `input.when`, and failing before the first call. */
  readonly records: number;
  readonly skipped: number;
  readonly failing: number;
  readonly calls: ReportedCalls;
  readonly by_step: { readonly [step: string]: ReportedStep };
  readonly tokens: ReportedTokens;
  /** US dollars. */
  readonly cost_usd: Range;
  readonly seconds: { readonly min: number | null; readonly max: number | null };
  /** The runs that were learned from, by their names, and how many calls they told of. */
  readonly earlier: { readonly runs: readonly string[]; readonly calls: number };
  /** What the numbers build on, a sentence each. */
  readonly assumptions: readonly string[];
  /** The comparison that `--against` asks for; null without it. */
  readonly against: ReportedComparison | null;
}

/** `to_make` is what is expected; `total` is `cached` and `to_make` together. */
export interface ReportedCalls {
  readonly total: number;
  readonly cached: number;
  readonly to_make: number;
  readonly to_make_min: number;
  readonly to_make_max: number;
}

/** `input` is what is expected. */
export interface ReportedTokens {
  readonly input: number | null;
  readonly input_min: number | null;
  readonly input_max: number | null;
  readonly output: Range;
}

export interface ReportedStep {
  readonly records: number;
  readonly model: string;
  readonly calls: ReportedCalls;
  readonly tokens: ReportedTokens;
  readonly cost_usd: Range;
}

export interface ReportedComparison {
  /** The folder of the run. */
  readonly run: string;
  /** Records that the run did not have, and records of it that are not selected. */
  readonly records: { readonly new: number; readonly gone: number };
  /** Variables that have another value. */
  readonly vars: readonly string[];
  /** Files of the pipeline that have changed, as seen from the pipeline file. */
  readonly files: readonly string[];
  readonly by_step: {
    readonly [step: string]: {
      readonly before: number;
      /** Asked alike by the run, and not to be made again. */
      readonly same: number;
      /**
       * `to_make`: what `by_step` of the estimate has; `cached`: answered without a call, but not asked by the run. Null for
       * a step that the pipeline has no more.
       */
      readonly recalled: ReportedCalls | null;
      /**
       * How many records each reason is of: prompt, model, schema, tools, input, not cached, new record, new step,
       * unknown.
       */
      readonly reasons: { readonly [reason: string]: number };
      readonly cost_usd: Range | null;
    };
  };
  /** Of what is called again. */
  readonly cost_usd: Range;
}

export function formatEstimateJson(estimate: Estimate): string {
  return `${printableJson(JSON.stringify(estimateReport(estimate), null, 2))}\n`;
}

function estimateReport(estimate: Estimate): EstimateReport {
  const { pipeline, records, steps, total, seconds, earlier, assumptions, comparison } = estimate;
  return {
    pipeline,
    records: records.total,
    skipped: records.skipped,
    failing: records.failing,
    calls: callsOf(total),
    by_step: Object.fromEntries(
      steps.map((step) => [
        step.step.id,
        {
          records: step.records,
          model: step.step.model.name,
          calls: callsOf(step),
          tokens: tokensOf(step),
          cost_usd: costOf(step.cost_usd),
        },
      ]),
    ),
    tokens: tokensOf(total),
    cost_usd: costOf(total.cost_usd),
    seconds: { min: tenths(seconds.min), max: tenths(seconds.max) },
    earlier: { runs: earlier.runs, calls: earlier.calls },
    assumptions,
    against: comparison === undefined ? null : comparisonOf(comparison),
  };
}

function callsOf({ cached, calls }: Pick<StepForecast, 'cached' | 'calls'>): ReportedCalls {
  const { min, expected, max } = mapRange(calls, Math.round);
  const to_make = expected ?? 0;
  return { total: cached + to_make, cached, to_make, to_make_min: min ?? 0, to_make_max: max ?? 0 };
}

function tokensOf({ input, output }: Pick<StepForecast, 'input' | 'output'>): ReportedTokens {
  const { min, expected, max } = mapRange(input, Math.round);
  return { input: expected, input_min: min, input_max: max, output: mapRange(output, Math.round) };
}

function costOf(cost: Range): Range {
  return mapRange(cost, roundCost);
}

function tenths(seconds: number | null): number | null {
  return seconds === null ? null : Math.round(seconds * 10) / 10;
}

function comparisonOf({ run, records, vars, files, steps, cost_usd }: Comparison): ReportedComparison {
  const ofStep = ({ before, same, recalled, reasons }: StepComparison) => ({
    before,
    same,
    recalled: recalled === null ? null : callsOf(recalled),
    reasons: Object.fromEntries(reasons),
    cost_usd: recalled === null ? null : costOf(recalled.cost_usd),
  });
  return {
    run,
    records,
    vars,
    files,
    by_step: Object.fromEntries(steps.map((step) => [step.id, ofStep(step)])),
    cost_usd: costOf(cost_usd),
  };
}
