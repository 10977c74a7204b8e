import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { largestBody } from '../../src/simulator/body.ts';
import type { ChatCompletion } from '../../src/simulator/completion.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { closeAll, errorCode, send, start } from './client.ts';
import type { Asked } from './client.ts';
import { bodyOf, choiceOf, user } from './support.ts';

afterEach(closeAll);

describe('the simulator', () => {
  it('answers over HTTP on the loopback', async () => {
    const simulator = await start();
    expect(simulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { status, headers, body } = await send(simulator);
    expect(status).toBe(200);
    const completion = JSON.parse(body) as ChatCompletion;
    expect(choiceOf(completion).message.content).toBe('[simulated] I love programming.');
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'mistral-correlation-id': completion.id,
      'x-ratelimit-limit-req-minute': '1000000',
      'x-ratelimit-remaining-tokens-minute': '999999999',
      'x-ratelimit-tokens-query-cost': String(completion.usage.total_tokens),
    });
  });

  it('gives two servers of one seed the same answers', async () => {
    const options = { seed: 5, faults: { rate_limited: 0.3, server_error: 0.3 } };
    const [one, other] = [await start(options), await start(options)];
    const bodies = Array.from({ length: 20 }, (_, index) => bodyOf({ messages: [user(`${index} é`)] }));
    const answers = (simulator: Simulator, order: readonly string[]) =>
      Promise.all(order.map(async (body) => [body, await send(simulator, { body })] as const));
    const first = new Map(await answers(one, bodies));
    const second = new Map(await answers(other, [...bodies].reverse()));
    for (const body of bodies) {
      expect(second.get(body)?.body).toBe(first.get(body)?.body);
      expect(second.get(body)?.status).toBe(first.get(body)?.status);
    }
    expect(other.stats()).toEqual(one.stats());
    expect(Object.keys(one.stats().by_status).sort()).toEqual(['200', '429', '500']);
  });

  it('reads bodies that come in pieces', async () => {
    const simulator = await start();
    const whole = Buffer.from(bodyOf({ messages: [user('Schöne Grüße')] }));
    const split = whole.indexOf(0xc3) + 1;
    const pieces = request(`${simulator.url}/v1/chat/completions`, { method: 'POST' });
    const received = new Promise<string>((resolve, reject) => {
      pieces.on('error', reject);
      pieces.on('response', (response: IncomingMessage) => {
        response.setEncoding('utf8').on('data', resolve);
      });
    });
    pieces.write(whole.subarray(0, split), () => pieces.end(whole.subarray(split)));
    expect(await received).toContain('[simulated] Schöne Grüße');
  });

  it('keeps connections open between requests', async () => {
    const simulator = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    for (let index = 0; index < 5; index += 1) {
      const { status, port } = await send(simulator, { agent });
      expect(status).toBe(200);
      ports.add(port);
    }
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  it('answers many at once, each with its own', async () => {
    const simulator = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 50 });
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        send(simulator, { agent, body: bodyOf({ messages: [user(`record ${index}`)] }) }),
      ),
    );
    const completions = answers.map(({ body }) => JSON.parse(body) as ChatCompletion);
    completions.forEach((completion, index) => {
      expect(choiceOf(completion).message.content).toBe(`[simulated] record ${index}`);
    });
    const total = (field: 'prompt_tokens' | 'completion_tokens') =>
      completions.reduce((sum, { usage }) => sum + usage[field], 0);
    expect(simulator.stats()).toEqual({
      requests: 300,
      by_status: { '200': 300 },
      input_tokens: total('prompt_tokens'),
      output_tokens: total('completion_tokens'),
    });
    agent.destroy();
  });

  it('lists its models', async () => {
    const simulator = await start();
    const { status, body } = await send(simulator, { method: 'GET', path: '/v1/models' });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ object: 'list' });
  });

  it.each<[string, Asked, number, unknown]>([
    ['an unknown path', { path: '/v2/chat' }, 404, { detail: 'Not Found' }],
    ['the root', { method: 'GET', path: '/' }, 404, { detail: 'Not Found' }],
    ['another method', { method: 'PUT' }, 405, { detail: 'Method Not Allowed' }],
    ['a body that is not JSON', { body: 'hello' }, 422, { detail: [{ type: 'json_invalid' }] }],
    ['no body', { body: '' }, 422, { detail: [{ type: 'json_invalid' }] }],
    [
      'bytes that are no UTF-8',
      { body: Uint8Array.of(0xff, 0x00) },
      422,
      { detail: [{ type: 'json_invalid' }] },
    ],
    ['an unknown model', { body: bodyOf({ model: 'nonsense' }) }, 400, { type: 'invalid_model' }],
    [
      'a body that is too large',
      { body: Buffer.alloc(largestBody + 1, 'x') },
      413,
      { type: 'invalid_request_error' },
    ],
  ])('refuses %s', async (_, asked, status, body) => {
    const simulator = await start();
    const answer = await send(simulator, asked);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject(body as object);
    expect(simulator.stats()).toMatchObject({ requests: 1, by_status: { [status]: 1 }, input_tokens: 0 });
    expect((await send(simulator)).status).toBe(200);
  });

  it('reads the path without its query', async () => {
    const simulator = await start();
    expect((await send(simulator, { path: '/v1/chat/completions?a=/v1/models' })).status).toBe(200);
  });

  it('survives what is not HTTP', async () => {
    const simulator = await start();
    const socket = connect(Number(new URL(simulator.url).port), '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.end('\u0016\u0003\u0001 hello\r\n\r\n');
    socket.resume();
    await closed;
    expect((await send(simulator)).status).toBe(200);
  });

  it.each<[string, Record<string, string>, number, object]>([
    ['no key', {}, 401, { detail: 'Unauthorized' }],
    ['an empty key', { authorization: 'Bearer ' }, 401, { detail: 'Unauthorized' }],
    ['another scheme', { authorization: 'Basic eDp5' }, 401, { detail: 'Unauthorized' }],
    ['any key', { authorization: 'Bearer secret' }, 200, { object: 'chat.completion' }],
  ])('with require_key, answers %s', async (_, headers, status, body) => {
    const simulator = await start({ require_key: true });
    const answer = await send(simulator, { headers });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject(body);
  });
});

