import type { IncomingHttpHeaders } from 'node:http';
import type { JsonObject } from '../json/json.ts';
import type { Result } from '../result.ts';
import type { AnswerProblem } from './answer-parts.ts';
import { withoutKey } from './answer.ts';
import type { Answer } from './answer.ts';
import { createFault } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import type { Exchange } from './collector.ts';
import { explainFault, explainStatus, explainStream } from './explain.ts';
import type { Server } from './explain.ts';
import { readProviderError, requestId, retryAfter } from './provider-error.ts';
import { readQuota } from './quota.ts';
import type { Tokens } from './tokens.ts';
import { readBody } from './wire-body.ts';
import type { WireReader } from './wire-reader.ts';
import type { Wire } from './wire.ts';

type Response = Exchange & { readonly kind: 'response' };

/** Judges one attempt at a call, by what its provider's wire says of the answer. */
export function judge(exchange: Exchange, wire: Wire, server: Server): Attempt {
  if (exchange.kind === 'fault') return judgeFault(exchange, server);
  try {
    return exchange.status === 200
      ? judgeAnswer(exchange, wire, server)
      : judgeStatus(exchange, wire, server);
  } catch (error) {
    return judgeUnreadable(exchange.status, server, error);
  }
}

/**
 * Judges an attempt whose answer was to come as a stream. A server may answer otherwise: it refuses, or knows no streams
 * and sends its answer whole; both are judged like any answer. Throws only what a listener throws at the last pieces.
 */
export function judgeStream(exchange: Exchange, reader: WireReader, wire: Wire, server: Server): Attempt {
  const { headers } = reader;
  if (headers === undefined) return judge(exchange, wire, server);
  if (exchange.kind === 'response') reader.close();
  try {
    return judgeEvents(exchange, reader, headers, wire, server);
  } catch (error) {
    return judgeUnreadable(200, server, error);
  }
}

function judgeAnswer({ headers, body }: Response, wire: Wire, server: Server): Attempt {
  const parsed = readBody(headers, body);
  const read = parsed.ok ? wire.read(parsed.value) : parsed;
  const tokens = parsed.ok ? wire.tokens(parsed.value) : null;
  return judgeRead({ read, tokens, headers, received: () => body }, wire, server);
}

function judgeEvents(
  exchange: Exchange,
  reader: WireReader,
  headers: IncomingHttpHeaders,
  wire: Wire,
  server: Server,
): Attempt {
  const body: JsonObject = reader.completion();
  // Some servers tell a sum that grows: that of an answer which was cut off is not what is paid.
  const tokens = reader.finished ? wire.tokens(body) : null;
  // The events themselves are not kept: a key could stand in several, in pieces.
  const received = (): Buffer => Buffer.from(JSON.stringify(body));
  if (reader.end?.kind === 'whole')
    return judgeRead({ read: wire.read(body), tokens, headers, received }, wire, server);

  const aborted = exchange.kind === 'fault' && exchange.fault === 'aborted';
  const { code, message } =
    reader.end === undefined && exchange.kind === 'fault'
      ? explainFault(exchange, { ...server, max_body: server.max_stream }, 'inside its answer')
      : explainStream(reader.end ?? { kind: 'cut' }, server);
  const request_id = requestId(headers, wire.request_id_header, server.redact);
  const fault = createFault(server, { code, message, status: 200, request_id, body: received() });
  return { ...paid, tokens, quota: readQuota(headers), result: { kind: 'failed', fault, retry: !aborted } };
}

interface ReadAnswer {
  readonly read: Result<Answer, AnswerProblem>;
  /** What was paid, also for an answer that cannot be used; null where it does not say. */
  readonly tokens: Tokens | null;
  readonly headers: IncomingHttpHeaders;
  readonly received: () => Buffer;
}

/** Of whatever a 200 brings. */
const paid = { sent: true, charged: true, retry_after: null, quota: null };

/** Judges what a 200 said. */
function judgeRead({ read, tokens, headers, received }: ReadAnswer, wire: Wire, server: Server): Attempt {
  const request_id = requestId(headers, wire.request_id_header, server.redact);
  if (read.ok) {
    const answer = withoutKey(read.value, server.redact);
    const { id, text, thinking, refusal, tool_calls, finish_reason, model } = answer;
    const told = request_id ?? id;
    const completion = { text, thinking, refusal, tool_calls, finish_reason, model, request_id: told };
    const result = { kind: 'completed', completion, answer } as const;
    return { result, tokens, ...paid, quota: readQuota(headers) };
  }
  const fault = createFault(server, {
    code: read.error.code,
    message: `${server.host} answered ${read.error.message}`,
    status: 200,
    request_id,
    body: received(),
  });
  // A proxy's page passes; and an answer that broke once seldom breaks the same way twice.
  return { ...paid, tokens, quota: readQuota(headers), result: { kind: 'failed', fault, retry: true } };
}

/** A gateway has not waited for the model, which may have answered all the same. 524 is Cloudflare's. */
const gatewayTimeouts: ReadonlySet<number> = new Set([408, 504, 524]);

/** In milliseconds: one that refuses sooner has not waited, as where it cannot reach the model at all. */
const shortestWait = 1000;

function hasGivenUp({ status, took = Infinity }: Response): boolean {
  return gatewayTimeouts.has(status) && took >= shortestWait;
}

function judgeStatus(response: Response, wire: Wire, server: Server): Attempt {
  const { status, headers, body } = response;
  const error = readProviderError(body);
  const meant = wire.errorCode?.(status, error.body, headers);
  const { code, message } = explainStatus({ status, headers, error, meant }, server);
  const request_id = requestId(headers, wire.request_id_header, server.redact);
  const fault = createFault(server, { code, message, status, request_id, body });
  const limited = code === 'rate_limited' && meant === undefined;
  // Another 2xx may carry a completion, which is then paid for.
  const hasAnswered = status >= 200 && status < 300;
  return {
    result: limited ? { kind: 'limited', fault } : { kind: 'failed', fault, retry: code === 'server_error' },
    sent: true,
    charged: hasAnswered || hasGivenUp(response),
    tokens: null,
    quota: readQuota(headers),
    retry_after: retryAfter(headers, server.now()) ?? (limited ? (wire.pause?.(error.body) ?? null) : null),
  };
}

function judgeFault(exchange: Exchange & { readonly kind: 'fault' }, server: Server): Attempt {
  const { fault, sent } = exchange;
  const { code, message } = explainFault(exchange, server, 'before it answered');
  return {
    result: {
      kind: 'failed',
      fault: createFault(server, { code, message, status: null, request_id: null }),
      retry: fault !== 'aborted' && code !== 'too_many_open_files',
    },
    sent,
    charged: sent,
    tokens: null,
    retry_after: null,
    quota: null,
  };
}

/**
 * An answer so odd that reading it throws, as one that is nested deeper than the stack. It was sent to us, so it fails
 * its record, and what it cost is not known; it must not pass for a mistake of ours, which ends the run.
 */
function judgeUnreadable(status: number, server: Server, error: unknown): Attempt {
  const why = error instanceof Error ? error.message : String(error);
  const fault = createFault(server, {
    code: 'malformed_answer',
    message: `${server.host} answered with something that cannot be read: ${why}`,
    status,
    request_id: null,
  });
  return { ...paid, tokens: null, result: { kind: 'failed', fault, retry: false } };
}
