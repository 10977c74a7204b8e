import type { OutgoingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { explainFault } from '../../src/models/explain.ts';
import { mistralWire } from '../../src/models/mistralai.ts';
import { judge } from '../../src/models/wire-attempt.ts';
import { completionBody } from '../support/fake-server.ts';
import type { FakeCall } from '../support/fake-server.ts';
import { openRig } from './rig.ts';

/** Sends each value in a header line of its own, which Node's types do not foresee of these. */
const several = (headers: { readonly [name: string]: string[] }): OutgoingHttpHeaders => ({ ...headers });

const nested = (depth: number, open: string, close: string) => `${open.repeat(depth)}1${close.repeat(depth)}`;

/** A completion whose one tool call has these arguments, as JSON of any depth. */
function withArguments(json: string): string {
  const body = completionBody({ tool_calls: [{ name: 'add', arguments: 'HERE' }] });
  return JSON.stringify(body).replace('"HERE"', json);
}

describe('an odd answer', () => {
  it('with a header sent several times is read by the first of them', async () => {
    const { server, ask, sleeps } = await openRig();
    const completion = JSON.stringify(completionBody());
    const type = several({ 'content-type': ['application/json', 'text/html'] });
    const outcome = ask();
    (await server.nextCall()).fail(503, { headers: { ...type, ...several({ 'retry-after': ['7', '9'] }) } });
    (await server.nextCall()).raw({
      headers: {
        ...type,
        ...several({ 'x-request-id': ['r1', 'r2'], 'content-encoding': ['identity', 'gzip'] }),
      },
      body: completion,
    });
    expect(await outcome).toMatchObject({
      ok: true,
      completion: { request_id: 'r1' },
      usage: { requests: 2 },
    });
    expect(sleeps).toEqual([7000]);
  });

  it('that begins with a mark of the byte order is read: it was paid for', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.raw({ body: `\ufeff${JSON.stringify(completionBody())}` });
    expect(await ask()).toMatchObject({ ok: true, usage: { requests: 1 } });
  });

  it.each<[string, (call: FakeCall) => void, string]>([
    [
      'wrong content types',
      (call) => call.raw({ headers: several({ 'content-type': ['text/html', 'a/b'] }), body: '<html>' }),
      'malformed_answer',
    ],
    [
      'limits of 0',
      (call) => call.fail(429, { headers: several({ 'x-ratelimit-limit-tokens': ['0', '0'] }) }),
      'not_on_plan',
    ],
    [
      'addresses',
      (call) =>
        call.fail(307, { headers: several({ location: ['https://a.example/b', 'https://c.example'] }) }),
      'redirected',
    ],
  ])('with several %s fails its record only', async (_what, act, code) => {
    const { server, ask } = await openRig();
    server.answer = act;
    expect(await ask()).toMatchObject({ ok: false, error: { code } });
  });

  it.each([
    ['lists', nested(10_000, '[', ']')],
    ['details', nested(5_000, '{"detail":', '}')],
  ])('whose explanation is %s nested without end is told by its status', async (_what, message) => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.raw({ status: 400, body: `{"message":${message}}` });
    expect(await ask()).toMatchObject({
      ok: false,
      error: { code: 'invalid_request', status: 400, message: expect.stringContaining('(400)') },
      usage: { requests: 1, unmetered_requests: 0 },
    });
  });

  it('whose arguments are an object nested without end hands them on as they were written', async () => {
    const { server, ask } = await openRig();
    const written = nested(20_000, '{"a":', '}');
    server.answer = (call) => call.raw({ body: withArguments(written) });
    expect(await ask()).toMatchObject({
      ok: true,
      completion: { tool_calls: [{ arguments: written }] },
      usage: { requests: 1, total_tokens: 20, unmetered_requests: 0 },
    });
  });

  it('is counted, and fails its record only, whatever is thrown while it is read', () => {
    const server = {
      host: 'a.example',
      model: 'm',
      key_name: null,
      timeout: 1000,
      idle_timeout: 1000,
      max_stream: 1000,
      max_body: 1000,
      redact: (text: string) => {
        if (text === 'odd') throw new RangeError('Maximum call stack size exceeded');
        return text;
      },
      now: () => 0,
    };
    const headers = { 'x-request-id': 'odd' };
    const exchange = { kind: 'response', status: 200, headers, body: Buffer.from('{}') } as const;
    expect(judge(exchange, mistralWire, server)).toMatchObject({
      result: { kind: 'failed', fault: { code: 'malformed_answer', status: 200, scope: 'record' } },
      sent: true,
      charged: true,
      tokens: null,
    });
  });

  it.each([201, 203, 206])('with the status %d may have been paid for', async (status) => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.raw({ status, body: JSON.stringify(completionBody()) });
    expect(await ask()).toMatchObject({
      ok: false,
      error: { code: 'malformed_answer', status },
      usage: { requests: 1, unmetered_requests: 1, total_tokens: null, cost_usd: null },
    });
  });

  it.each(['102 Processing', '103 Early Hints'])('after an interim %s is read', async (interim) => {
    const body = JSON.stringify(completionBody());
    const server = createServer((socket) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 ${interim}\r\nlink: </a>\r\n\r\n`);
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n');
        socket.write(`content-length: ${body.length}\r\n\r\n${body}`);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { ask } = await openRig({ settings: { base_url: `http://127.0.0.1:${port}` } });
    expect(await ask()).toMatchObject({ ok: true, usage: { requests: 1 } });
  });
});

describe('a connection fault', () => {
  const told = (code: string, message: string) =>
    explainFault(
      {
        kind: 'fault',
        fault: 'connection_failed',
        cause: Object.assign(new Error(message), { code }),
        sent: false,
      },
      {
        host: 'a.example',
        model: 'm',
        key_name: null,
        timeout: 1000,
        idle_timeout: 1000,
        max_stream: 1000,
        max_body: 1000,
        redact: (text) => text,
        now: () => 0,
      },
      'before it answered',
    ).message;

  it('for want of file handles says what to do', () => {
    expect(told('EMFILE', 'connect EMFILE 1.2.3.4:443 - Local (undefined:undefined)')).toBe(
      'cannot connect to a.example: the system allows no more open files and connections: lower `limits.concurrency`, or raise `ulimit -n`',
    );
  });

  it('tells no address where there is none', () => {
    expect(told('EADDRNOTAVAIL', 'connect EADDRNOTAVAIL 1.2.3.4:443 - Local (undefined:undefined)')).toBe(
      'cannot connect to a.example: connect EADDRNOTAVAIL 1.2.3.4:443',
    );
  });
});
