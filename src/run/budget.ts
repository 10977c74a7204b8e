import type { PlanBudget } from '../plan.ts';
import { failure, success, type Result } from '../result.ts';
import { billionthsDown, billionthsUp, dollarsOf } from '../usage/billionths.ts';
import type { Usage } from '../usage/usage.ts';
import type { Bound } from './budget-bound.ts';
import { budgetSpent, type Shortage } from './budget-spent.ts';
import type { StopReason } from './events.ts';
import type { BudgetReport, BudgetUse } from './totals.ts';

/** What a run may use at most, shared by all of its calls. */
export interface Budget {
  /** Resolves when so much may be spent, or never may be; rejects only when `signal` aborts. */
  reserve(bound: Bound, signal: AbortSignal): Promise<Result<Reservation, StopReason>>;
  /** Undefined where it would have to be waited for. */
  reserveAtOnce(bound: Bound): Reservation | undefined;
  report(): BudgetReport;
}

export interface Reservation {
  readonly bound: Bound;
  /** To be called once, when it is known what came of the request. */
  settle(actual: Actual): void;
}

/**
 * What a request really used; of a number that is null, what was reserved stays spent. `free`: it was not sent, or is
 * not charged for. `unknown`: it may have been charged for, and nobody said what.
 */
export type Actual = Pick<Usage, 'total_tokens' | 'cost_usd'> | 'free' | 'unknown';

/** What the run's earlier sessions have spent. */
export interface EarlierSpending {
  /** US dollars. */
  readonly usd: number;
  readonly tokens: number;
}

/** Dollars in billionths, so that sums have no rest. */
interface Amount {
  readonly usd: number;
  readonly tokens: number;
}

const nothing: Amount = { usd: 0, tokens: 0 };

/** A request that waits until others are settled for less than was reserved. */
interface Waiting {
  readonly bound: Bound;
  readonly amount: Amount;
  end(result: Result<Reservation, StopReason>): void;
}

/**
 * What is spent and what is reserved never come to more than the limit, unless a provider charges for more than was
 * possible; that is spent all the same. Requests are served in the order in which they ask: a small one does not pass by
 * a large one that waits, which could otherwise wait for ever. One that would not fit even if all others were free ends
 * the budget: it and whoever asks after it are refused.
 */
export function createBudget(
  limits: PlanBudget,
  earlier: EarlierSpending,
  /** Told whenever requests begin or cease to wait for others. */
  held: (held: boolean) => void = () => {},
): Budget {
  const limit: Amount = {
    usd: limits.usd === undefined ? Infinity : billionthsDown(limits.usd),
    tokens: limits.tokens ?? Infinity,
  };
  let spent: Amount = { usd: billionthsUp(earlier.usd), tokens: earlier.tokens };
  let reserved = nothing;
  let refusal: StopReason | undefined;
  /** The most that a refused request could have used. */
  let wanted = nothing;
  const waiting = new Set<Waiting>();
  let isHeld = false;

  function amountOf({ usd, tokens }: Bound): Amount {
    if (limits.usd === undefined) return { usd: 0, tokens };
    if (usd === null) throw new Error('a budget in dollars was asked about a model without a price');
    return { usd: billionthsUp(usd), tokens };
  }

  function fits({ usd, tokens }: Amount): boolean {
    return usd <= limit.usd && tokens <= limit.tokens;
  }

  function reservationOf(bound: Bound, amount: Amount): Reservation {
    reserved = sum(reserved, amount);
    let isSettled = false;
    return {
      bound,
      settle(actual) {
        if (isSettled) throw new Error('a reservation was settled twice');
        isSettled = true;
        reserved = difference(reserved, amount);
        spent = sum(spent, charged(amount, actual));
        serve();
      },
    };
  }

  function serve(): void {
    letGo();
    if (isHeld === waiting.size > 0) return;
    isHeld = waiting.size > 0;
    held(isHeld);
  }

  /** Whoever can be told something, the first first. */
  function letGo(): void {
    for (const request of waiting) {
      const { bound, amount } = request;
      const least = sum(spent, amount);
      if (!fits(least)) refusal ??= budgetSpent(shortageOf('usd', amount), shortageOf('tokens', amount));
      if (refusal !== undefined) {
        wanted = { usd: Math.max(wanted.usd, amount.usd), tokens: Math.max(wanted.tokens, amount.tokens) };
        request.end(failure(refusal));
      } else if (fits(sum(least, reserved))) request.end(success(reservationOf(bound, amount)));
      else return;
    }
  }

  function shortageOf(name: keyof Amount, next: Amount): Shortage | undefined {
    const isShort = spent[name] + next[name] > limit[name];
    return isShort ? { limit: limit[name], spent: spent[name], next: next[name] } : undefined;
  }

  function useOf(name: keyof Amount): BudgetUse | null {
    const bound = limits[name];
    const shown = (amount: number) => (name === 'usd' ? dollarsOf(amount) : amount);
    if (bound === undefined) return null;
    return {
      limit: bound,
      // What is not settled by now may have been charged for.
      spent: shown(spent[name] + reserved[name]),
      ...(refusal !== undefined && { wanted: shown(wanted[name]) }),
    };
  }

  return {
    reserve(bound, signal) {
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(request);
          reject(new Error('aborted'));
          serve();
        };
        const request: Waiting = {
          bound,
          amount: amountOf(bound),
          end(result) {
            waiting.delete(request);
            signal.removeEventListener('abort', leave);
            resolve(result);
          },
        };
        if (signal.aborted) {
          leave();
          return;
        }
        signal.addEventListener('abort', leave, { once: true });
        waiting.add(request);
        serve();
      });
    },
    reserveAtOnce(bound) {
      const amount = amountOf(bound);
      const isFree = waiting.size === 0 && refusal === undefined && fits(sum(sum(spent, reserved), amount));
      return isFree ? reservationOf(bound, amount) : undefined;
    },
    report: () => ({ usd: useOf('usd'), tokens: useOf('tokens') }),
  };
}

function charged(bound: Amount, actual: Actual): Amount {
  if (actual === 'free') return nothing;
  if (actual === 'unknown') return bound;
  const { total_tokens, cost_usd } = actual;
  return {
    usd: cost_usd === null ? bound.usd : billionthsUp(cost_usd),
    tokens: total_tokens ?? bound.tokens,
  };
}

function sum(one: Amount, other: Amount): Amount {
  return { usd: one.usd + other.usd, tokens: one.tokens + other.tokens };
}

function difference(one: Amount, other: Amount): Amount {
  return { usd: one.usd - other.usd, tokens: one.tokens - other.tokens };
}
