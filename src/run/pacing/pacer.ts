import type { Permit, Refusal, RequestSize } from '../../models/contract.ts';
import type { PlanLimits, PlanRetry } from '../../plan.ts';
import { failure, success, type Result } from '../../result.ts';
import type { ModelPaused } from '../events.ts';

/** The pace of one model, shared by all steps that ask it. */
export interface Pacer {
  /** Resolves when the request may be sent, or never may be; rejects only when `signal` aborts. */
  admit(request: PacedRequest, signal: AbortSignal): Promise<Result<Permit, Refusal>>;
}

export interface PacedRequest extends RequestSize {
  /** The longest answer that the model may write, in tokens; null where nothing bounds it. */
  readonly max_output_tokens: number | null;
}

export interface PacerOptions {
  readonly limits: PlanLimits;
  readonly retry: PlanRetry;
  /** Ends the pauses: the run has no more use of the model. */
  readonly signal: AbortSignal;
  /** A pause of so many milliseconds begins, or one that was told has become longer. */
  readonly paused: (milliseconds: number, reason: ModelPaused['reason']) => void;
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

/** While the probe after a pause has no answer, one more request is let through each time this has passed. */
const probeInterval = 5000;

/** Milliseconds by which a pause has to grow before that is worth telling. */
const tellable = 1000;

/** A request that waits to be admitted. */
interface Waiting {
  readonly admit: () => void;
}

/**
 * The pace of one model. Requests pass at once until a 429 comes; then all of them wait. After the pause one request
 * probes, and the first answer lets all others go. A probe may die without an answer (a connection fault tells the
 * pacer nothing), so another follows it every few seconds: a trickle, never a deadlock.
 *
 * The pause is what Retry-After says. Without it, and where the word did not hold (the probe got a 429 again), it is
 * at least a back-off that doubles from 1 s to `max_delay`, its upper half random.
 */
export function createPacer({ retry, signal, paused, now, sleep, random }: PacerOptions): Pacer {
  const waiting = new Set<Waiting>();
  let state: 'open' | 'paused' | 'probing' = 'open';
  let pauseEnds = 0;
  /** Pauses in a row that ended in another 429. */
  let relapses = 0;
  /** When the first of nothing but 429s came; undefined while the model answers. */
  let outageBegan: number | undefined;
  let recoveries = 0;
  let gone = false;
  const permit: Permit = {
    settle({ kind, retry_after }) {
      if (kind === 'limited') gone ||= limited(retry_after) === 'give-up';
      else if (kind === 'answered' || kind === 'unavailable') answered();
      return kind === 'limited' ? 'free' : 'used';
    },
  };

  function admitOne(): void {
    for (const request of waiting) {
      request.admit();
      return;
    }
  }

  function open(): void {
    state = 'open';
    relapses = 0;
    for (const request of waiting) request.admit();
  }

  /** Sits the pause out, however often it is extended, then probes until something is heard. */
  async function recover(): Promise<void> {
    recoveries += 1;
    const recovery = recoveries;
    for (let left = pauseEnds - now(); left > 0; left = pauseEnds - now()) await sleep(left, signal);
    state = 'probing';
    while (isProbing(recovery)) {
      admitOne();
      await sleep(probeInterval, signal);
    }
  }

  /** False once an answer has opened the gate, or a 429 has begun another pause, which has a recovery of its own. */
  function isProbing(recovery: number): boolean {
    return state === 'probing' && recovery === recoveries;
  }

  function backOff(): number {
    const ceiling = Math.min(2000 * 2 ** relapses, retry.max_delay);
    return ceiling / 2 + (random() * ceiling) / 2;
  }

  return {
    async admit(_request, caller) {
      if (gone) return failure({ code: 'rate_limited', message: 'nothing but 429 for too long' });
      await pass(caller);
      return success(permit);
    },
  };

  function pass(caller: AbortSignal): Promise<void> {
    if (caller.aborted) return Promise.reject(reasonOf(caller));
    if (state === 'open') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const request: Waiting = {
        admit() {
          waiting.delete(request);
          caller.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = () => {
        waiting.delete(request);
        reject(reasonOf(caller));
      };
      waiting.add(request);
      caller.addEventListener('abort', leave, { once: true });
    });
  }

  function limited(retryAfter: number | null): 'wait' | 'give-up' {
    const time = now();
    outageBegan ??= time;
    const tolerated = outageBegan + retry.outage - time;
    if (tolerated <= 0 || (retryAfter ?? 0) > tolerated) return 'give-up';
    if (state === 'paused') {
      // A request that was sent before the pause: it tells the same, or that the pause must be longer.
      const ends = time + (retryAfter ?? 0);
      if (ends - pauseEnds >= tellable) paused(ends - time, 'rate_limited');
      pauseEnds = Math.max(pauseEnds, ends);
      return 'wait';
    }
    if (state === 'probing') relapses += 1;
    const wait = retryAfter !== null && relapses === 0 ? retryAfter : Math.max(retryAfter ?? 0, backOff());
    state = 'paused';
    // Our own waits are cut to the bound, so that the last probe comes just at it.
    pauseEnds = time + Math.min(wait, tolerated);
    paused(pauseEnds - time, 'rate_limited');
    // Only the run's end cuts the wait short; whoever waits here is told of it by a signal of their own.
    recover().catch(() => undefined);
    return 'wait';
  }

  function answered(): void {
    outageBegan = undefined;
    // An answer to a request that was sent before the pause says nothing of the quota now.
    if (state === 'probing') open();
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}
