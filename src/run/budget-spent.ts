import { dollarsOf } from '../usage/billionths.ts';
import type { StopReason } from './events.ts';

/** A bound of a budget, and a call that does not fit into it any more. */
export interface Shortage {
  readonly limit: number;
  readonly spent: number;
  /** The most that the call may use. */
  readonly next: number;
}

/** Why a budget lets nobody go any more: in billionths of a dollar, in tokens, or both. */
export function budgetSpent(usd: Shortage | undefined, tokens: Shortage | undefined): StopReason {
  const reasons = [
    ...(usd === undefined ? [] : [sentence(usd, 'is spent', 'cost', dollars)]),
    ...(tokens === undefined ? [] : [sentence(tokens, 'tokens are used', 'use', count)]),
  ];
  const flags = [
    ...(usd === undefined ? [] : ['`--budget-usd`']),
    ...(tokens === undefined ? [] : ['`--set budget.tokens`']),
  ];
  const remedy = `\`pipe resume\` goes on with a larger ${flags.join(' and ')}`;
  return { kind: 'budget', code: 'budget_spent', message: [...reasons, remedy].join('; ') };
}

/** The same for who keeps nothing that could be resumed: a trial, or tests, which are recorded again. */
export function withoutResume<Reason extends StopReason>(reason: Reason): Reason {
  return { ...reason, message: reason.message.replace(/; `pipe resume` goes on with a larger .*$/su, '') };
}

function sentence(
  { limit, spent, next }: Shortage,
  isSpent: string,
  verb: string,
  text: (amount: number) => string,
): string {
  return `${text(spent)} of the budget of ${text(limit)} ${isSpent}, and the next call could ${verb} up to ${text(next)}`;
}

/** To the last digit: what is left over and what it is too little for may differ there alone. */
function dollars(billionths: number): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 9 };
  return `$${dollarsOf(billionths).toLocaleString('en-US', digits)}`;
}

function count(tokens: number): string {
  return tokens.toLocaleString('en-US');
}
