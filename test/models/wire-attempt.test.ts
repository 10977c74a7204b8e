import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../src/models/attempt.ts';
import type { Exchange } from '../../src/models/collector.ts';
import type { StreamDelta } from '../../src/models/contract.ts';
import type { Server } from '../../src/models/explain.ts';
import { mistralWire } from '../../src/models/mistralai.ts';
import { createRedact } from '../../src/diagnostic/redact.ts';
import { preparePieceRedact } from '../../src/models/redact-pieces.ts';
import { judge, judgeStream } from '../../src/models/wire-attempt.ts';
import { createWireReader } from '../../src/models/wire-reader.ts';
import type { Wire } from '../../src/models/wire.ts';
import { defaultUsage } from '../support/fake-server.ts';

const key = 'k7Xq2bWmP0aRtY9s';
const server: Server = {
  host: 'a.example',
  model: 'm',
  key_name: 'API_KEY',
  timeout: 60_000,
  idle_timeout: 30_000,
  max_body: 32 * 1024 * 1024,
  max_stream: 128 * 1024 * 1024,
  redact: createRedact(key),
  now: () => 0,
};
const textRedact = preparePieceRedact([key], server.redact);
const headers = { 'content-type': 'text/event-stream', 'x-request-id': 'r1' };
const ended: Exchange = { kind: 'response', status: 200, headers, body: Buffer.alloc(0) };
const ignore = (_delta: StreamDelta): void => undefined;

const data = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;
const delta = (value: object, finish_reason: string | null = null): string =>
  data({ choices: [{ index: 0, delta: value, finish_reason }] });
const hi = delta({ content: 'Hi' });
const whole = `${hi}${delta({}, 'stop')}data: [DONE]\n\n`;

/** What comes of a stream with these events whose exchange ended so. */
function judged(
  events: string,
  exchange: Exchange = ended,
  { wire = mistralWire, tell = ignore, on = server } = {},
): Attempt {
  const reader = createWireReader(wire.stream, tell, on.redact, textRedact);
  reader.accepts(200, headers);
  reader.take(Buffer.from(events));
  return judgeStream(exchange, reader, wire, on);
}

const faultOf = ({ result }: Attempt) => (result.kind === 'failed' ? result : undefined);

describe('a stream that broke off', () => {
  it.each<[(Exchange & { kind: 'fault' })['fault'], string, string, boolean]>([
    ['connection_failed', 'connection_failed', 'a.example closed the connection inside its answer', true],
    ['cut_body', 'cut_body', 'a.example closed the connection inside its answer', true],
    ['silent', 'timed_out', 'a.example sent nothing for 30.0 s: raise `model.idle_timeout`', true],
    [
      'timed_out',
      'timed_out',
      'a.example gave no whole answer within 1m 00s: raise `model.timeout`, or ask for less',
      true,
    ],
    ['too_large', 'malformed_answer', 'a.example answered with more than 128 MB', true],
    ['aborted', 'aborted', 'stopped inside the answer of a.example', false],
  ])('by %s keeps what had come, and what it cost', (fault, code, message, retry) => {
    const events = hi + delta({}, 'stop') + data({ choices: [], usage: defaultUsage });
    const attempt = judged(events, { kind: 'fault', fault, cause: null, sent: true });
    expect(faultOf(attempt)).toMatchObject({
      fault: { code, message, status: 200, raw: expect.stringContaining('"text":"Hi"') },
      retry,
    });
    expect(attempt).toMatchObject({ charged: true, tokens: { total_tokens: 20 } });
  });

  it('has told a part of its usage where it has not said why it ends', () => {
    const growing = data({ choices: [{ index: 0, delta: { content: 'Hi' } }], usage: defaultUsage });
    const attempt = judged(growing, { kind: 'fault', fault: 'cut_body', cause: null, sent: true });
    expect(attempt).toMatchObject({ charged: true, tokens: null });
  });

  it('keeps it joined and without the key', () => {
    const attempt = judged(
      [
        delta({ content: key.slice(0, 9) }),
        delta({ content: key.slice(9) }),
        delta({ tool_calls: [{ index: 0, id: 'a', function: { name: 'add', arguments: '{"a":' } }] }),
      ].join(''),
    );
    const raw = faultOf(attempt)?.fault.raw ?? '';
    expect(raw).toContain('"text":"[redacted]"');
    expect(raw).toContain(String.raw`"arguments":"{\"a\":"`);
    expect(JSON.stringify(attempt)).not.toContain(key.slice(0, 9));
  });

  it('is an answer where its end had come before', () => {
    const exchange: Exchange = { kind: 'fault', fault: 'cut_body', cause: null, sent: true };
    expect(judged(whole, exchange).result.kind).toBe('completed');
  });
});

