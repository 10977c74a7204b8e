import { flagNumber } from '../diagnostic/command-words.ts';
import type { BudgetReport, BudgetUse } from '../run/events.ts';
import { billionthsUp, dollarsOf } from '../usage/billionths.ts';

/**
 * Flags for a budget that is larger where the refused calls did not fit into it. `times`: what the whole run uses, over what
 * was spent by now.
 */
export function largerThan(budget: BudgetReport | undefined, times: number): readonly string[] {
  const billionths = needOf(budget?.usd, times, billionthsUp);
  const tokens = needOf(budget?.tokens, times, Number);
  return [
    ...(billionths === undefined ? [] : [`--budget-usd ${flagNumber(dollarsOf(roundedUp(billionths)))}`]),
    ...(tokens === undefined ? [] : [`--set budget.tokens=${flagNumber(roundedUp(tokens))}`]),
  ];
}

/**
 * What the whole run is to use where the records to come are like those that have ended, a tenth more, and room for the
 * next call; at least twice what was spent by now and what that call may use.
 */
function needOf(
  use: BudgetUse | null | undefined,
  times: number,
  whole: (amount: number) => number,
): number | undefined {
  if (use?.wanted === undefined) return undefined;
  const [spent, wanted] = [whole(use.spent), whole(use.wanted)];
  if (spent + wanted <= whole(use.limit)) return undefined;
  return Math.ceil(Math.max(2 * (spent + wanted), 1.1 * spent * times + wanted));
}

/** A whole number, rounded up to one of two digits and zeros. */
function roundedUp(count: number): number {
  const unit = 10 ** Math.max(0, count.toFixed(0).length - 2);
  return Math.ceil(count / unit) * unit;
}
