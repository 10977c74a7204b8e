import type { IncomingHttpHeaders } from 'node:http';
import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { readHeader } from './header.ts';
import { oneLine, readName } from './provider-text.ts';
import type { Redact } from '../diagnostic/redact.ts';

/** What a provider says in the body of an error. */
export interface ProviderError {
  /** One line for people; empty where the body says nothing readable. */
  readonly said: string;
  /** Its own class of error, such as `invalid_model`; null where it names none. */
  readonly type: string | null;
  /** The body itself; empty where it is no JSON object. */
  readonly body: JsonObject;
}

/** A body larger than this is no explanation. In characters. */
const readable = 64 * 1024;

/**
 * Reads the shapes that providers and the gateways in front of them send: `{message}`, `{detail: "…"}`,
 * `{detail: [{loc, msg}]}`, `{message: {detail: […]}}`, `{error: "…"}`, `{error: {message}}`, any of them in a list,
 * plain text.
 */
export function readProviderError(body: Buffer): ProviderError {
  const text = body.subarray(0, readable).toString('utf8');
  const value = parseObject(text);
  if (value === undefined) return { said: isMarkup(text) ? '' : oneLine(text), type: null, body: {} };
  const inner = isObject(value['error']) ? value['error'] : value;
  const type = [inner['type'], value['type']].find((name) => typeof name === 'string') ?? null;
  const said = [inner['message'], inner['detail'], value['error'], value['message'], inner['title']]
    .map((value) => sentence(value))
    .find((words) => words !== '');
  return { said: oneLine(said ?? ''), type: typeof type === 'string' ? type : null, body: value };
}

/** The provider's name for the exchange, to quote to its support. `own`: the header where it tells it. */
export function requestId(
  headers: IncomingHttpHeaders,
  own: string | undefined,
  redact: Redact,
): string | null {
  const named = own === undefined ? null : readName(readHeader(headers, own), redact);
  return (
    named ??
    readName(readHeader(headers, 'x-request-id'), redact) ??
    readName(readHeader(headers, 'x-kong-request-id'), redact)
  );
}

/**
 * A Retry-After in milliseconds, told in seconds or as a date; null where there is none that makes sense. A date counts from
 * the answer's own, since the server's clock and ours, `now`, may differ.
 */
export function retryAfter(headers: IncomingHttpHeaders, now: number): number | null {
  const value = readHeader(headers, 'retry-after')?.trim() ?? '';
  if (/^\d+(?:\.\d+)?$/.test(value)) return Math.ceil(Number(value) * 1000);
  const until = dateOf(value);
  const sent = dateOf(readHeader(headers, 'date') ?? '') ?? now;
  return until === null ? null : Math.max(0, until - sent);
}

/**
 * Milliseconds since the epoch; null where it is no date. One that ends with its year names no zone, and is of UTC as all are:
 * https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7.
 */
function dateOf(text: string): number | null {
  const zoned = /\d:\d\d \d{4}$/.test(text) ? `${text} GMT` : text;
  const date = /[a-z]/i.test(text) ? Date.parse(zoned) : NaN;
  return Number.isNaN(date) ? null : date;
}

/** A limit of 0 is how Mistral says that the key's plan does not include the model. */
export function hasNoQuota(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some(
    (name) => name.startsWith('x-ratelimit-limit-') && readHeader(headers, name) === '0',
  );
}

/** What is nested deeper than this is no sentence of the shapes above, and could be deeper than the stack. */
const deepest = 8;

function sentence(value: JsonValue | undefined, depth = 0): string {
  if (typeof value === 'string') return value;
  if (depth === deepest) return '';
  if (Array.isArray(value))
    return (value as readonly JsonValue[])
      .map((part) => sentence(part, depth + 1))
      .filter(Boolean)
      .join('; ');
  if (!isObject(value)) return '';
  if (typeof value['msg'] === 'string') return withPlace(value['loc'], value['msg']);
  return sentence(value['detail'] ?? value['message'], depth + 1);
}

/** A validation error names the place in the request: `messages.0.content: Field required`. */
function withPlace(place: JsonValue | undefined, message: string): string {
  if (!Array.isArray(place)) return message;
  const path = (place as readonly JsonValue[])
    .filter((part) => typeof part === 'string' || typeof part === 'number')
    .filter((part) => part !== 'body')
    .join('.');
  return path === '' ? message : `${path}: ${message}`;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // Google wraps the errors of streams in a list.
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return isObject(first) ? first : undefined;
  } catch {
    return undefined;
  }
}

function isMarkup(text: string): boolean {
  return text.trimStart().startsWith('<');
}
