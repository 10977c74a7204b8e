import { addUsage, zeroUsage } from '../usage/add.ts';
import type { Usage } from '../usage/usage.ts';
import type { Attempt, Fault } from './attempt.ts';
import type {
  Admission,
  CallError,
  CallErrorCode,
  CallOptions,
  CallOutcome,
  ClientServices,
  Completion,
  Permit,
  Refusal,
  RequestEnd,
  RequestSize,
  RetryPolicy,
  Settled,
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
  control: CallControl,
): Promise<RetriedCall> {
  const progress: Progress = { usage: zeroUsage, attempts: 0, last: null };
  // Short, and what it does in functions of their own: all that it holds while it waits is held for each call in flight.
  for (;;) {
    const { waiting } = control;
    const admitting = control.gate.admit(size, waiting);
    // Nothing is waited for where nothing holds the request up: there is a request to every call.
    const admitted = admitting instanceof Promise ? await unlessAborted(waiting, admitting) : admitting;
    const permit = permitOf(progress, admitted, waiting);
    if ('outcome' in permit) return permit;

    try {
      progress.last = await attempt(control.signal);
    } catch (bug) {
      void permit.settle(lostSight(progress.usage));
      throw bug;
    }
    const settled = settle(progress, progress.last, permit);
    const { result } = progress.last;
    if (result.kind === 'completed') return completed(progress, result.completion);
    // Waited for only here: a gate in another thread is told of an answer, and the call ends without its reply.
    const next = nextAfter(progress, result, await settled, services);
    if (next === 'at the gate') continue;
    if (typeof next !== 'number') return next;
    await unlessAborted(waiting, services.sleep(next, waiting));
    if (waiting.aborted) return failed(progress, stopped(progress.last));
  }
}

/** How far a call is. */
interface Progress {
  usage: Usage;
  /** 429s are not counted, nor what failed because the model is out. */
  attempts: number;
  last: Attempt | null;
}

function failed({ usage, attempts, last }: Progress, fault: Fault): RetriedCall {
  return { outcome: { ok: false, error: { ...fault, attempts }, usage }, last, attempts };
}

function completed({ usage, attempts, last }: Progress, completion: Completion): RetriedCall {
  return { outcome: { ok: true, completion, usage }, last, attempts: attempts + 1 };
}

/** The permit, or how the call ends without one. `admitted` is undefined where the wait for it was ended. */
function permitOf(
  progress: Progress,
  admitted: Admission | undefined,
  waiting: AbortSignal,
): Permit | RetriedCall {
  if (waiting.aborted && admitted?.ok) void admitted.value.settle(unsent);
  if (admitted === undefined || waiting.aborted) return failed(progress, stopped(progress.last));
  return admitted.ok ? admitted.value : failed(progress, refused(admitted.error, progress.last));
}

function settle(progress: Progress, attempt: Attempt, permit: Permit): ReturnType<Permit['settle']> {
  const used = requestUsage(attempt, progress.usage.requests === 0);
  progress.usage = addUsage(progress.usage, used);
  return permit.settle(endOf(attempt, used));
}

/** After an attempt that did not complete: how the call ends, or how many milliseconds to wait for the next one. */
function nextAfter(
  progress: Progress,
  result: Exclude<Attempt['result'], { readonly kind: 'completed' }>,
  use: Settled,
  { retry, random }: Pick<ClientServices, 'retry' | 'random'>,
): RetriedCall | number | 'at the gate' {
  if (use === 'used') progress.attempts += 1;
  const canHelp = result.kind === 'limited' || result.retry;
  if (!canHelp || progress.attempts >= retry.attempts) return failed(progress, result.fault);
  // What went free waits at the gate: for the model, and not for this call alone.
  const retry_after = progress.last?.retry_after ?? null;
  return use === 'free' ? 'at the gate' : backOff(progress.attempts, retry_after, retry, random);
}

/**
 * Failures by which the model may be out for everybody, such as the page of a proxy in the place of an answer. One that
 * says nothing is an answer all the same.
 */
const ofOutages: ReadonlySet<CallErrorCode> = new Set([
  'server_error',
  'timed_out',
  'cut_body',
  'malformed_answer',
]);

/** The server itself did not answer: it is down, overloaded, or cannot be reached from its gateway. */
const unreachedServer: ReadonlySet<number> = new Set([502, 503, 504]);

/** What an attempt tells of the model, beside what it tells of the call. */
function endOf({ result, retry_after, quota }: Attempt, usage: Usage): RequestEnd {
  const fault = result.kind === 'completed' ? null : result.fault.message;
  const model = result.kind === 'completed' ? result.completion.model : null;
  return { kind: kindOf(result), fault, retry_after, quota, usage, ...(model !== null && { model }) };
}

function kindOf(result: Attempt['result']): RequestEnd['kind'] {
  if (result.kind === 'limited') return 'limited';
  if (result.kind === 'completed') return 'answered';
  const { code, status } = result.fault;
  if (code === 'aborted') return 'aborted';
  if (code === 'connection_failed') return 'unreachable';
  if (code === 'server_error' && status !== null && unreachedServer.has(status)) return 'unreachable';
  // What no retry can help is no fault that passes.
  if (code === 'malformed_answer' && !result.retry) return 'answered';
  return ofOutages.has(code) ? 'unavailable' : 'answered';
}

const ended = { kind: 'aborted', fault: null, retry_after: null, quota: null } as const;

/** Of a request that was let out just when the call was told to stop. */
export const unsent: RequestEnd = { ...ended, usage: zeroUsage };

/**
 * Of a request that a bug has cut off: it may have been sent, and paid for. To be given the usage of the call's requests
 * before it.
 */
export function lostSight({ requests }: Usage): RequestEnd {
  const usage = requestUsage({ sent: true, charged: true, tokens: null }, requests === 0);
  return { ...ended, usage };
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
async function unlessAborted<Value>(signal: AbortSignal, wait: Promise<Value>): Promise<Value | undefined> {
  try {
    return await wait;
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  }
}

/** No request may be sent any more: the gate says why. */
function refused({ code, message }: Refusal, last: Attempt | null): Fault {
  return unmade(code, message, last, code === 'aborted' ? 'record' : 'run');
}

/** Told to stop while no request was under way. */
function stopped(last: Attempt | null): Fault {
  const message =
    last === null || last.result.kind === 'completed'
      ? 'stopped before the request was sent'
      : `stopped while waiting to try again after: ${last.result.fault.message}`;
  return unmade('aborted', message, last, 'record');
}

/** Of an attempt that was never made, with what to quote of the one before it. */
function unmade(
  code: CallErrorCode,
  message: string,
  last: Attempt | null,
  scope: CallError['scope'],
): Fault {
  const before = last === null || last.result.kind === 'completed' ? null : last.result.fault;
  return { code, message, status: before?.status ?? null, request_id: before?.request_id ?? null, scope };
}
