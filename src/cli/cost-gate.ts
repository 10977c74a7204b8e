import { flagNumber } from '../diagnostic/command-words.ts';
import type { Estimate } from '../estimate/estimate.ts';
import type { StepForecast } from '../estimate/forecast.ts';
import { boundOf } from '../run/budget-bound.ts';
import { priceOf, type PriceTable } from '../usage/prices.ts';

/** Why `--max-usd` does not let a plan pass. */
export interface TooDear {
  readonly message: string;
  readonly hint: string;
  /** Whether a run with so large a budget would begin, and pay for a call. */
  readonly budgetHelps: boolean;
}

/** What is wrong with the cost, for a gate; undefined where nothing is, or none was asked for. */
export function tooDear(
  { steps, total: { cost_usd } }: Estimate,
  prices: PriceTable,
  most: number | undefined,
): TooDear | undefined {
  if (most === undefined) return undefined;
  const canHold = steps.every(({ step }) => isBounded(step, prices));
  const first = canHold ? firstCall(steps, prices) : null;
  const isPaid = first === null || first <= most;
  const budgetHelps = canHold && isPaid;
  if (cost_usd.max === null) {
    const message = 'how much the run may cost at most is not known, so `--max-usd` cannot hold it';
    const hint = 'what is not known stands under `reckoned`, or in `assumptions`';
    return { message, hint, budgetHelps };
  }
  if (cost_usd.max <= most) return undefined;
  const message = `the run may cost up to ${dollarsAbove(most, cost_usd.max)}, more than the $${flagNumber(most)} of \`--max-usd\``;
  const run = `\`pipe run --budget-usd ${flagNumber(most)}\``;
  if (!isPaid) {
    const hint = `${run} would stop before its first call, for which ${dollarsAbove(most, first)} or more has to be set aside`;
    return { message, hint, budgetHelps };
  }
  const hint = canHold
    ? `${run} stops before it costs more`
    : `give each step a \`max_tokens\`, and each model a price: ${run} then stops before it costs more`;
  return { message, hint, budgetHelps };
}

/** Significant digits of a cost. */
const digits = 3;

/** To the last digit where fewer would not tell it from the bound that it is above. */
function dollarsAbove(bound: number, value: number): string {
  const isAbove = Number(value.toPrecision(digits)) > bound;
  return `$${isAbove ? value.toLocaleString('en-US', { maximumSignificantDigits: digits }) : flagNumber(value)}`;
}

/** Without a longest answer and a price no budget in dollars can hold, and the run is refused. */
function isBounded({ max_output_tokens, model }: StepForecast['step'], prices: PriceTable): boolean {
  return max_output_tokens !== null && priceOf(model.name, prices) !== undefined;
}

/**
 * US dollars that have to be set aside for the first call of a run at the least, whatever it asks. Null where nothing is
 * asked.
 */
function firstCall(steps: readonly StepForecast[], prices: PriceTable): number | null {
  const asked = steps.filter(({ calls }) => calls.max !== 0);
  const ids = new Set(asked.map(({ step }) => step.id));
  const bounds = asked
    .filter(({ step }) => !step.after.some((id) => ids.has(id)))
    .map(({ step: { model, max_output_tokens } }) => {
      const request = { bytes: 0, images: 0, max_output_tokens };
      return boundOf(request, priceOf(model.name, prices)).usd ?? 0;
    });
  return bounds.length === 0 ? null : Math.min(...bounds);
}
