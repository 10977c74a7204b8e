import { bounded } from '../diagnostic/printable.ts';
import { readAnswer } from './answer.ts';
import type { Answer, ReadAnswer } from './answer.ts';
import type { Exchange } from './collector.ts';
import type { CallError, CallErrorCode, Completion } from './contract.ts';
import { explainFault, explainStatus } from './explain.ts';
import type { Server } from './explain.ts';
import { requestId, retryAfter } from './provider-error.ts';
import { oneLine, redactStart } from './provider-text.ts';
import type { Tokens } from './tokens.ts';

/** One attempt at a call, judged. */
export interface Attempt {
  readonly result:
    | { readonly kind: 'completed'; readonly completion: Completion; readonly answer: Answer }
    /** A 429: the model has to pause, the call has not failed. */
    | { readonly kind: 'limited'; readonly fault: Fault }
    | { readonly kind: 'failed'; readonly fault: Fault; readonly retry: boolean };
  /** Whether the server said anything: then it is there. */
  readonly answered: boolean;
  /** Whether the request left us, and whether it may have been paid for. */
  readonly sent: boolean;
  readonly charged: boolean;
  readonly tokens: Tokens | null;
  /** The wait that the server asked for, in milliseconds. */
  readonly retry_after: number | null;
}

export type Fault = Omit<CallError, 'attempts'>;

/** In characters: a message is read by people, raw answers are looked into. */
const longestMessage = 500;
const longestRaw = 2000;
/** In bytes: more than is looked through for the key. */
const longestRead = 256 * 1024;

export function judge(exchange: Exchange, server: Server): Attempt {
  if (exchange.kind === 'fault') return judgeFault(exchange, server);
  try {
    return exchange.status === 200 ? judgeAnswer(exchange, server) : judgeStatus(exchange, server);
  } catch (error) {
    return judgeUnreadable(exchange.status, server, error);
  }
}

type Response = Exchange & { readonly kind: 'response' };

/**
 * An answer so odd that reading it throws, as one that is nested deeper than the stack. It was sent to us, so it fails
 * its record, and what it cost is not known; it must not pass for a mistake of ours, which ends the run.
 */
export function judgeUnreadable(status: number, server: Server, error: unknown): Attempt {
  const why = error instanceof Error ? error.message : String(error);
  const fault = createFault(server, {
    code: 'malformed_answer',
    message: `${server.host} answered with something that cannot be read: ${why}`,
    status,
    request_id: null,
  });
  return {
    result: { kind: 'failed', fault, retry: false },
    answered: true,
    sent: true,
    charged: true,
    tokens: null,
    retry_after: null,
  };
}

function judgeAnswer({ headers, body }: Response, server: Server): Attempt {
  const read = readAnswer(headers, body, server.redact);
  return judgeRead(read, { request_id: requestId(headers, server.redact), received: () => body }, server);
}

/** Judges what a 200 said. */
export function judgeRead(
  { answer, tokens }: ReadAnswer,
  { request_id, received }: { readonly request_id: string | null; readonly received: () => Buffer },
  server: Server,
): Attempt {
  const common = { answered: true, sent: true, charged: true, tokens, retry_after: null };
  if (answer.ok) {
    const { id, ...said } = answer.value;
    const completion = { ...said, request_id: request_id ?? id };
    return { ...common, result: { kind: 'completed', completion, answer: answer.value } };
  }
  const fault = createFault(server, {
    code: answer.error.code,
    message: `${server.host} answered ${answer.error.message}`,
    status: 200,
    request_id,
    body: received(),
  });
  // A proxy's page passes; and an answer that broke once seldom breaks the same way twice.
  return { ...common, result: { kind: 'failed', fault, retry: true } };
}

function judgeStatus({ status, headers, body }: Response, server: Server): Attempt {
  const common = {
    answered: true,
    sent: true,
    // Another 2xx may carry a completion, which is then paid for.
    charged: status >= 200 && status < 300,
    tokens: null,
    retry_after: retryAfter(headers, server.now()),
  };
  const { code, message } = explainStatus(status, headers, body, server);
  const request_id = requestId(headers, server.redact);
  const fault = createFault(server, { code, message, status, request_id, body });
  if (code === 'rate_limited') return { ...common, result: { kind: 'limited', fault } };
  return { ...common, result: { kind: 'failed', fault, retry: code === 'server_error' } };
}

function judgeFault(exchange: Exchange & { readonly kind: 'fault' }, server: Server): Attempt {
  const { fault, sent } = exchange;
  const { code, message } = explainFault(exchange, server);
  return {
    result: {
      kind: 'failed',
      fault: createFault(server, { code, message, status: null, request_id: null }),
      retry: fault !== 'aborted',
    },
    answered: false,
    sent,
    charged: sent,
    tokens: null,
    retry_after: null,
  };
}

/** No other call to this model can succeed after one of these, so the run stops. */
const final: ReadonlySet<CallErrorCode> = new Set([
  'rejected_key',
  'unknown_model',
  'not_on_plan',
  'rate_limited',
]);

export function createFault(
  { redact }: Server,
  fault: Pick<Fault, 'code' | 'message' | 'status' | 'request_id'> & { readonly body?: Buffer },
): Fault {
  const { code, message, status, request_id, body } = fault;
  const raw = body && redactStart(body.subarray(0, longestRead).toString('utf8'), longestRaw, redact);
  return {
    code,
    message: bounded(redact(oneLine(message)), longestMessage),
    status,
    request_id,
    scope: final.has(code) ? 'run' : 'record',
    ...(raw !== undefined && raw !== '' && { raw }),
  };
}
