import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/models/contract.ts';
import { completionBody } from '../support/fake-server.ts';
import type { FakeCall } from '../support/fake-server.ts';
import { key, openRig } from './rig.ts';

const failureOf = (outcome: CallOutcome) => (outcome.ok ? undefined : outcome.error);

describe('a call', () => {
  it('posts the request and reads the answer', async () => {
    const { server, ask, paced } = await openRig();
    const outcome = ask();
    const call = await server.nextCall();
    expect(call.method).toBe('POST');
    expect(call.path).toBe('/v1/chat/completions');
    expect(call.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${key}`,
      'user-agent': expect.stringMatching(/^prompt-pipe\/\d/),
    });
    call.reply({ content: 'Hallo.', model: 'mistral-small-2603' }, { 'mistral-correlation-id': 'req-1' });
    expect(await outcome).toEqual({
      ok: true,
      completion: {
        text: 'Hallo.',
        thinking: '',
        refusal: null,
        tool_calls: [],
        finish_reason: 'stop',
        model: 'mistral-small-2603',
        request_id: 'req-1',
      },
      usage: {
        requests: 1,
        retries: 0,
        cached_requests: 0,
        unmetered_requests: 0,
        input_tokens: 13,
        cached_input_tokens: null,
        output_tokens: 7,
        reasoning_tokens: null,
        total_tokens: 20,
        cost_usd: null,
      },
    });
    expect(paced).toEqual(['admit', 'answered']);
  });

  it('sends no key where there is none', async () => {
    const { server, ask } = await openRig({ services: { api_key: undefined } });
    server.answer = (call) => call.reply();
    await ask();
    expect(server.calls[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each(['', '/v1', '/gateway', '/gateway/v1'])('goes below a base_url that ends in "%s"', async (end) => {
    const server = await openRig();
    const { ask } = await openRig({ settings: { base_url: `${server.server.url}${end}` } });
    server.server.answer = (call) => call.reply();
    expect(await ask()).toMatchObject({ ok: true });
    expect(server.server.calls[0]?.path).toBe(`${end.replace(/\/v1$/, '')}/v1/chat/completions`);
  });

  it('gives tool calls as the model wrote them', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) =>
      call.reply({ tool_calls: [{ id: 'D681PevKs', name: 'add', arguments: '{"a": 1' }] });
    expect(await ask()).toMatchObject({
      ok: true,
      completion: {
        text: '',
        tool_calls: [{ id: 'D681PevKs', name: 'add', arguments: '{"a": 1' }],
        finish_reason: 'tool_calls',
      },
    });
  });

  it('leaves thinking out of the text', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) =>
      call.reply({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text: '42' },
        ],
      });
    expect(await ask()).toMatchObject({ ok: true, completion: { text: '42', thinking: 'Hm.' } });
  });

  it('takes a conversation of every kind of message', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.reply();
    const outcome = await ask({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'image_url', image_url: 'https://a.example/b.png' }] },
        { role: 'assistant', content: '', tool_calls: [{ id: 'a', name: 'add', arguments: '{"a":' }] },
        { role: 'tool', content: 'no such tool', tool_call_id: 'a' },
        { role: 'assistant', content: 'So', prefix: true },
      ],
    });
    expect(outcome.ok).toBe(true);
  });

  it('counts cached and reasoning tokens', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) =>
      call.reply({
        usage: {
          prompt_tokens: 200,
          completion_tokens: 50,
          total_tokens: 250,
          prompt_tokens_details: { cached_tokens: 128 },
          completion_tokens_details: { reasoning_tokens: 30 },
        },
      });
    expect((await ask()).usage).toMatchObject({
      input_tokens: 200,
      cached_input_tokens: 128,
      output_tokens: 50,
      reasoning_tokens: 30,
      total_tokens: 250,
    });
  });

  it('succeeds without usage, and says that it is not known', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.reply({ usage: null });
    expect(await ask()).toMatchObject({
      ok: true,
      usage: { requests: 1, unmetered_requests: 1, input_tokens: null, total_tokens: null, cost_usd: null },
    });
  });

  it('reads an answer of several megabytes', async () => {
    const { server, ask } = await openRig();
    const text = 'ü'.repeat(2_000_000);
    server.answer = (call) => call.reply(text);
    expect(await ask()).toMatchObject({ ok: true, completion: { text } });
  });

  it('stands beside many others on one client', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.reply(`To ${JSON.stringify(call.body['messages'])}`);
    const questions = Array.from({ length: 100 }, (_, n) => `Question ${n}`);
    const outcomes = await Promise.all(
      questions.map((content) => ask({ messages: [{ role: 'user', content }] })),
    );
    expect(outcomes.map((outcome) => outcome.ok && outcome.completion.text)).toEqual(
      questions.map((content) => `To ${JSON.stringify([{ role: 'user', content }])}`),
    );
    expect(server.maxInFlight).toBeLessThanOrEqual(16);
  });
});

const noTokens = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

describe('a call that fails', () => {
  // What the provider does, each time it is asked; how often that is; what it may have cost.
  it.each<[string, (call: FakeCall) => void, string, number, number]>([
    ['400', (call) => call.fail(400), 'invalid_request', 1, 0],
    ['401', (call) => call.fail(401), 'rejected_key', 1, 0],
    ['403', (call) => call.fail(403), 'rejected_key', 1, 0],
    ['404', (call) => call.fail(404), 'unknown_model', 1, 0],
    ['408', (call) => call.fail(408), 'server_error', 3, 0],
    ['409', (call) => call.fail(409), 'server_error', 3, 0],
    ['413', (call) => call.fail(413), 'invalid_request', 1, 0],
    ['422', (call) => call.fail(422), 'invalid_request', 1, 0],
    ['425', (call) => call.fail(425), 'server_error', 3, 0],
    ['500', (call) => call.fail(500), 'server_error', 3, 0],
    ['503', (call) => call.fail(503), 'server_error', 3, 0],
    ['504', (call) => call.fail(504), 'server_error', 3, 0],
    ['no tokens of a prompt', (call) => call.reply({ content: null, usage: noTokens }), 'empty_answer', 3, 3],
    [
      'a redirect',
      (call) => call.fail(308, { headers: { location: 'https://a.example' } }),
      'redirected',
      1,
      0,
    ],
    ['a connection cut before the answer', (call) => call.drop('before'), 'connection_failed', 3, 3],
    ['a connection cut inside the answer', (call) => call.drop('inside'), 'cut_body', 3, 3],
    ['no answer', (call) => call.hang(), 'timed_out', 3, 3],
    ['an answer that never ends', (call) => call.trickle(), 'timed_out', 3, 3],
    ['broken JSON', (call) => call.raw({ body: '{"choices":[' }), 'malformed_answer', 3, 3],
    ['an empty body', (call) => call.raw({ body: '' }), 'malformed_answer', 3, 3],
    [
      'a page',
      (call) => call.raw({ headers: { 'content-type': 'text/html' }, body: '<html>' }),
      'malformed_answer',
      3,
      3,
    ],
    [
      'compressed bytes',
      (call) => call.raw({ headers: { 'content-encoding': 'gzip' }, body: 'x' }),
      'malformed_answer',
      3,
      3,
    ],
    [
      'a stream',
      (call) => call.raw({ headers: { 'content-type': 'text/event-stream' }, body: 'data: {}' }),
      'malformed_answer',
      3,
      3,
    ],
    [
      'no choices',
      (call) => call.raw({ body: JSON.stringify({ ...completionBody({ usage: null }), choices: [] }) }),
      'empty_answer',
      3,
      3,
    ],
    ['null content', (call) => call.reply({ content: null, usage: null }), 'empty_answer', 3, 3],
  ])('by %s is told as such', async (_what, act, code, requests, unmetered) => {
    const { server, ask, sleeps } = await openRig({
      settings: { timeout: code === 'timed_out' ? 60 : 20_000 },
    });
    server.answer = act;
    const outcome = await ask();
    expect(failureOf(outcome)).toMatchObject({ code, attempts: requests });
    expect(outcome.usage).toMatchObject({ requests, retries: requests - 1, unmetered_requests: unmetered });
    expect(outcome.usage.total_tokens).toBe(unmetered === 0 ? 0 : null);
    expect(server.calls.length).toBe(requests);
    expect(sleeps).toEqual([500, 1000].slice(0, requests - 1));
  });

  it('still counts the tokens of answers that it cannot use', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.reply({ content: null });
    expect(await ask()).toMatchObject({
      ok: false,
      usage: { requests: 3, unmetered_requests: 0, total_tokens: 60 },
    });
  });

  it('closes the connection when the time is up', async () => {
    const { server, ask } = await openRig({
      settings: { timeout: 50 },
      services: { retry: { attempts: 1, max_delay: 0 } },
    });
    const outcome = ask();
    const call = await server.nextCall();
    expect(failureOf(await outcome)).toMatchObject({ code: 'timed_out', scope: 'record', status: null });
    expect(await call.ended).toBe('closed');
  });

  it('waits as long as a 503 asks, in seconds or until a date', async () => {
    const { server, ask, sleeps } = await openRig();
    const outcome = ask();
    (await server.nextCall()).fail(503, { headers: { 'retry-after': '20' } });
    (await server.nextCall()).fail(503, {
      headers: { 'retry-after': 'Sat, 01 Aug 2026 12:00:30 GMT', date: 'Sat, 01 Aug 2026 12:00:00 GMT' },
    });
    (await server.nextCall()).reply();
    expect((await outcome).ok).toBe(true);
    expect(sleeps).toEqual([20_000, 30_000]);
  });

  it('tells the gate of each 429 and uses no attempt for it', async () => {
    const { server, ask, sleeps, paced } = await openRig({
      services: { retry: { attempts: 1, max_delay: 60_000 } },
    });
    const outcome = ask();
    (await server.nextCall()).fail(429);
    (await server.nextCall()).fail(429, { headers: { 'retry-after': '7' } });
    (await server.nextCall()).fail(429, {
      headers: { 'retry-after': 'Sat, 01 Aug 2026 12:00:30 GMT', date: 'Sat, 01 Aug 2026 12:00:00 GMT' },
    });
    (await server.nextCall()).reply();
    expect(await outcome).toMatchObject({ ok: true, usage: { requests: 4, retries: 3, total_tokens: 20 } });
    expect(sleeps).toEqual([]);
    expect(paced.join(', ')).toBe(
      'admit, limited null, admit, limited 7000, admit, limited 30000, admit, answered',
    );
  });

  it('ends the run when the gate refuses', async () => {
    const { server, ask } = await openRig({ patience: 2 });
    server.answer = (call) => call.fail(429);
    const outcome = await ask();
    expect(failureOf(outcome)).toMatchObject({
      code: 'rate_limited',
      scope: 'run',
      status: 429,
      attempts: 0,
    });
    expect(server.calls.length).toBe(2);
  });

  it('ends the run where the plan does not include the model', async () => {
    const { server, ask, paced } = await openRig();
    server.answer = (call) => call.fail(429, { headers: { 'x-ratelimit-limit-req-minute': '0' } });
    expect(failureOf(await ask())).toMatchObject({ code: 'not_on_plan', scope: 'run' });
    expect(server.calls.length).toBe(1);
    expect(paced).toEqual(['admit', 'answered']);
  });

  it.each([401, 403, 404])('ends the run on %d', async (status) => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.fail(status);
    expect(failureOf(await ask())?.scope).toBe('run');
  });

  it('keeps what was received, and what to quote to the provider', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) =>
      call.raw({ headers: { 'mistral-correlation-id': 'req-9' }, body: '{"choices":[' });
    expect(failureOf(await ask())).toMatchObject({ request_id: 'req-9', status: 200, raw: '{"choices":[' });
  });

  it('does not count a request that never left', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const { port } = gone.address() as { port: number };
    await new Promise((resolve) => gone.close(resolve));
    const { ask } = await openRig({ settings: { base_url: `http://127.0.0.1:${port}` } });
    const outcome = await ask();
    expect(failureOf(outcome)).toMatchObject({ code: 'connection_failed', attempts: 3 });
    expect(outcome.usage).toMatchObject({ requests: 0, retries: 0, unmetered_requests: 0, cost_usd: 0 });
  });
});

describe('a call that is told to stop', () => {
  it('ends its request at once', async () => {
    const { server, ask } = await openRig();
    const stop = new AbortController();
    const outcome = ask({}, stop.signal);
    const call = await server.nextCall();
    stop.abort();
    expect(failureOf(await outcome)).toMatchObject({ code: 'aborted', scope: 'record', attempts: 1 });
    expect((await outcome).usage).toMatchObject({ requests: 1, unmetered_requests: 1 });
    expect(await call.ended).toBe('closed');
  });

  it('sends nothing when it was told before', async () => {
    const { server, ask } = await openRig();
    expect(failureOf(await ask({}, AbortSignal.abort()))).toMatchObject({ code: 'aborted' });
    expect(server.calls.length).toBe(0);
  });

  it('ends its wait for the next attempt', async () => {
    const stop = new AbortController();
    const { server, ask } = await openRig({
      services: {
        sleep: (_milliseconds, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
            stop.abort();
          }),
      },
    });
    server.answer = (call) => call.fail(500);
    expect(failureOf(await ask({}, stop.signal))).toMatchObject({ code: 'aborted', status: 500 });
    expect(server.calls.length).toBe(1);
  });

  it('between two requests finishes the one under way, and sends no further', async () => {
    const { server, ask } = await openRig({
      services: {
        sleep: async (_milliseconds, signal) => signal.throwIfAborted(),
      },
    });
    const waiting = new AbortController();
    const [failing, answered] = [ask, ask].map((one) =>
      one({}, new AbortController().signal, waiting.signal),
    );
    const calls = [await server.nextCall(), await server.nextCall()];
    waiting.abort();
    calls[0]?.fail(500);
    calls[1]?.reply();
    const outcomes = [await failing, await answered];
    expect(outcomes.filter((outcome) => outcome?.ok)).toHaveLength(1);
    expect(outcomes.find((outcome) => outcome?.ok === false)).toMatchObject({
      error: { code: 'aborted', status: 500, attempts: 1 },
      usage: { requests: 1 },
    });
    expect(server.calls.length).toBe(2);
  });

  it('ends its wait for admission', async () => {
    const stop = new AbortController();
    const { server, ask } = await openRig({
      gate: {
        admit: (_size, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
            stop.abort();
          }),
      },
    });
    expect(failureOf(await ask({}, stop.signal))).toMatchObject({ code: 'aborted', attempts: 0 });
    expect(server.calls.length).toBe(0);
  });
});

