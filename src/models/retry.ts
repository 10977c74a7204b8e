import { addUsage, zeroUsage } from '../usage/add.ts';
import type { Attempt, Fault } from './attempt.ts';
import type { CallOptions, CallOutcome, ClientServices, RetryPolicy } from './contract.ts';
import { requestUsage } from './tokens.ts';

/** The first back-off lasts up to this, in milliseconds; each further one up to twice as long. */
const firstDelay = 500;

export interface RetriedCall {
  readonly outcome: CallOutcome;
  /** The last attempt, which made the outcome; null where none was made. */
  readonly last: Attempt | null;
  /** How many there were, 429s not counted. */
  readonly attempts: number;
}

/** What ends a call: `signal` its request, `waiting` its waits between requests. */
export type CallSignals = Pick<CallOptions, 'signal' | 'waiting'>;

/**
 * The one retry policy: makes attempts until one completes, one cannot be helped by another, or none is left.
 *
 * Every request asks the pacer for admission first. A 429 goes to the pacer, which pauses the whole model, and uses no
 * attempt: it says that we were too fast, not that the call has failed.
 */
export async function callWithRetries(
  attempt: (signal: AbortSignal) => Promise<Attempt>,
  services: Pick<ClientServices, 'retry' | 'pacer' | 'sleep' | 'random'>,
  { signal, waiting }: CallSignals,
): Promise<RetriedCall> {
  const { retry, pacer, sleep, random } = services;
  let usage = zeroUsage;
  let attempts = 0;
  let last: Attempt | null = null;
  const failed = (fault: Fault): RetriedCall => ({
    outcome: { ok: false, error: { ...fault, attempts }, usage },
    last,
    attempts,
  });

  for (;;) {
    if (!(await unlessAborted(waiting, () => pacer.admit(waiting)))) return failed(stopped(last));
    last = await attempt(signal);
    usage = addUsage(usage, requestUsage(last, usage.requests === 0));

    const { result } = last;
    if (result.kind === 'limited') {
      if (pacer.limited(last.retry_after) === 'give-up') return failed(result.fault);
      continue;
    }
    if (last.answered) pacer.answered();
    attempts += 1;
    if (result.kind === 'completed')
      return { outcome: { ok: true, completion: result.completion, usage }, last, attempts };
    if (!result.retry || attempts >= retry.attempts) return failed(result.fault);

    const delay = backOff(attempts, last.retry_after, retry, random);
    if (!(await unlessAborted(waiting, () => sleep(delay, waiting)))) return failed(stopped(last));
  }
}

/**
 * Exponential with full jitter, so that calls which failed together do not come back together; not before the server
 * wants to be asked again; never longer than the policy's longest wait.
 */
function backOff(
  attempts: number,
  retry_after: number | null,
  { max_delay }: RetryPolicy,
  random: () => number,
): number {
  const jittered = random() * Math.min(max_delay, firstDelay * 2 ** (attempts - 1));
  return Math.round(Math.min(max_delay, Math.max(retry_after ?? 0, jittered)));
}

/** Whether the wait came to its end; a rejection for any other reason than `signal` is a bug and goes on. */
async function unlessAborted(signal: AbortSignal, wait: () => Promise<void>): Promise<boolean> {
  try {
    await wait();
    return !signal.aborted;
  } catch (error) {
    if (!signal.aborted) throw error;
    return false;
  }
}

/** Told to stop while no request was under way. */
function stopped(last: Attempt | null): Fault {
  const before = last !== null && last.result.kind !== 'completed' ? last.result.fault : null;
  return {
    code: 'aborted',
    message:
      before === null
        ? 'stopped before the request was sent'
        : `stopped while waiting to try again after: ${before.message}`,
    status: before?.status ?? null,
    request_id: before?.request_id ?? null,
    scope: 'record',
  };
}
