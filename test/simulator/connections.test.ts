import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { closeAll, errorCode, open, send, start, until } from './client.ts';
import type { Asked } from './client.ts';
import { bodyOf, user } from './support.ts';

afterEach(async () => {
  // In this order: a timer that was watched is one of the clock that was held.
  vi.restoreAllMocks();
  vi.useRealTimers();
  await closeAll();
});

describe('its latency', () => {
  const hour = { median: 3_600_000, p99: 3_600_000 };

  /** Timers of the simulator stand still; those of sockets do not. */
  const holdTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });

  it('passes before the answer is sent, and no more', async () => {
    holdTime();
    const simulator = await start({ latency: { median: 300, p99: 300 } });
    const answer = send(simulator);
    await until(() => vi.getTimerCount() === 1);
    vi.advanceTimersByTime(299);
    expect(simulator.stats()).toMatchObject({ requests: 1, by_status: {} });
    vi.advanceTimersByTime(1);
    expect(simulator.stats()).toMatchObject({ requests: 1, by_status: { '200': 1 } });
    expect((await answer).status).toBe(200);
  });

  it('passes for many at the same time', async () => {
    holdTime();
    const simulator = await start({ latency: { median: 300, p99: 300 } });
    const answers = Array.from({ length: 20 }, () => send(simulator));
    await until(() => vi.getTimerCount() === 20);
    vi.advanceTimersByTime(300);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  it('is no longer waited for when the client has gone', async () => {
    holdTime();
    const simulator = await start({ latency: hour });
    const { call, answer } = open(simulator);
    const failed = errorCode(answer);
    await until(() => vi.getTimerCount() === 1);
    call.destroy();
    expect(await failed).toBe('ECONNRESET');
    await until(() => simulator.stats().by_status['abandoned'] === 1);
    expect(vi.getTimerCount()).toBe(0);
    expect(simulator.stats()).toMatchObject({ requests: 1, by_status: { abandoned: 1 }, output_tokens: 0 });
  });

  it('is not awaited by close', async () => {
    holdTime();
    const simulator = await start({ latency: hour });
    const failed = errorCode(send(simulator));
    await until(() => vi.getTimerCount() === 1);
    await simulator.close();
    expect(await failed).toBe('ECONNRESET');
    expect(vi.getTimerCount()).toBe(0);
    expect(simulator.stats().by_status).toEqual({ abandoned: 1 });
  });
});

describe('the latency of a stream', () => {
  const holdTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const streaming = { body: bodyOf({ stream: true, messages: [user('a b c')] }) };

  /** Begins a stream; what has come of it so far is in `text`. */
  function listen(simulator: Simulator, asked: Asked = streaming) {
    const received = { text: '', over: false, failed: '' };
    const { call, answer } = open(simulator, asked);
    call.on('response', (response: IncomingMessage) => {
      response.on('data', (chunk: Buffer) => {
        received.text += chunk.toString('utf8');
      });
      response.on('end', () => {
        received.over = true;
      });
    });
    answer.catch((error: NodeJS.ErrnoException) => {
      received.failed = error.code ?? 'unknown';
    });
    return { call, received };
  }

  it('passes in part before its first event, and between the others', async () => {
    holdTime();
    const simulator = await start({ latency: { median: 1000, p99: 1000 } });
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const { received } = listen(simulator);
    await until(() => vi.getTimerCount() === 1);
    for (const word of ['"role"', '[simulated]', ' a', ' b', ' c', '"finish_reason":"stop"']) {
      vi.advanceTimersToNextTimer();
      await until(() => received.text.includes(word));
      expect(simulator.stats().by_status).toEqual({});
    }
    vi.advanceTimersToNextTimer();
    // Seven events, so six pauses share what the first leaves of the time.
    const delays = timers.mock.calls.map(([, delay]) => Math.round(Number(delay)));
    expect(delays).toEqual([300, 117, 117, 117, 117, 117, 117]);
    await until(() => received.over);
    expect(received.text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(simulator.stats()).toMatchObject({ by_status: { '200': 1 }, output_tokens: 3 });
  });

  it('is that of the whole answer, however many events it has', async () => {
    holdTime();
    const simulator = await start({ latency: { median: 20, p99: 20 } });
    const { received } = listen(simulator, {
      body: bodyOf({ stream: true, messages: [user('a '.repeat(140))] }),
    });
    await until(() => vi.getTimerCount() === 1);
    vi.advanceTimersByTime(21);
    await until(() => received.over);
    expect(received.text.match(/^data: /gm)?.length).toBeGreaterThan(140);
  });

  it('is no longer waited for when the client has had enough', async () => {
    holdTime();
    const simulator = await start({ latency: { median: 1000, p99: 1000 } });
    const { call, received } = listen(simulator);
    await until(() => vi.getTimerCount() === 1);
    vi.advanceTimersByTime(300);
    await until(() => received.text !== '');
    call.destroy();
    await until(() => simulator.stats().by_status['abandoned'] === 1);
    expect(vi.getTimerCount()).toBe(0);
    expect(simulator.stats()).toMatchObject({ by_status: { abandoned: 1 }, output_tokens: 0 });
    expect(received).toMatchObject({ over: false, failed: 'ECONNRESET' });
  });

  it('is not awaited by close', async () => {
    holdTime();
    const simulator = await start({ latency: { median: 1000, p99: 1000 } });
    const { received } = listen(simulator);
    await until(() => vi.getTimerCount() === 1);
    vi.advanceTimersByTime(300);
    await until(() => received.text !== '');
    await simulator.close();
    await until(() => received.failed !== '');
    expect(simulator.stats().by_status).toEqual({ abandoned: 1 });
  });
});

describe('a client that leaves while it sends', () => {
  it('is counted as gone', async () => {
    const simulator = await start();
    const call = request(`${simulator.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-length': '1000' },
    });
    const failed = new Promise((resolve) => call.on('error', resolve));
    call.write('{"model":');
    await until(() => simulator.stats().requests === 1);
    call.destroy();
    await failed;
    await until(() => simulator.stats().by_status['abandoned'] === 1);
    expect((await send(simulator)).status).toBe(200);
  });
});

describe('close', () => {
  it('ends connections that are idle, and can be called again', async () => {
    const simulator = await start();
    const agent = new Agent({ keepAlive: true });
    expect((await send(simulator, { agent })).status).toBe(200);
    await Promise.all([simulator.close(), simulator.close()]);
    await simulator.close();
    expect(await errorCode(send(simulator))).toBe('ECONNREFUSED');
    agent.destroy();
  });
});

describe('startSimulator', () => {
  it('takes the port that it is told', async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as AddressInfo;
    const refused = await startSimulator({ port });
    expect(refused).toEqual({
      ok: false,
      error: {
        code: 'address_in_use',
        message: `port ${port} of 127.0.0.1 is in use: name another, or 0 for any`,
      },
    });
    await new Promise((resolve) => probe.close(resolve));
    expect((await start({ port })).url).toBe(`http://127.0.0.1:${port}`);
  });

  it.each([-1, 65_536, 1.5, NaN])('refuses %s as a port', async (port) => {
    expect(await startSimulator({ port })).toEqual({
      ok: false,
      error: { code: 'cannot_listen', message: `a port is a whole number up to 65535, not ${port}` },
    });
  });

  it('refuses a host that is not this machine', async () => {
    const refused = await startSimulator({ host: '192.0.2.1' });
    expect(refused).toMatchObject({ ok: false, error: { code: 'cannot_listen' } });
  });
});