describe('a stream that cannot be judged', () => {
  it('is counted, and fails its record only, whatever is thrown', () => {
    const redact = (text: string): string => {
      if (text === 'Hi') throw new RangeError('Maximum call stack size exceeded');
      return text;
    };
    const wire: Wire = {
      ...mistralWire,
      read() {
        throw new RangeError('Maximum call stack size exceeded');
      },
    };
    for (const attempt of [judged(whole, ended, { wire }), judge(ended, mistralWire, { ...server, redact })])
      expect(attempt).toMatchObject({
        result: { kind: 'failed', fault: { code: 'malformed_answer', status: 200, scope: 'record' } },
        charged: true,
        tokens: null,
      });
    expect(faultOf(judged(whole, ended, { wire }))?.retry).toBe(false);
  });

  it('is not blamed for what a listener throws at its last piece, which its connection ended', () => {
    const wire: Wire = { ...mistralWire, stream: { ...mistralWire.stream, end: 'connection' } };
    // Held back until no more comes: it may be the beginning of the key.
    const events = delta({ content: `Hi ${key.slice(0, 4)}` }, 'stop');
    const told: string[] = [];
    const tell = (piece: StreamDelta): void => {
      if (piece.type !== 'text') return;
      told.push(piece.text);
      if (piece.text === key.slice(0, 4)) throw new Error('a bug in the listener');
    };
    expect(() => judged(events, ended, { wire, tell })).toThrow('a bug in the listener');
    expect(told).toEqual(['Hi ', key.slice(0, 4)]);
  });
});

describe('an answer whose status is not 200', () => {
  const refused = (
    status: number,
    body: unknown,
    wire: Wire = mistralWire,
    more: { readonly [name: string]: string } = {},
  ) =>
    judge({ kind: 'response', status, headers: more, body: Buffer.from(JSON.stringify(body)) }, wire, server)
      .result;

  it('may have its words in a list, as Google’s', () => {
    const error = { code: 404, message: 'models/gemini-9 is not found', status: 'NOT_FOUND' };
    expect(refused(404, [{ error }])).toMatchObject({
      fault: {
        code: 'unknown_model',
        message:
          'a.example does not know the model `m` (404: models/gemini-9 is not found): check `model.name` and `model.base_url`',
      },
    });
  });

  const noQuota = { 'x-ratelimit-limit-req-minute': '0' };
  const others: Wire = { ...mistralWire };
  delete (others as { errorCode?: unknown }).errorCode;

  it.each<[number, string, string]>([
    [403, 'not_on_plan', 'rejected_key'],
    [429, 'not_on_plan', 'rate_limited'],
    [400, 'invalid_request', 'invalid_request'],
    [422, 'invalid_request', 'invalid_request'],
    [503, 'server_error', 'server_error'],
  ])('%d with a limit of 0 is %s for Mistral, %s for others', (status, code, other) => {
    expect(refused(status, {}, mistralWire, noQuota)).toMatchObject({ fault: { code } });
    expect(refused(status, {}, others, noQuota)).toMatchObject({ fault: { code: other } });
  });
});

describe('an error of a gateway', () => {
  const answered = (status: number, took?: number): Exchange => ({
    kind: 'response',
    status,
    headers: {},
    body: Buffer.from('{}'),
    ...(took !== undefined && { took }),
  });

  it.each([
    [408, 60_000, true],
    [504, 60_000, true],
    [524, 100_000, true],
    [504, 20, false],
    [502, 60_000, false],
    [503, 60_000, false],
    [500, 60_000, false],
  ])('by %d after %d ms may have been paid for: %s', (status, took, charged) => {
    expect(judge(answered(status, took), mistralWire, server)).toMatchObject({ charged, tokens: null });
  });
});

describe('a connection that cannot be opened', () => {
  const refused = (code: string): Attempt => {
    const cause = Object.assign(new Error(`connect ${code}`), { code });
    return judge({ kind: 'fault', fault: 'connection_failed', cause, sent: false }, mistralWire, server);
  };

  it.each(['EMFILE', 'ENFILE'])('for want of file handles ends the run, and costs no attempt: %s', (code) => {
    const expected = { fault: { code: 'too_many_open_files', scope: 'run' }, retry: false };
    expect(faultOf(refused(code))).toMatchObject(expected);
  });

  it('is tried again for any other reason', () => {
    const expected = { fault: { code: 'connection_failed', scope: 'record' }, retry: true };
    expect(faultOf(refused('ECONNREFUSED'))).toMatchObject(expected);
  });
});
