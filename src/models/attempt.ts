import { bounded } from '../diagnostic/printable.ts';
import type { Answer } from './answer.ts';
import type { CallError, CallErrorCode, Completion, Quota } from './contract.ts';
import type { Server } from './explain.ts';
import { oneLine, redactStart } from './provider-text.ts';
import type { Tokens } from './tokens.ts';

/** One attempt at a call, judged. */
export interface Attempt {
  readonly result:
    | { readonly kind: 'completed'; readonly completion: Completion; readonly answer: Answer }
    /** A 429: the model has to pause, the call has not failed. */
    | { readonly kind: 'limited'; readonly fault: Fault }
    | { readonly kind: 'failed'; readonly fault: Fault; readonly retry: boolean };
  /** Whether the request left us, and whether it may have been paid for. */
  readonly sent: boolean;
  readonly charged: boolean;
  readonly tokens: Tokens | null;
  /** The wait that the server asked for, in milliseconds. */
  readonly retry_after: number | null;
  /** What the answer says of the server's quota. */
  readonly quota: Quota | null;
}

export type Fault = Omit<CallError, 'attempts'>;

/** In characters: a message is read by people, raw answers are looked into. */
const longestMessage = 500;
const longestRaw = 2000;
/** In bytes: more than is looked through for the key. */
const longestRead = 256 * 1024;

/** No other call to this model can succeed after one of these, so the run stops. */
const final: ReadonlySet<CallErrorCode> = new Set([
  'rejected_key',
  'key_required',
  'unknown_model',
  'not_on_plan',
  'redirected',
  'rate_limited',
  'outage',
  'too_many_open_files',
]);

/** A failure fit for files and traces: without the key, and within bounds. */
export function createFault(
  { redact }: Server,
  fault: Pick<Fault, 'code' | 'message' | 'status' | 'request_id'> & { readonly body?: Buffer },
): Fault {
  const { code, message, status, request_id, body } = fault;
  const raw = body && rawOf(body, redact);
  return {
    code,
    message: bounded(redact(oneLine(message)), longestMessage),
    status,
    request_id,
    scope: final.has(code) ? 'run' : 'record',
    ...(raw !== undefined && raw !== '' && { raw }),
  };
}

/** What is cut off, which may take half a pair of surrogates with it, says how long it was. */
function rawOf(body: Buffer, redact: Server['redact']): string {
  const raw = redactStart(body.subarray(0, longestRead).toString('utf8'), longestRaw, redact);
  return raw.length < longestRaw - 1 ? raw : `${raw} (${body.length} bytes in all)`;
}