/** How a server may write the key that it was sent. */
const echoes: readonly [string, string][] = [
  ['as it is', key],
  ['in base64', Buffer.from(`Bearer ${key}`).toString('base64')],
  ['in hexadecimal', Buffer.from(key).toString('hex')],
  ['percent-encoded', key.replaceAll(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`)],
  ['as JSON escapes', key.replaceAll(/./g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)],
];

describe('the key', () => {
  const statuses = [200, 302, 400, 401, 404, 422, 429, 500];

  it.each(statuses.flatMap((status) => echoes.map(([how, echo]) => [status, how, echo] as const)))(
    'is in no error when a %d sends it back %s',
    async (status, _how, echo) => {
      const { server, ask } = await openRig({ patience: 1 });
      server.answer = (call) =>
        call.raw({
          status,
          headers: {
            'x-request-id': echo,
            location: `https://${key}.example/`,
            'content-type': 'text/plain',
          },
          body: `${'x'.repeat(280)} ${echo}`,
        });
      const outcome = await ask();
      expect(outcome.ok).toBe(false);
      const told = JSON.stringify(outcome);
      for (const [, form] of echoes) expect(told).not.toContain(form);
      expect(told).toContain('[redacted]');
    },
  );
});

describe('the key in an answer that can be used', () => {
  it.each(echoes)('is not told when it is sent back %s', async (_how, echo) => {
    const { server, ask } = await openRig();
    server.answer = (call) =>
      call.reply({
        id: echo,
        model: echo,
        content: `You sent ${echo}`,
        finish_reason: echo,
        tool_calls: [{ id: echo, name: echo, arguments: { echo } }],
      });
    const outcome = await ask();
    expect(outcome).toMatchObject({ ok: true, completion: { text: expect.stringContaining('[redacted]') } });
    const told = JSON.stringify(outcome);
    for (const [, form] of echoes) expect(told).not.toContain(form);
    expect(told.match(/\[redacted\]/g)).toHaveLength(7);
  });
});

describe('the request id', () => {
  it('is told without the key and within bounds, of answers that can be used too', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) =>
      call.reply('Hi.', { 'x-request-id': `${'a'.repeat(190)}${key}${'b'.repeat(300)}` });
    const outcome = await ask();
    const id = outcome.ok ? outcome.completion.request_id : null;
    expect(id).toMatch(/^a{190}\[redacted…$/);
  });
});

describe('a bug of ours', () => {
  it('is thrown, not told as an answer of the provider', async () => {
    const { ask } = await openRig({ gate: { admit: () => Promise.reject(new Error('a bug in the gate')) } });
    await expect(ask()).rejects.toThrow('a bug in the gate');
  });
});
