import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import Pool from 'undici/lib/dispatcher/pool.js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openTransport } from '../../src/models/transport.ts';
import type { Exchange } from '../../src/models/collector.ts';
import type { BodyReader } from '../../src/models/stream-collector.ts';
import type { Transport, TransportOptions } from '../../src/models/transport.ts';
import { startFakeServer } from '../support/fake-server.ts';
import type { FakeServer } from '../support/fake-server.ts';

async function open(
  options: Partial<TransportOptions> = {},
): Promise<{ server: FakeServer; transport: Transport }> {
  const server = await startFakeServer();
  const transport = openTransport({
    origin: server.url,
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    connections: 4,
    timeout: 20_000,
    idle_timeout: 20_000,
    max_body: 1_000_000,
    max_stream: 1_000_000,
    ...options,
  });
  onTestFinished(async () => {
    await transport.close();
    await server.close();
  });
  return { server, transport };
}

const never = () => new AbortController().signal;

function post(transport: Transport, json: string, signal: AbortSignal): Promise<Exchange> {
  return transport.post(json, signal, (exchange) => exchange);
}

describe('the transport', () => {
  it('posts to the path with the headers and gives the whole answer', async () => {
    const { server, transport } = await open();
    const exchange = post(transport, '{"a":"ü"}', never());
    const call = await server.nextCall();
    expect(call).toMatchObject({ method: 'POST', path: '/v1/chat/completions', rawBody: '{"a":"ü"}' });
    call.raw({ status: 207, headers: { 'x-request-id': 'r1' }, body: 'fünf' });
    expect(await exchange).toMatchObject({
      kind: 'response',
      status: 207,
      headers: { 'x-request-id': 'r1' },
      body: Buffer.from('fünf'),
    });
  });

  it('uses a connection again', async () => {
    const { server, transport } = await open();
    server.answer = (call) => call.reply();
    for (let n = 0; n < 9; n += 1) await post(transport, '{}', never());
    expect(server.calls.length).toBe(9);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('opens no more connections than it may', async () => {
    const { server, transport } = await open({ connections: 3 });
    const exchanges = Array.from({ length: 9 }, () => post(transport, '{}', never()));
    const first = [await server.nextCall(), await server.nextCall(), await server.nextCall()];
    first.forEach((call) => call.reply());
    for (let n = 3; n < 9; n += 1) (await server.nextCall()).reply();
    await Promise.all(exchanges);
    expect(server.maxInFlight).toBe(3);
    expect(server.connections).toBe(3);
  });

  it('waits for the whole answer no longer than the time-out, and closes the connection', async () => {
    const { server, transport } = await open({ timeout: 50 });
    const exchange = post(transport, '{}', never());
    const call = await server.nextCall();
    call.hang();
    expect(await exchange).toEqual({ kind: 'fault', fault: 'timed_out', cause: null, sent: true });
    expect(await call.ended).toBe('closed');
  });

  it('counts a body that trickles towards the time-out', async () => {
    const { server, transport } = await open({ timeout: 300 });
    const exchange = post(transport, '{}', never());
    const call = await server.nextCall();
    call.trickle();
    expect(await exchange).toMatchObject({ fault: 'timed_out' });
    expect(await call.ended).toBe('closed');
  });

  it('ends the request at once when it is told to', async () => {
    const { server, transport } = await open();
    const stop = new AbortController();
    const exchange = post(transport, '{}', stop.signal);
    const call = await server.nextCall();
    stop.abort();
    expect(await exchange).toEqual({ kind: 'fault', fault: 'aborted', cause: null, sent: true });
    expect(await call.ended).toBe('closed');
  });

  it('sends nothing when it has been told before', async () => {
    const { server, transport } = await open();
    expect(await post(transport, '{}', AbortSignal.abort())).toMatchObject({ fault: 'aborted', sent: false });
    expect(server.connections).toBe(0);
  });

  it('never sends a request that was given up while it waited for a connection', async () => {
    const { server, transport } = await open({ connections: 1 });
    const stop = new AbortController();
    const first = post(transport, '"first"', never());
    const call = await server.nextCall();
    const second = post(transport, '"second"', stop.signal);
    stop.abort();
    expect(await second).toMatchObject({ fault: 'aborted', sent: false });
    call.reply();
    expect(await first).toMatchObject({ kind: 'response' });
    const third = post(transport, '"third"', never());
    (await server.nextCall()).reply();
    await third;
    expect(server.calls.map(({ rawBody }) => rawBody)).toEqual(['"first"', '"third"']);
  });

  it('lets one signal end any number of exchanges without a warning', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error): number => warnings.push(warning);
    process.on('warning', warn);
    const { server, transport } = await open({ connections: 32 });
    const stop = new AbortController();
    const exchanges = Array.from({ length: 32 }, () => post(transport, '{}', stop.signal));
    const calls = await Promise.all(exchanges.map(() => server.nextCall()));
    stop.abort();
    expect((await Promise.all(exchanges)).every((exchange) => exchange.kind === 'fault')).toBe(true);
    expect(await Promise.all(calls.map(({ ended }) => ended))).toEqual(calls.map(() => 'closed'));
    process.off('warning', warn);
    expect(warnings).toEqual([]);
  });

  it.each(['before', 'inside'] as const)('tells of a connection that breaks %s the answer', async (when) => {
    const { server, transport } = await open();
    const exchange = post(transport, '{}', never());
    (await server.nextCall()).drop(when);
    expect(await exchange).toMatchObject({
      kind: 'fault',
      fault: when === 'before' ? 'connection_failed' : 'cut_body',
      sent: true,
      cause: expect.any(Error),
    });
  });

  it('reads a body up to the largest size, and not a byte more', async () => {
    const { server, transport } = await open({ max_body: 1000 });
    const whole = post(transport, '{}', never());
    (await server.nextCall()).raw({ body: 'x'.repeat(1000) });
    expect(await whole).toMatchObject({ kind: 'response' });

    const tooLarge = post(transport, '{}', never());
    const call = await server.nextCall();
    call.raw({ headers: { 'transfer-encoding': 'chunked' }, body: 'x'.repeat(1001) });
    expect(await tooLarge).toMatchObject({ fault: 'too_large', sent: true });
  });

  it('does not follow a redirect', async () => {
    const { server, transport } = await open();
    const exchange = post(transport, '{}', never());
    (await server.nextCall()).raw({
      status: 307,
      headers: { location: `${server.url}/elsewhere` },
      body: '',
    });
    expect(await exchange).toMatchObject({ kind: 'response', status: 307 });
    expect(server.calls.length).toBe(1);
  });

  it('tells of an error how long it took', async () => {
    const { server, transport } = await open();
    const exchange = post(transport, '{}', never());
    (await server.nextCall()).fail(504);
    expect(await exchange).toMatchObject({ kind: 'response', took: expect.any(Number) as number });
    const other = post(transport, '{}', never());
    (await server.nextCall()).reply();
    expect(await other).not.toHaveProperty('took');
  });

  it('tells that nothing listens', async () => {
    const { server, transport } = await open();
    await server.close();
    expect(await post(transport, '{}', never())).toMatchObject({
      fault: 'connection_failed',
      sent: false,
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('tells that a name does not resolve', async () => {
    const { transport } = await open({ origin: 'http://name.invalid' });
    expect(await post(transport, '{}', never())).toMatchObject({ fault: 'connection_failed', sent: false });
  });

  it('tells that a server speaks no TLS', async () => {
    const server = await startFakeServer();
    const { transport } = await open({ origin: server.url.replace('http:', 'https:') });
    expect(await post(transport, '{}', never())).toMatchObject({ fault: 'connection_failed', sent: false });
    await server.close();
  });

  it('tells that a server speaks no HTTP', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const { transport } = await open({ origin: `http://127.0.0.1:${port}` });
    expect(await post(transport, '{}', never())).toMatchObject({ fault: 'no_http', sent: true });
    server.close();
  });

  it('tells that the pool would not take the request', async () => {
    const { transport } = await open();
    const cause = new Error('not this one');
    const dispatch = vi.spyOn(Pool.prototype, 'dispatch').mockImplementation(() => {
      throw cause;
    });
    onTestFinished(() => dispatch.mockRestore());
    expect(await post(transport, '{}', never())).toEqual({
      kind: 'fault',
      fault: 'connection_failed',
      cause,
      sent: false,
    });
  });

  it('rejects with what reading an answer throws, and goes on', async () => {
    const { server, transport } = await open();
    const thrown = new Error('not what was expected');
    const exchange = transport.post('{}', never(), () => {
      throw thrown;
    });
    (await server.nextCall()).reply({});
    await expect(exchange).rejects.toBe(thrown);
    const next = transport.post('{}', never(), ({ kind }) => kind);
    (await server.nextCall()).reply({});
    expect(await next).toBe('response');
  });

  it('gives a body away as it comes, where it is wanted so', async () => {
    const { server, transport } = await open();
    const chunks: string[] = [];
    let taken = (): void => undefined;
    const reader: BodyReader = {
      accepts: () => true,
      take(chunk) {
        chunks.push(chunk.toString());
        taken();
        return 'more';
      },
    };
    const exchange = transport.stream('{}', never(), reader);
    const stream = (await server.nextCall()).startStream();
    for (const text of ['a', 'b', 'c']) {
      const next = new Promise<void>((resolve) => (taken = resolve));
      await stream.chunk(text);
      await next;
    }
    stream.end();
    expect(await exchange).toMatchObject({ kind: 'response', status: 200, body: Buffer.alloc(0) });
    expect(chunks).toEqual(['a', 'b', 'c']);
  });

  it('ends what is in flight when it is closed', async () => {
    const { server, transport } = await open();
    const exchange = post(transport, '{}', never());
    const call = await server.nextCall();
    await transport.close();
    expect(await exchange).toMatchObject({ kind: 'fault', fault: 'connection_failed' });
    expect(await call.ended).toBe('closed');
    expect(await post(transport, '{}', never())).toMatchObject({ fault: 'connection_failed', sent: false });
  });
});
