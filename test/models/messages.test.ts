import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json/json.ts';
import type { Server } from '../../src/models/explain.ts';
import { mistralWire } from '../../src/models/mistralai.ts';
import { createRedact } from '../../src/diagnostic/redact.ts';
import type { Exchange } from '../../src/models/collector.ts';
import { judge } from '../../src/models/wire-attempt.ts';
import { expectGolden } from '../support/golden.ts';

const key = 'sk-secret-0123456789';
const server: Server = {
  host: 'api.mistral.ai',
  model: 'mistral-small-latest',
  key_name: 'MISTRAL_API_KEY',
  timeout: 60_000,
  idle_timeout: 30_000,
  max_body: 32 * 1024 * 1024,
  max_stream: 128 * 1024 * 1024,
  redact: createRedact(key),
  now: () => Date.parse('2026-08-01T12:00:00Z'),
};

function response(status: number, body: JsonValue, headers: { [name: string]: string } = {}): Exchange {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    kind: 'response',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(text),
  };
}

function broken(
  fault: (Exchange & { kind: 'fault' })['fault'],
  sent: boolean,
  code?: string,
  message = '',
): Exchange {
  const cause = code === undefined ? null : Object.assign(new Error(message), { code });
  return { kind: 'fault', fault, cause, sent };
}

const mistral = (message: string, type: string, code: string | null) => ({
  object: 'error',
  message,
  type,
  param: null,
  code,
});
const missing = [
  { type: 'missing', loc: ['body', 'messages', 0, 'content'], msg: 'Field required', input: {} },
  { type: 'int_type', loc: ['body', 'max_tokens'], msg: 'Input should be a valid integer', input: 'x' },
];
const limit = mistral('Rate limit exceeded', 'rate_limited', '1300');

/** Everything that can go wrong between us and a provider, and what the user is told. */
const cases: readonly (readonly [string, Exchange, Partial<Server>?])[] = [
  [
    '400',
    response(
      400,
      mistral('Prompt contains 40000 tokens, too large for model', 'invalid_request_error', '3051'),
    ),
  ],
  ['400, unknown model', response(400, mistral('Invalid model: mistral-smal', 'invalid_model', '1500'))],
  ['400, unknown model by its words', response(400, { detail: 'Invalid model: mistral-smal' })],
  ['400, about a text with such words', response(400, { detail: 'Prompt says: Invalid model' })],
  ['401', response(401, { detail: 'Unauthorized' })],
  [
    '401, no key sent',
    response(401, { message: 'Unauthorized' }),
    { host: 'localhost:8000', key_name: null },
  ],
  ['401, empty body', response(401, '')],
  ['402', response(402, { message: 'Payment required' })],
  ['403', response(403, mistral('Forbidden', 'forbidden', null))],
  ['404', response(404, { message: 'no Route matched with those values' })],
  ['404, a page', response(404, '<!doctype html><title>Not found</title>', { 'content-type': 'text/html' })],
  ['408', response(408, { message: 'Request time-out' })],
  ['409', response(409, { message: 'Conflict' })],
  ['413', response(413, { message: 'Request size limit exceeded' })],
  ['422, FastAPI', response(422, { detail: missing })],
  [
    '422, Mistral',
    response(422, { object: 'error', message: { detail: missing }, type: 'invalid_request_error' }),
  ],
  ['425', response(425, '')],
  ['429', response(429, limit)],
  ['429, seconds', response(429, limit, { 'retry-after': '7' })],
  ['429, fractions of seconds', response(429, limit, { 'retry-after': '0.5' })],
  ['429, date', response(429, limit, { 'retry-after': 'Sat, 01 Aug 2026 12:00:30 GMT' })],
  [
    '429, date by another clock',
    response(429, limit, {
      'retry-after': 'Sat, 01 Aug 2026 13:00:03 GMT',
      date: 'Sat, 01 Aug 2026 13:00:00 GMT',
    }),
  ],
  [
    '429, date by a clock that is none',
    response(429, limit, { 'retry-after': 'Sat, 01 Aug 2026 12:00:30 GMT', date: 'today' }),
  ],
  ['429, date in the past', response(429, limit, { 'retry-after': 'Sat, 01 Aug 2026 11:00:00 GMT' })],
  ['429, negative', response(429, limit, { 'retry-after': '-5' })],
  ['429, nonsense', response(429, limit, { 'retry-after': 'soon' })],
  ['429, not on the plan', response(429, limit, { 'x-ratelimit-limit-req-minute': '0' })],
  [
    '429, limited',
    response(429, limit, { 'x-ratelimit-limit-req-minute': '60', 'x-ratelimit-remaining-req-minute': '0' }),
  ],
  [
    '403, not on the plan',
    response(403, { message: 'Forbidden' }, { 'x-ratelimit-limit-tokens-minute': '0' }),
  ],
  ['500', response(500, mistral('Internal server error', 'internal_error', null))],
  ['502, a page', response(502, '<html><body>Bad gateway</body></html>', { 'content-type': 'text/html' })],
  [
    '503, seconds',
    response(503, mistral('Service tier capacity exceeded', 'overloaded', null), { 'retry-after': '20' }),
  ],
  [
    '504, plain text',
    response(504, 'upstream request\r\n\ttimeout\u001b[31m', { 'content-type': 'text/plain' }),
  ],
  ['529, gateway', response(529, { error: { message: 'Overloaded', type: 'overloaded_error' } })],
  ['500, error as text', response(500, { error: 'no capacity' })],
  ['500, nothing readable', response(500, { detail: [{}, null, 3] })],
  ['301', response(301, '', { location: 'https://www.example.com/v2/chat?key=1' })],
  ['302, nowhere', response(302, '')],
  ['204', response(204, '')],
  [
    '200, a page',
    response(200, '<html>Sign in</html>', { 'content-type': 'text/html', 'mistral-correlation-id': 'abc-1' }),
  ],
  ['200, cut JSON', response(200, '{"id":"cmpl-1","choices":[{"mess')],
  ['200, no choices', response(200, { choices: [] })],
  ['200, broken off', response(200, { choices: [{ message: { content: 'Hel' }, finish_reason: 'error' }] })],
  ['refused', broken('connection_failed', false, 'ECONNREFUSED')],
  ['unresolved', broken('connection_failed', false, 'ENOTFOUND', 'getaddrinfo ENOTFOUND api.mistral.ai')],
  ['unreachable', broken('connection_failed', false, 'UND_ERR_CONNECT_TIMEOUT', 'Connect Timeout Error')],
  [
    'without TLS',
    broken(
      'connection_failed',
      false,
      'ERR_SSL_WRONG_VERSION_NUMBER',
      '80ECA16B3E7F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/record.c:350:\n',
    ),
  ],
  ['closed at once', broken('connection_failed', false, 'ECONNRESET', 'read ECONNRESET')],
  [
    'untrusted',
    broken(
      'connection_failed',
      false,
      'SELF_SIGNED_CERT_IN_CHAIN',
      'self-signed certificate in certificate chain',
    ),
  ],
  ['failed without a word', broken('connection_failed', false)],
  ['reset', broken('connection_failed', true, 'UND_ERR_SOCKET', 'other side closed')],
  ['timed out', broken('timed_out', true)],
  ['timed out while connecting', broken('timed_out', false)],
  ['silent', broken('silent', true)],
  ['cut', broken('cut_body', true, 'UND_ERR_SOCKET', 'other side closed')],
  ['no HTTP', broken('no_http', true)],
  ['too large', broken('too_large', true)],
  ['aborted', broken('aborted', true)],
  ['the key sent back', response(401, { detail: `No such key: ${key}` })],
  [
    'the key sent back, encoded',
    response(400, { message: `Bad header ${Buffer.from(`Bearer ${key}`).toString('base64')}` }),
  ],
  ['a long story', response(400, { message: 'All work and no play makes Jack a dull boy. '.repeat(50) })],
];

