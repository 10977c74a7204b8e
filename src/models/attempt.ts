import { formatDuration } from '../duration.ts';
import { readAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import type { CallError, CallErrorCode, Completion } from './contract.ts';
import { bound, hasNoQuota, oneLine, readProviderError, requestId, retryAfter } from './provider-error.ts';
import type { Redact } from './redact.ts';
import type { Tokens } from './tokens.ts';
import { largestBody } from './transport.ts';
import type { Exchange } from './transport.ts';

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

/** Whom we talk to, for messages that name it. */
export interface Server {
  readonly host: string;
  readonly model: string;
  /** The variable whose key is sent; null where none is. */
  readonly key_name: string | null;
  readonly timeout: number;
  readonly redact: Redact;
  readonly now: () => number;
}

/** In characters: a message is read by people, raw answers are looked into. */
const longestMessage = 500;
const longestRaw = 2000;

/** Statuses that may pass: a time-out, a conflict, too early. All of 5xx may, too. */
const passing = new Set([408, 409, 425]);

export function judge(exchange: Exchange, server: Server): Attempt {
  if (exchange.kind === 'fault') return judgeFault(exchange, server);
  if (exchange.status === 200) return judgeAnswer(exchange, server);
  return judgeStatus(exchange, server);
}

type Response = Exchange & { readonly kind: 'response' };

function judgeAnswer({ status, headers, body }: Response, server: Server): Attempt {
  const request_id = requestId(headers);
  const { answer, tokens } = readAnswer(headers, body);
  const common = { answered: true, sent: true, charged: true, tokens, retry_after: null };
  if (answer.ok) {
    const { text, tool_calls, finish_reason, model, id } = answer.value;
    const completion = { text, tool_calls, finish_reason, model, request_id: request_id ?? id };
    return { ...common, result: { kind: 'completed', completion, answer: answer.value } };
  }
  const fault = createFault(server, {
    code: answer.error.code,
    message: `${server.host} answered ${answer.error.message}`,
    status,
    request_id,
    body,
  });
  // A proxy's page passes; and an answer that broke once seldom breaks the same way twice.
  return { ...common, result: { kind: 'failed', fault, retry: true } };
}

function judgeStatus({ status, headers, body }: Response, server: Server): Attempt {
  const common = {
    answered: true,
    sent: true,
    charged: false,
    tokens: null,
    retry_after: retryAfter(headers, server.now()),
  };
  const { code, message } = explainStatus(status, headers, body, server);
  const fault = createFault(server, { code, message, status, request_id: requestId(headers), body });
  if (code === 'rate_limited') return { ...common, result: { kind: 'limited', fault } };
  return { ...common, result: { kind: 'failed', fault, retry: code === 'server_error' } };
}

function explainStatus(
  status: number,
  headers: Response['headers'],
  body: Buffer,
  server: Server,
): { code: CallErrorCode; message: string } {
  const { host, model, key_name } = server;
  const { said, type } = readProviderError(body);
  const reason = said === '' ? `${status}` : `${status}: ${bound(server.redact(said), 300)}`;

  if (status === 402 || (status >= 400 && hasNoQuota(headers)))
    return {
      code: 'not_on_plan',
      message: `the plan of this key does not include the model "${model}" (${reason}): choose another model or another plan`,
    };
  if (status === 401 || status === 403)
    return {
      code: 'rejected_key',
      message:
        key_name === null
          ? `${host} wants an API key (${reason}): name the variable that holds it in model.api_key_env`
          : `${host} rejected the API key in ${key_name} (${reason}): set it to a valid one`,
    };
  if (status === 404 || (status === 400 && (type === 'invalid_model' || /^invalid model\b/i.test(said))))
    return {
      code: 'unknown_model',
      message: `${host} does not know the model "${model}" (${reason}): check model.name and model.base_url`,
    };
  if (status === 429)
    return {
      code: 'rate_limited',
      message: `${host} has refused everything for too long (${reason}): lower \`limits\`, or go on later`,
    };
  if (status >= 500 || passing.has(status))
    return { code: 'server_error', message: `${host} answered with an error (${reason})` };
  if (status >= 300 && status < 400)
    return {
      code: 'invalid_request',
      message: `${host} redirects to ${locationOf(headers)} (${reason}): set model.base_url to where the API is`,
    };
  if (status < 300)
    return {
      code: 'malformed_answer',
      message: `${host} answered with a status that no completion has (${reason})`,
    };
  return { code: 'invalid_request', message: `${host} refused the request (${reason})` };
}

function locationOf(headers: Response['headers']): string {
  const { location } = headers;
  return location !== undefined && URL.canParse(location) ? new URL(location).origin : 'another address';
}

function judgeFault(exchange: Exchange & { readonly kind: 'fault' }, server: Server): Attempt {
  const { fault, cause, sent } = exchange;
  const { host, timeout } = server;
  const explained: { readonly [name in typeof fault]: { code: CallErrorCode; message: string } } = {
    connection_failed: {
      code: 'connection_failed',
      message: sent
        ? `${host} closed the connection before it answered`
        : `cannot connect to ${host}: ${explainConnection(cause)}`,
    },
    timed_out: {
      code: 'timed_out',
      message: `${host} gave no whole answer within ${formatDuration(timeout)}: raise model.timeout, or ask for less`,
    },
    cut_body: { code: 'cut_body', message: `${host} closed the connection inside its answer` },
    no_http: {
      code: 'malformed_answer',
      message: `${host} answered with something that is not HTTP: check model.base_url`,
    },
    too_large: { code: 'malformed_answer', message: `${host} answered with more than ${largestBody} MB` },
    aborted: { code: 'aborted', message: `stopped before ${host} answered` },
  };
  const { code, message } = explained[fault];
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

function explainConnection(cause: Error | null): string {
  const code = cause !== null && 'code' in cause ? String(cause.code) : '';
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its name cannot be resolved';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return 'it does not respond';
  return oneLine(cause?.message || code || 'the connection failed');
}

/** No other call to this model can succeed after one of these, so the run stops. */
const final: ReadonlySet<CallErrorCode> = new Set([
  'rejected_key',
  'unknown_model',
  'not_on_plan',
  'rate_limited',
]);

function createFault(
  { redact }: Server,
  fault: Pick<Fault, 'code' | 'message' | 'status' | 'request_id'> & { readonly body?: Buffer },
): Fault {
  const { code, message, status, request_id, body } = fault;
  // Redacted before it is cut: half a key would not be recognised.
  const raw = body && bound(redact(body.subarray(0, 16 * longestRaw).toString('utf8')), longestRaw);
  return {
    code,
    message: bound(redact(message), longestMessage),
    status,
    request_id: request_id === null ? null : redact(request_id),
    scope: final.has(code) ? 'run' : 'record',
    ...(raw !== undefined && raw !== '' && { raw }),
  };
}
