import type { Gate, Permit, Refusal, RequestEnd, RequestSize } from '../models/contract.ts';
import { unsent } from '../models/retry.ts';
import { failure, success, type Result } from '../result.ts';
import { addUsage, zeroUsage } from '../usage/add.ts';
import { costOf, roundCost } from '../usage/cost.ts';
import { priceOf, priceOfAnswer, type PriceTable } from '../usage/prices.ts';
import { boundOf, type Bound } from './budget-bound.ts';
import type { Actual, Budget, Reservation } from './budget.ts';
import type { Journal } from './journal/journal.ts';
import type { Reserved } from './journal/lines.ts';
import type { PacedRequest } from './pacing/paced-request.ts';
import type { PacedAdmission, PacedPermit, Pacer } from './pacing/pacer.ts';
import type { Stop } from './stop.ts';

/** What lets the requests of one call out. */
export interface CallGate extends Gate {
  /** The reservations that stay spent, since it never came what their requests used; undefined where there are none. */
  readonly held: Reserved | undefined;
  /** To be called when the call's line is in the journal: others may spend what it has left of its last reservation. */
  ended(): void;
}

export interface GatedCall {
  readonly key: string;
  readonly step: string;
  readonly call: number;
  readonly max_output_tokens: number | null;
  /** Whether the record failed in an earlier session. */
  readonly failed_before: boolean;
  /** The model asked for. */
  readonly model: string;
  readonly prices: PriceTable;
}

export interface GateServices {
  readonly pacer: Pacer;
  /** Undefined where the run may use what it likes. */
  readonly budget: Budget | undefined;
  readonly journal: Journal | undefined;
  readonly stop: Stop;
}

/**
 * Money, then pace; who waits for his pace leaves his money to others. Last, just before the request is sent, its
 * reservation is written in the journal: whatever becomes of this process, what was sent is known to be spent, and what
 * still waited is not. What a request has left of its
 * reservation is let go only behind a line that says so: however much of the journal a crash leaves, it never tells of more
 * than the budget.
 */
export function openGate(services: GateServices, call: GatedCall): CallGate {
  const { pacer, budget } = services;
  if (budget !== undefined) return budgetedGate(services, budget, call);
  const { max_output_tokens, failed_before } = call;
  return {
    held: undefined,
    ended: () => {},
    admit: (size, signal) => pacer.admit({ max_output_tokens, failed_before, call, ...size }, signal),
  };
}

