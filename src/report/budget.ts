import type { PlanBudget } from '../plan.ts';
import type { BudgetReport, UsageReport } from '../run/totals.ts';
import { roundCost } from '../usage/cost.ts';
import type { Usage } from '../usage/usage.ts';
import { costCell } from './money.ts';
import { formatAmount, formatCount, formatMoney } from './numbers.ts';
import type { Progress } from './tally.ts';

/**
 * What was spent so far, where that is known, in a longer and a shorter form: with what the whole is to come to, where that
 * can be told, and against its bound, where there is one: `$1.20 of ~$3.40, budget $5.00` and `$1.20 of $5.00`.
 */
export function costForms({
  usage,
  budget: { usd },
  projectedCost,
}: Pick<Progress, 'usage' | 'budget' | 'projectedCost'>): readonly [string, string] | undefined {
  if (usage.cost_usd === null) return undefined;
  const spent = costCell(usage);
  const short = usd === undefined ? spent : `${spent} of ${formatMoney(usd)}`;
  if (projectedCost === null) return [short, short];
  const whole = `${spent} of ~${formatMoney(projectedCost)}`;
  return [usd === undefined ? whole : `${whole}, budget ${formatMoney(usd)}`, short];
}

/** Why nothing is paid for the answers; undefined where they are. */
export function unpaidInWords({
  simulated,
  replayed,
}: Pick<Progress, 'simulated' | 'replayed'>): string | undefined {
  return simulated ? 'simulated' : replayed ? 'replayed' : undefined;
}

/** Tokens so far, against their bound: `1,234,567 tokens`, `1.2M of 2M tokens`; nothing where none was used of no bound. */
export function tokensSoFar(
  { total_tokens: used }: Usage,
  { tokens: bound }: PlanBudget,
  format: (count: number) => string,
): string | undefined {
  if (used === null) return undefined;
  if (bound !== undefined) return `${format(used)} of ${format(bound)} tokens`;
  if (used === 0) return undefined;
  return `${format(used)} token${used === 1 ? '' : 's'}`;
}

/**
 * What a run has used of its budget at its end, a line for each bound: `$4.98 of $5.00 spent`. What was in flight when a
 * session without a budget was killed is not counted, and has to be told of.
 */
export function budgetInWords(
  { usd, tokens }: BudgetReport,
  { total, crashed_sessions = 0 }: Pick<UsageReport, 'crashed_sessions'> & { readonly total: Usage },
): readonly string[] {
  const lines: string[] = [];
  const least = crashed_sessions > 0 ? 'at least ' : '';
  if (usd !== null) {
    const held = roundCost(usd.spent - (total.cost_usd ?? 0));
    const words = `${least}${formatMoney(usd.spent)} of ${formatMoney(usd.limit)} spent`;
    lines.push(words + heldInWords(held, `${formatMoney(held)} is`));
  }
  if (tokens !== null) {
    const held = tokens.spent - (total.total_tokens ?? 0);
    const words = `${least}${formatCount(tokens.spent)} of ${formatAmount(tokens.limit, 'token')} used`;
    lines.push(words + heldInWords(held, `${formatCount(held)} ${held === 1 ? 'is' : 'are'}`));
  }
  return lines;
}

/** What calls that never told their usage may have cost counts as spent. */
function heldInWords(held: number, amountIs: string): string {
  return held > 0 ? `, of which ${amountIs} held for calls whose usage never came` : '';
}