describe('a stream', () => {
  const stream = bodyOf({ stream: true });

  it('comes as server-sent events', async () => {
    const simulator = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { status, headers, body } = await send(simulator, { body: stream, agent });
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'transfer-encoding': 'chunked',
      'x-ratelimit-tokens-query-cost': '13',
    });
    expect(headers['mistral-correlation-id']).toMatch(/^[0-9a-f]{32}$/);
    expect(body).toMatch(/^data: \{.*\}\n\ndata: /);
    expect(body.endsWith('\n\ndata: [DONE]\n\n')).toBe(true);
    expect(simulator.stats()).toMatchObject({ by_status: { '200': 1 }, input_tokens: 8, output_tokens: 5 });
    // The connection is as good as new.
    expect((await send(simulator, { agent })).status).toBe(200);
    agent.destroy();
  });

  it('may be truncated, and looks well but for its end', async () => {
    const simulator = await start({ faults: { truncated: 1 } });
    const { status, body } = await send(simulator, { body: stream });
    expect(status).toBe(200);
    expect(body).toMatch(/\n\n$/);
    expect(body).not.toMatch(/\[DONE\]|"finish_reason":"/);
    expect(simulator.stats()).toMatchObject({ by_status: { truncated: 1 }, output_tokens: 0 });
  });

  it('may be cut inside an event', async () => {
    const simulator = await start({ faults: { malformed: 1 } });
    const kinds = new Set<string>();
    for (let index = 0; index < 20; index += 1) {
      const body = bodyOf({ stream: true, messages: [user(`${index}`)] });
      kinds.add(
        await send(simulator, { body }).then(
          (answer) => (answer.body.endsWith('[DONE]\n\n') ? 'ended' : 'not ended'),
          (error: NodeJS.ErrnoException) => error.code ?? 'unknown',
        ),
      );
    }
    expect([...kinds].toSorted()).toEqual(['ECONNRESET', 'ended']);
  });

  it('may be dropped before it begins', async () => {
    const simulator = await start({ faults: { dropped: 1 } });
    expect(await errorCode(send(simulator, { body: stream }))).toBe('ECONNRESET');
  });
});

