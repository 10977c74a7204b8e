import type { PlanBudget } from '../../../src/plan.ts';
import type { Bound } from '../../../src/run/budget-bound.ts';
import { createBudget, type Actual, type Budget, type Reservation } from '../../../src/run/budget.ts';
import type { StopReason } from '../../../src/run/events.ts';
import { settled } from './clock.ts';

/** Somebody who asked for a reservation, and what has become of that. */
export interface Asked {
  readonly bound: Bound;
  readonly state: 'waiting' | 'granted' | 'refused' | 'aborted';
  readonly reservation?: Reservation;
  readonly reason?: StopReason;
  readonly abort: AbortController;
}

export interface AskedBudget {
  readonly budget: Budget;
  /** Those who were told something, in that order. */
  readonly told: readonly Asked[];
  /** Whether some waited, each time that this changed. */
  readonly holds: readonly boolean[];
  /** Asks for these, one after the other, and lets happen what can. */
  readonly ask: (...bounds: readonly Bound[]) => Promise<readonly Asked[]>;
  readonly settle: (asked: Asked | undefined, actual: Actual) => Promise<void>;
}

export const nothing = { usd: 0, tokens: 0 };

export function budgeted(limits: PlanBudget, earlier = nothing): AskedBudget {
  const holds: boolean[] = [];
  const budget = createBudget(limits, earlier, (held) => holds.push(held));
  const told: Asked[] = [];

  function askOne(bound: Bound): Asked {
    const asked: Asked = { bound, state: 'waiting', abort: new AbortController() };
    const become = (change: Partial<Asked>) => {
      Object.assign(asked, change);
      if (change.state !== 'aborted') told.push(asked);
    };
    void (async () => {
      try {
        const reserved = await budget.reserve(bound, asked.abort.signal);
        if (reserved.ok) become({ state: 'granted', reservation: reserved.value });
        else become({ state: 'refused', reason: reserved.error });
      } catch {
        become({ state: 'aborted' });
      }
    })();
    return asked;
  }

  return {
    budget,
    told,
    holds,
    async ask(...bounds) {
      const asked = bounds.map(askOne);
      await settled();
      return asked;
    },
    async settle(asked, actual) {
      if (asked?.reservation === undefined) throw new Error('nothing is reserved');
      asked.reservation.settle(actual);
      await settled();
    },
  };
}

export function statesOf(asked: readonly Asked[]): readonly Asked['state'][] {
  return asked.map(({ state }) => state);
}