function budgetedGate({ pacer, journal, stop }: GateServices, budget: Budget, call: GatedCall): CallGate {
  const { key, step, model, prices, max_output_tokens, failed_before } = call;
  let requests = 0;
  /** Of all requests: what they used, or what stays reserved for them. */
  let spent: Reserved | undefined;
  let held: Reserved | undefined;
  /** Of all requests. */
  let usage = zeroUsage;
  /** US dollars that those whose usage came were settled with. */
  let settled = 0;
  /** Settles the last request with the budget; undefined where that is done. */
  let letGo: (() => void) | undefined;

  /**
   * What the request costs; null where that is not known. The price of a call is that of the model which answers in the
   * end: where that one is dearer, its request is settled with what those before it cost more than was reckoned.
   */
  function furtherCost(answered: string | null): number | null {
    const cost = costOf(usage, priceOfAnswer(model, answered, prices));
    if (cost === null) return null;
    const further = Math.max(0, roundCost(cost - settled));
    settled += further;
    return further;
  }

  function actualOf({ bound }: Reservation, end: RequestEnd): Actual {
    const { total_tokens } = end.usage;
    usage = addUsage(usage, end.usage);
    if (total_tokens === 0) return 'free';
    if (total_tokens === null) {
      held = sum(held, bound);
      spent = sum(spent, bound);
      return 'unknown';
    }
    const cost_usd = furtherCost(end.model ?? null);
    spent = sum(spent, { usd: cost_usd ?? bound.usd, tokens: total_tokens });
    return { total_tokens, cost_usd };
  }

  function settle(reservation: Reservation, end: RequestEnd): void {
    const actual = actualOf(reservation, end);
    letGo = () => reservation.settle(actual);
    // The line of a call that is answered comes at once. Another may wait for its next request, and others for its money.
    if (end.kind !== 'answered' || end.fault !== null) letGoBehindLine();
  }

  function letGoBehindLine(): void {
    if (letGo === undefined) return;
    const cost_usd = costOf(usage, priceOf(model, prices));
    const line = { key, step, call: call.call, model, usage: { ...usage, cost_usd } };
    journal?.settle({ ...line, ...(held && { held }) });
    ended();
  }

  function ended(): void {
    letGo?.();
    letGo = undefined;
  }

  async function reserve(bound: Bound, signal: AbortSignal): Promise<Result<Reservation, Refusal>> {
    const reserved = await budget.reserve(bound, signal);
    if (reserved.ok) return reserved;
    stop.request(reserved.error, 'calls');
    return failure({ code: 'aborted', message: reserved.error.message });
  }

  /**
   * A permit and the money for it. What is reserved is free again while the pacer lets nobody go: calls that wait for a
   * model which is out would keep those from asking that could show that it is not.
   */
  async function pay(request: PacedRequest, signal: AbortSignal): Promise<Result<Paid, Refusal>> {
    const bound = boundOf(request, priceOf(model, prices));
    const reserved = await reserve(bound, signal);
    if (!reserved.ok) return reserved;
    const admitting = pacer.admit(request, signal);
    if (!(admitting instanceof Promise)) return paidBy(reserved.value, admitting);
    reserved.value.settle('free');
    const admitted = await admitting;
    if (!admitted.ok) return admitted;
    const reservation = budget.reserveAtOnce(bound);
    if (reservation !== undefined) return paidBy(reservation, admitted);
    // Others have it by now.
    admitted.value.settle(unsent);
    return payAndKeep(request, bound, signal);
  }

  async function payAndKeep(
    request: PacedRequest,
    bound: Bound,
    signal: AbortSignal,
  ): Promise<Result<Paid, Refusal>> {
    const reserved = await reserve(bound, signal);
    if (!reserved.ok) return reserved;
    try {
      return paidBy(reserved.value, await pacer.admit(request, signal));
    } catch (error) {
      reserved.value.settle('free');
      throw error;
    }
  }

  return {
    get held() {
      return held;
    },
    ended,
    async admit(size: RequestSize, signal) {
      letGoBehindLine();
      const paid = await pay({ max_output_tokens, failed_before, call, ...size }, signal);
      if (!paid.ok) return paid;
      const { reservation, permit } = paid.value;
      let isOut = false;
      try {
        requests += 1;
        const line = { key, step, call: call.call, model, request: requests, ...reservation.bound };
        // Where the journal fails the run ends at once, and says why itself.
        if ((await journal?.reserve({ ...line, ...(spent && { held: spent }) })) === false) {
          permit.settle(unsent);
          return failure(unwritten);
        }
        isOut = true;
        return success(settling(permit, (end) => settle(reservation, end)));
      } finally {
        if (!isOut) reservation.settle('free');
      }
    },
  };
}

/** A request that may be sent. */
interface Paid {
  readonly permit: PacedPermit;
  readonly reservation: Reservation;
}

function paidBy(reservation: Reservation, admitted: PacedAdmission): Result<Paid, Refusal> {
  if (admitted.ok) return success({ permit: admitted.value, reservation });
  reservation.settle('free');
  return admitted;
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

function sum(one: Reserved | undefined, other: Reserved): Reserved {
  return one === undefined
    ? other
    : { usd: added(one.usd, other.usd), tokens: added(one.tokens, other.tokens) };
}

function added(one: number | null, other: number | null): number | null {
  return other === null ? one : (one ?? 0) + other;
}
