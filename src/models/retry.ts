import { addUsage, zeroUsage } from '../usage/add.ts';
import type { Attempt, Fault } from './attempt.ts';
import type {
  CallOptions,
  CallOutcome,
  ClientServices,
  Refusal,
  RequestEnd,
  RequestSize,
  RetryPolicy,
} from './contract.ts';
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

/** What lets a call's requests out, and what ends it: `signal` its request, `waiting` its waits between requests. */
export type CallControl = Pick<CallOptions, 'signal' | 'waiting' | 'gate'>;

/**
 * The one retry policy: makes attempts until one completes, one cannot be helped by another, or none is left.
 *
 * Every request passes the gate first and is settled there. A 429 uses no attempt: it says that we were too fast, not
 * that the call has failed. Nor does a request that failed because the model is out for everybody, as the gate finds.
 */
export async function callWithRetries(
  attempt: (signal: AbortSignal) => Promise<Attempt>,
  size: RequestSize,
  services: Pick<ClientServices, 'retry' | 'sleep' | 'random'>,
  { signal, waiting, gate }: CallControl,
): Promise<RetriedCall> {
  const { retry, sleep, random } = services;
  let usage = zeroUsage;
  let attempts = 0;
  let last: Attempt | null = null;
  const failed = (fault: Fault): RetriedCall => ({
    outcome: { ok: false, error: { ...fault, attempts }, usage },
    last,
    attempts,
  });

  for (;;) {
    const admitted = await unlessAborted(waiting, () => gate.admit(size, waiting));
    if (admitted === undefined) return failed(stopped(last));
    if (!admitted.ok) return failed(refused(admitted.error, last));
    last = await attempt(signal);
    const used = requestUsage(last, usage.requests === 0);
    usage = addUsage(usage, used);

    const { result, retry_after, quota } = last;
    const kind = endOf(last);
    const counts = admitted.value.settle({ kind, retry_after, quota, usage: used }) === 'used';
    if (result.kind === 'limited') continue;
    if (counts || result.kind === 'completed') attempts += 1;
    if (result.kind === 'completed')
      return { outcome: { ok: true, completion: result.completion, usage }, last, attempts };
    if (!result.retry || attempts >= retry.attempts) return failed(result.fault);

    const delay = backOff(Math.max(1, attempts), retry_after, retry, random);
    if ((await unlessAborted(waiting, () => sleep(delay, waiting).then(() => true))) === undefined)
      return failed(stopped(last));
  }
}

/** What an attempt tells of the model, beside what it tells of the call. */
function endOf({ result, answered }: Attempt): RequestEnd['kind'] {
  if (result.kind === 'limited') return 'limited';
  if (result.kind === 'completed') return 'answered';
  if (result.fault.code === 'aborted') return 'aborted';
  const passing = !answered || result.fault.code === 'server_error';
  return passing ? 'unavailable' : 'answered';
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

/** What was waited for; undefined where the wait was ended. A rejection for any other reason is a bug and goes on. */
async function unlessAborted<Value>(
  signal: AbortSignal,
  wait: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    const value = await wait();
    return signal.aborted ? undefined : value;
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  }
}

/** No request may be sent any more. */
function refused({ code, message }: Refusal, last: Attempt | null): Fault {
  const before = lastFault(last);
  return {
    code,
    message: before === null ? message : `${message}: ${before.message}`,
    status: before?.status ?? null,
    request_id: before?.request_id ?? null,
    scope: code === 'aborted' ? 'record' : 'run',
  };
}

/** Told to stop while no request was under way. */
function stopped(last: Attempt | null): Fault {
  const before = lastFault(last);
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

function lastFault(last: Attempt | null): Fault | null {
  return last === null || last.result.kind === 'completed' ? null : last.result.fault;
}
