import { flagNumber } from '../diagnostic/command-words.ts';
import type { RunFinished } from '../run/events.ts';
import type { BudgetUse, UsageRow } from '../run/totals.ts';
import { billionthsUp, dollarsOf } from '../usage/billionths.ts';

/** A run that was stopped by its budget. */
export type Spent = Pick<RunFinished, 'budget' | 'counts' | 'usage'>;

/**
 * Flags for a budget that is larger where the refused calls did not fit into it. `total`: records of the whole run; null
 * where that is not known.
 */
export function largerThan(spent: Spent, total: number | null): readonly string[] {
  const { budget } = spent;
  const dollars = wholeOver(spent, total, ({ cost_usd }) => cost_usd);
  const billionths = needOf(budget?.usd, dollars, billionthsUp);
  const tokens = needOf(
    budget?.tokens,
    wholeOver(spent, total, ({ total_tokens }) => total_tokens),
    Number,
  );
  return [
    ...(billionths === undefined ? [] : [`--budget-usd ${flagNumber(dollarsOf(roundedUp(billionths)))}`]),
    ...(tokens === undefined ? [] : [`--set budget.tokens=${flagNumber(roundedUp(tokens))}`]),
  ];
}

/**
 * What the whole run uses, over what it has used by now, where the records to come are like those before. Step by step,
 * since records that are under way have come to the first steps and not to the last. A step that few of the records that
 * have ended came to is one for few of those to come.
 */
function wholeOver(
  { counts, usage }: Spent,
  total: number | null,
  amountOf: (row: UsageRow) => number | null,
): number {
  if (total === null) return 1;
  const ended = counts.total - counts.pending;
  let [used, whole] = [0, 0];
  for (const row of Object.values(usage.by_step)) {
    const amount = amountOf(row) ?? 0;
    used += amount;
    if (amount > 0) whole += (amount * total) / Math.max(askedFor(row, ended), ended, 1);
  }
  return used === 0 ? 1 : whole / used;
}

/** Records that have ended say little of the others while they are fewer. */
export const telling = 20;

/**
 * Of how many records the step has used that. One that the budget refused has come to the step as well, and was not asked
 * for; and where usage never came, so that requests were made again, those under way are half through with theirs.
 */
function askedFor({ records, requests, unmetered_requests }: UsageRow, ended: number): number {
  return unmetered_requests > 0 && ended >= telling ? ended : Math.min(records, requests);
}

/**
 * What the whole run is to use, a tenth more, and room for the next call; at least twice what was spent by now and what
 * that call may use. `times`: the whole over what was spent by now.
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
