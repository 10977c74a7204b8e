import type { Gate, Permit, RequestEnd, RequestSize } from '../models/contract.ts';
import { failure, success } from '../result.ts';
import { costOf } from '../usage/cost.ts';
import type { Price } from '../usage/prices.ts';

import { boundOf } from './budget-bound.ts';
import type { Budget, Reservation } from './budget.ts';
import type { Journal } from './journal/journal.ts';
import type { Reserved } from './journal/lines.ts';
import type { Pacer } from './pacing/pacer.ts';
import type { Stop } from './stop.ts';

/** What lets the requests of one call out. */
export interface CallGate extends Gate {
  /** The reservations that stay spent, since it never came what their requests used; undefined where there are none. */
  readonly held: Reserved | undefined;
  /** To be told what the call has cost in the end, by the price of the model that answered. */
  charged(cost_usd: number | null): void;
}

export interface GatedCall {
  readonly key: string;
  readonly step: string;
  readonly call: number;
  readonly max_output_tokens: number | null;
  /** Whether the record failed in an earlier session. */
  readonly failed_before: boolean;
  /** Of the model asked for; undefined where it is not known. */
  readonly price: Price | undefined;
}

export interface GateServices {
  readonly pacer: Pacer;
  /** Undefined where the run may use what it likes. */
  readonly budget: Budget | undefined;
  readonly journal: Journal | undefined;
  readonly stop: Stop;
}

/**
 * Pace, and money before it. A reservation is in the journal before its request is sent, so that whatever becomes of this
 * process, what was sent is known to be spent.
 */
export function openGate(services: GateServices, call: GatedCall): CallGate {
  const { pacer, budget } = services;
  if (budget !== undefined) return budgetedGate(services, budget, call);
  const { max_output_tokens, failed_before } = call;
  return {
    held: undefined,
    charged() {},
    admit: (size, signal) => pacer.admit({ max_output_tokens, failed_before, call, ...size }, signal),
  };
}

function budgetedGate({ pacer, journal, stop }: GateServices, budget: Budget, call: GatedCall): CallGate {
  const { key, step, max_output_tokens, failed_before, price } = call;
  let requests = 0;
  let held: Reserved | undefined;
  /** US dollars, at the price of the model asked for. */
  let reckoned = 0;

  function settle(reservation: Reservation, { usage }: RequestEnd): void {
    if (usage.total_tokens === null) {
      const { usd, tokens } = reservation.bound;
      held = { usd: added(held?.usd, usd), tokens: added(held?.tokens, tokens) };
      reservation.settle('unknown');
    } else if (usage.total_tokens === 0) reservation.settle('free');
    else {
      const cost_usd = costOf(usage, price);
      reckoned += cost_usd ?? 0;
      reservation.settle({ ...usage, cost_usd });
    }
  }

  return {
    get held() {
      return held;
    },
    charged(cost_usd) {
      const beyond = (cost_usd ?? 0) - reckoned;
      if (beyond > 0) budget.charge(beyond);
    },
    async admit(size: RequestSize, signal) {
      const request = { max_output_tokens, failed_before, call, ...size };
      const reserved = await budget.reserve(boundOf(request, price), signal);
      if (!reserved.ok) {
        stop.request(reserved.error, 'calls');
        return failure({ code: 'aborted', message: reserved.error.message });
      }
      const reservation = reserved.value;
      let admitted = false;
      try {
        requests += 1;
        const line = { key, step, call: call.call, request: requests, ...reservation.bound };
        // Where the journal fails the run ends at once, and says why itself.
        if ((await journal?.reserve(line)) === false) return failure(unwritten);
        const permit = await pacer.admit(request, signal);
        if (!permit.ok) return permit;
        admitted = true;
        return success(settling(permit.value, (end) => settle(reservation, end)));
      } finally {
        if (!admitted) reservation.settle('free');
      }
    },
  };
}

const unwritten = { code: 'aborted', message: 'the journal could not be written' } as const;

function settling(permit: Permit, settle: (end: RequestEnd) => void): Permit {
  return {
    settle(end) {
      settle(end);
      return permit.settle(end);
    },
  };
}

function added(one: number | null | undefined, other: number | null): number | null {
  return other === null ? (one ?? null) : (one ?? 0) + other;
}