describe('its quota', () => {
  it.each<[string, Asked, number]>([
    ['an answer', {}, 200],
    ['a stream', { body: bodyOf({ stream: true }) }, 200],
    ['a list of models', { method: 'GET', path: '/v1/models' }, 200],
    ['a request that is wrong', { body: bodyOf({ temperature: 5 }) }, 422],
    ['an unknown path', { path: '/v2' }, 404],
  ])('is told on %s', async (_, asked, status) => {
    const simulator = await start({ requests_per_minute: 60, tokens_per_minute: 1000 });
    const answer = await send(simulator, asked);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'x-ratelimit-limit-req-minute': '60',
      'x-ratelimit-limit-tokens-minute': '1000',
    });
    const isTaken = answer.headers['x-ratelimit-tokens-query-cost'] !== undefined;
    expect(answer.headers['x-ratelimit-remaining-req-minute']).toBe(isTaken ? '59' : '60');
    expect(answer.headers['x-ratelimit-remaining-tokens-minute']).toBe(isTaken ? '987' : '1000');
  });

  it('of nothing is that of a plan without the model', async () => {
    const simulator = await start({ requests_per_minute: 0 });
    const { status, headers } = await send(simulator);
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      'x-ratelimit-limit-req-minute': '0',
      'x-ratelimit-remaining-req-minute': '0',
    });
    expect(headers['retry-after']).toBeUndefined();
  });

  it('is full after so many requests at once', async () => {
    const simulator = await start({ requests_per_minute: 5, now: () => 0 });
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        send(simulator, { body: bodyOf({ messages: [user(`${index}`)] }) }),
      ),
    );
    expect(simulator.stats().by_status).toEqual({ '200': 5, '429': 3 });
    const waits = answers.filter(({ status }) => status === 429).map(({ headers }) => headers['retry-after']);
    expect(waits).toEqual(['61', '61', '61']);
  });
});

describe('its faults', () => {
  it.each([
    [3, '3'],
    [null, undefined],
  ])('are 429s with a retry_after of %s', async (retry_after, header) => {
    const simulator = await start({ faults: { rate_limited: 1 }, retry_after });
    const { status, headers } = await send(simulator);
    expect(status).toBe(429);
    expect(headers['retry-after']).toBe(header);
  });

  it('are connections reset without an answer', async () => {
    const simulator = await start({ faults: { dropped: 1 } });
    expect(await errorCode(send(simulator))).toBe('ECONNRESET');
    expect(simulator.stats()).toEqual({
      requests: 1,
      by_status: { dropped: 1 },
      input_tokens: 0,
      output_tokens: 0,
    });
  });

  it('are answers that are cut or are no JSON', async () => {
    const simulator = await start({ faults: { malformed: 1 } });
    const seen = new Set<string>();
    for (let index = 0; index < 20; index += 1) {
      const body = bodyOf({ messages: [user(`${index}`)] });
      const kind = await send(simulator, { body }).then(
        (answer) => {
          expect(answer.status).toBe(200);
          expect(() => JSON.parse(answer.body) as unknown).toThrow(SyntaxError);
          return 'no JSON';
        },
        (error: NodeJS.ErrnoException) => error.code ?? 'unknown',
      );
      seen.add(kind);
    }
    expect([...seen].sort()).toEqual(['ECONNRESET', 'no JSON']);
    expect(simulator.stats().by_status).toEqual({ malformed: 20 });
  });

  it('are answers that are truncated', async () => {
    const simulator = await start({ faults: { truncated: 1 } });
    expect(await errorCode(send(simulator))).toBe('ECONNRESET');
    expect(simulator.stats().by_status).toEqual({ truncated: 1 });
  });

  it('are over when a request is tried again', async () => {
    const simulator = await start({ faults: { server_error: 0.5 } });
    const statuses: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const body = bodyOf({ messages: [user(`${index}`)] });
      let status = 500;
      for (let attempt = 0; status === 500 && attempt < 20; attempt += 1) {
        ({ status } = await send(simulator, { body }));
        statuses.push(status);
      }
      expect(status).toBe(200);
    }
    expect(statuses.filter((status) => status === 500).length).toBeGreaterThan(0);
  });
});