describe('what a user is told', () => {
  it('is one sentence for each thing that can go wrong', () => {
    const lines = cases.map(([name, exchange, differently]) => {
      const { result, retry_after } = judge(exchange, mistralWire, { ...server, ...differently });
      if (result.kind === 'completed') return `${name}\n  completed`;
      const then = result.kind === 'limited' ? 'pause' : result.retry ? 'retry' : 'fail';
      const wait = retry_after === null ? '' : ` after ${retry_after} ms`;
      const { code, scope, status, message } = result.fault;
      return `${name}\n  ${code} · ${then}${wait} · ${scope} · ${status ?? 'no status'}\n  ${message}`;
    });
    const text = `${lines.join('\n\n')}\n`;
    expect(text).not.toContain(key);
    expectGolden(fileURLToPath(new URL('golden/messages.txt', import.meta.url)), text);
  });

  it('keeps what was received beside it, bounded and without the key', () => {
    const fault = (body: JsonValue) => {
      const { result } = judge(response(400, body), mistralWire, server);
      return result.kind === 'failed' ? result.fault : undefined;
    };
    expect(fault({ message: 'no', hint: 'ask' })?.raw).toBe('{"message":"no","hint":"ask"}');
    expect(fault({ message: `${'x'.repeat(1990)}${key}` })?.raw).toBe(
      `{"message":"${'x'.repeat(1987)}… (2024 bytes in all)`,
    );
    expect(JSON.stringify(fault({ message: `${'x'.repeat(1990)}${key}` }))).not.toContain('sk-secret');
    expect(fault('')).not.toHaveProperty('raw');
  });

  it.each(['mistral-correlation-id', 'x-request-id', 'x-kong-request-id'])('quotes the %s', (header) => {
    const { result } = judge(response(500, '', { [header]: 'abc-1' }), mistralWire, server);
    expect(result).toHaveProperty('fault.request_id', 'abc-1');
  });
});
