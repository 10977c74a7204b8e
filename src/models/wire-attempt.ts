import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Answer, ReadAnswer } from './answer.ts';
import { createFault, judge, judgeRead, judgeUnreadable } from './attempt.ts';
import type { Attempt } from './attempt.ts';
import type { Exchange } from './collector.ts';
import { explainFault, explainStream } from './explain.ts';
import type { Server } from './explain.ts';
import { readHeader } from './header.ts';
import { readProviderError, requestId } from './provider-error.ts';
import { readName, redactStart } from './provider-text.ts';
import type { Redact } from './redact.ts';
import { readBody } from './wire-body.ts';
import type { WireReader } from './wire-reader.ts';
import type { Wire } from './wire.ts';

type Response = Exchange & { readonly kind: 'response' };

/** Judges one attempt at a call, by what its provider's wire says of the answer. */
export function judgeWire(exchange: Exchange, wire: Wire, server: Server): Attempt {
  if (exchange.kind === 'fault') return judge(exchange, server);
  try {
    return exchange.status === 200
      ? judgeAnswer(exchange, wire, server)
      : judgeRefusal(exchange, wire, server);
  } catch (error) {
    return judgeUnreadable(exchange.status, server, error);
  }
}

function judgeAnswer({ headers, body }: Response, wire: Wire, server: Server): Attempt {
  const parsed = readBody(headers, body);
  const read = parsed.ok ? readWith(wire, parsed.value, server.redact) : { answer: parsed, tokens: null };
  const request_id = requestIdOf(headers, wire, server.redact);
  return judgeRead(read, { request_id, received: () => body }, server);
}

/** The status decides, but where the provider says something else in words. */
function judgeRefusal(exchange: Response, wire: Wire, server: Server): Attempt {
  const { status, headers, body } = exchange;
  const judged = judge(exchange, server);
  if (judged.result.kind === 'completed') return judged;
  const request_id = requestIdOf(headers, wire, server.redact);
  const said = parse(body);
  const retry_after = judged.retry_after ?? (status === 429 ? (wire.pause?.(said) ?? null) : null);
  const code = wire.errorCode?.(status, said);
  if (code === undefined)
    return {
      ...judged,
      retry_after,
      result: { ...judged.result, fault: { ...judged.result.fault, request_id } },
    };
  const { host, key_name, redact } = server;
  const reason = `${status}: ${redactStart(readProviderError(body).said, 300, redact)}`;
  const message = {
    rejected_key: `${host} rejected the API key in \`${key_name ?? 'none'}\` (${reason}): set it to a valid one`,
    rate_limited: `${host} has no quota left for this key (${reason}): see its plan and its bill`,
  }[code];
  const fault = createFault(server, { code, message, status, request_id, body });
  return { ...judged, retry_after: null, result: { kind: 'failed', fault, retry: false } };
}

/**
 * Judges an attempt whose answer was to come as a stream. A server may answer otherwise: it refuses, or knows no streams
 * and sends its answer whole; both are judged like any answer.
 */
export function judgeWireStream(exchange: Exchange, reader: WireReader, wire: Wire, server: Server): Attempt {
  const { headers } = reader;
  if (headers === undefined) return judgeWire(exchange, wire, server);
  try {
    if (exchange.kind === 'response') reader.close();
    return judgeEvents(exchange, reader, requestIdOf(headers, wire, server.redact), wire, server);
  } catch (error) {
    return judgeUnreadable(200, server, error);
  }
}

function judgeEvents(
  exchange: Exchange,
  reader: WireReader,
  request_id: string | null,
  wire: Wire,
  server: Server,
): Attempt {
  const completion = reader.completion();
  // The events themselves are not kept: a key could stand in several, in pieces.
  const received = (): Buffer => Buffer.from(JSON.stringify(completion));
  if (reader.end?.kind === 'whole')
    return judgeRead(readWith(wire, completion, server.redact), { request_id, received }, server);

  const aborted = exchange.kind === 'fault' && exchange.fault === 'aborted';
  const { code, message } =
    reader.end === undefined && exchange.kind === 'fault'
      ? explainFault(exchange, { ...server, max_body: server.max_stream })
      : explainStream(reader.end ?? { kind: 'cut' }, server);
  return {
    result: {
      kind: 'failed',
      fault: createFault(server, { code, message, status: 200, request_id, body: received() }),
      retry: !aborted,
    },
    answered: true,
    sent: true,
    charged: true,
    tokens: wire.tokens(completion),
    retry_after: null,
  };
}

function readWith(wire: Wire, body: JsonObject, redact: Redact): ReadAnswer {
  const answer = wire.read(body);
  return { answer: answer.ok ? success(redacted(answer.value, redact)) : answer, tokens: wire.tokens(body) };
}

/** Not before the parts of an answer are joined: a key in pieces would pass. */
function redacted(answer: Answer, redact: Redact): Answer {
  return {
    id: readName(answer.id, redact),
    model: readName(answer.model, redact),
    text: redact(answer.text),
    thinking: redact(answer.thinking),
    refusal: answer.refusal === null ? null : redact(answer.refusal),
    tool_calls: answer.tool_calls.map((call) => ({
      id: redact(call.id),
      name: redact(call.name),
      arguments: redact(call.arguments),
      ...(call.echo !== undefined && { echo: redactedValue(call.echo, redact) }),
    })),
    finish_reason: readName(answer.finish_reason, redact),
  };
}

function redactedValue(value: JsonValue, redact: Redact): JsonValue {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => redactedValue(item, redact));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => [redact(name), redactedValue(held, redact)]),
  );
}

function requestIdOf(headers: IncomingHttpHeaders, wire: Wire, redact: Redact): string | null {
  const own = wire.request_id_header === undefined ? undefined : readHeader(headers, wire.request_id_header);
  return readName(own, redact) ?? requestId(headers, redact);
}

function parse(body: Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    // Google wraps the errors of streams in a list.
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return isObject(first) ? first : {};
  } catch {
    return {};
  }
}
