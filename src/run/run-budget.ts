import type { Plan } from '../plan.ts';
import { createBudget, type Budget } from './budget.ts';
import type { BudgetReport } from './totals.ts';
import type { History } from './journal/history.ts';

export function hasBudget({ budget }: Plan): boolean {
  return budget.usd !== undefined || budget.tokens !== undefined;
}

/** The budget less what earlier sessions have spent. Undefined where the run may use what it likes. */
export function openBudget(
  plan: Plan,
  history: History | undefined,
  held: (held: boolean) => void,
): Budget | undefined {
  if (!hasBudget(plan)) return undefined;
  return createBudget(plan.budget, history?.spent ?? { usd: 0, tokens: 0 }, held);
}

/** Whether earlier sessions, which had no such budget, made calls of which nobody knows what they used. */
export function isUncounted({ budget }: Plan, history: History | undefined): boolean {
  const { usd_unknown = false, tokens_unknown = false } = history?.spent ?? {};
  if (history !== undefined && history.usage.crashed_sessions > 0) return true;
  return (budget.usd !== undefined && usd_unknown) || (budget.tokens !== undefined && tokens_unknown);
}

export const uncounted =
  'what some calls of earlier sessions used is not known, since the run had no such budget then: the budget does not count them';

/**
 * Only by what no request may use: a provider that counts more than `max_tokens`, or a dearer model that answered. What was
 * spent of a larger budget before this one was given is no such.
 */
export function isOvershot({ usd, tokens }: BudgetReport, history: History | undefined): boolean {
  const before = history?.spent ?? { usd: 0, tokens: 0 };
  return (
    (usd !== null && usd.spent > Math.max(usd.limit, before.usd)) ||
    (tokens !== null && tokens.spent > Math.max(tokens.limit, before.tokens))
  );
}

export const overshot =
  'more is spent than the budget has: the provider counted more for an answer than its request allowed, or a dearer model answered';
