import type { RequestEnd } from '../../../../src/models/contract.ts';
import type { PlanLimits, PlanRetry } from '../../../../src/plan.ts';
import { controllerForMany } from '../../../../src/run/listeners.ts';
import type { PacedRequest } from '../../../../src/run/pacing/paced-request.ts';
import { createPacer, type PacedPermit, type Traffic } from '../../../../src/run/pacing/pacer.ts';
import { zeroUsage } from '../../../../src/usage/add.ts';
import { manualClock, settled } from '../../support/clock.ts';

export const never: AbortSignal = controllerForMany().signal;

/** What was asked for together. */
export interface Asked {
  /** Those that were let out, in their order. */
  readonly permits: PacedPermit[];
  /** What the others were told. */
  readonly refusals: { readonly code: string; readonly message: string }[];
  /** Those that were told to stop. */
  left: number;
  /** Lets the time pass until one of them is let out or refused. */
  ended(): Promise<void>;
  /** The first that is let out. */
  next(): Promise<PacedPermit>;
}

export interface PacingOptions {
  readonly limits?: Partial<PlanLimits>;
  readonly retry?: Partial<PlanRetry>;
  /** Always the same, from 0 to 1. */
  readonly chance?: number;
  /** Requests of all models that may be under way. */
  readonly traffic?: Traffic;
}

/** A pacer, and time that stands still. */
export function pacing({ limits, retry, chance = 1, traffic }: PacingOptions = {}) {
  const clock = manualClock();
  const end = new AbortController();
  const pauses: (readonly [milliseconds: number, reason: string, gives_up_in?: number])[] = [];
  const spares: number[] = [];
  const notices: string[] = [];
  const pacer = createPacer({
    limits: { concurrency: 16, ...limits },
    retry: { attempts: 3, max_delay: 60_000, outage: 300_000, ...retry },
    signal: end.signal,
    paused: ({ duration, reason, gives_up_in }) =>
      void pauses.push(gives_up_in === undefined ? [duration, reason] : [duration, reason, gives_up_in]),
    elapsed: clock.now,
    sleep: clock.sleep,
    random: () => chance,
    spare: (calls) => void spares.push(calls),
    notice: (message) => void notices.push(message),
    ...(traffic && { traffic }),
  });

  /** Asks for so many requests, each of a call of its own unless told. */
  function ask(requests: number, call?: object, signal: AbortSignal = never): Asked {
    const asked: Asked = {
      permits: [],
      refusals: [],
      left: 0,
      async ended() {
        await settled();
        while (asked.permits.length + asked.refusals.length === 0) {
          const [wait] = clock.sleeping;
          if (wait === undefined) throw new Error('nothing will ever end the wait');
          await clock.advance(wait);
          await settled();
        }
      },
      async next() {
        await asked.ended();
        const [first] = asked.permits;
        if (first === undefined) throw new Error(`refused: ${asked.refusals[0]?.message}`);
        return first;
      },
    };
    for (let count = 0; count < requests; count++) {
      Promise.resolve(pacer.admit(requestOf(call), signal)).then(
        (admitted) =>
          admitted.ok ? asked.permits.push(admitted.value) : asked.refusals.push(admitted.error),
        () => (asked.left += 1),
      );
    }
    return asked;
  }

  return { pacer, clock, end, pauses, spares, notices, ask };
}

export function requestOf(call: object = {}, bytes = 100): PacedRequest {
  return { bytes, images: 0, max_output_tokens: null, failed_before: false, call };
}

const ended = { fault: null, retry_after: null, quota: null, usage: { ...zeroUsage, requests: 1 } } as const;

export const answered: RequestEnd = { ...ended, kind: 'answered' };
export const aborted: RequestEnd = { ...ended, kind: 'aborted' };

export const limited = (retry_after: number | null = null): RequestEnd => ({
  ...ended,
  kind: 'limited',
  fault: 'a.example refused for its rate limit (429)',
  retry_after,
});

export const unavailable = (retry_after: number | null = null): RequestEnd => ({
  ...ended,
  kind: 'unavailable',
  fault: 'a.example answered with an error (500)',
  retry_after,
});

export const unreachable = (): RequestEnd => ({
  ...ended,
  kind: 'unreachable',
  fault: 'cannot connect to a.example: nothing listens there',
});
