import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json/json.ts';
import type { CallOutcome, StreamDelta } from '../../src/models/contract.ts';
import { completionBody, defaultUsage, streamEvents } from '../support/fake-server.ts';
import type { FakeCall } from '../support/fake-server.ts';
import { key, openGate, openRig, question } from './rig.ts';

const failureOf = (outcome: CallOutcome) => (outcome.ok ? undefined : outcome.error);
const piece = (content: string) => ({ choices: [{ index: 0, delta: { content } }] });
const stop = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: defaultUsage };

describe('a call whose answer is asked for as a stream', () => {
  it('tells the pieces as they come, and ends as one that came whole', async () => {
    const { server, stream, paced } = await openRig();
    const call = stream();
    const request = await server.nextCall();
    expect(JSON.parse(request.rawBody)).toEqual({
      model: 'mistral-small-latest',
      stream: true,
      messages: question.messages,
    });
    expect(request.headers['accept']).toBe('text/event-stream, application/json');
    const answer = request.startStream({ 'mistral-correlation-id': 'req-1' });
    await answer.event(piece('Guten '));
    expect([await call.next(), await call.next()]).toEqual([
      { type: 'began' },
      { type: 'text', text: 'Guten ' },
    ]);
    await answer.event(piece('Tag.'));
    expect(await call.next()).toEqual({ type: 'text', text: 'Tag.' });
    await answer.event(stop);
    await answer.event('[DONE]');
    answer.end();
    expect(await call.outcome).toEqual({
      ok: true,
      completion: {
        text: 'Guten Tag.',
        thinking: '',
        refusal: null,
        tool_calls: [],
        finish_reason: 'stop',
        model: null,
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
    expect(call.deltas).toHaveLength(3);
    expect(paced).toEqual(['admit', 'answered']);
  });

  it('tells thinking and the names of tools apart from the text', async () => {
    const { server, stream } = await openRig();
    server.answer = (call) =>
      call.replyStream({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
          { type: 'text', text: 'Let me look.' },
        ],
        tool_calls: [{ id: 'D681PevKs', name: 'add', arguments: { a: 1 } }],
      });
    const call = stream();
    expect(await call.outcome).toMatchObject({
      ok: true,
      completion: {
        text: 'Let me look.',
        thinking: 'Hm.',
        tool_calls: [{ id: 'D681PevKs', name: 'add', arguments: '{"a":1}' }],
      },
    });
    expect(call.deltas).toEqual([
      { type: 'began' },
      { type: 'thinking', text: 'Hm.' },
      { type: 'text', text: 'Let me look.' },
      { type: 'tool_call', name: 'add' },
    ]);
  });

  it('has its answer at [DONE], though the server keeps the connection open', async () => {
    const { server, stream } = await openRig();
    const call = stream();
    const request = await server.nextCall();
    await request.startStream().chunk(streamEvents({ content: 'Hi' }).join(''));
    expect(await call.outcome).toMatchObject({ ok: true, completion: { text: 'Hi' } });
    expect(await request.ended).toBe('closed');
  });

  it('uses a connection again', async () => {
    const { server, stream } = await openRig({ settings: { name: 'm' } });
    server.answer = (call) => call.replyStream('Hi');
    for (let n = 0; n < 9; n += 1) expect((await stream().outcome).ok).toBe(true);
    expect(server.connections).toBeLessThanOrEqual(2);
  });

  it('takes a completion that comes whole all the same', async () => {
    const { server, stream } = await openRig();
    server.answer = (call) =>
      call.reply({
        content: [
          { type: 'thinking', thinking: 'Hm.' },
          { type: 'text', text: '42' },
        ],
        tool_calls: [{ name: 'add', arguments: {} }],
      });
    const call = stream();
    expect(await call.outcome).toMatchObject({ ok: true, completion: { text: '42', thinking: 'Hm.' } });
    expect(call.deltas).toEqual([
      { type: 'began' },
      { type: 'thinking', text: 'Hm.' },
      { type: 'text', text: '42' },
      { type: 'tool_call', name: 'add' },
    ]);
  });

  it('stands beside many others on one client', async () => {
    const { server, stream } = await openRig();
    server.answer = (call) => call.replyStream(`To ${JSON.stringify(call.body['messages'])}`);
    const questions = Array.from({ length: 100 }, (_, n) => `Question ${n}`);
    const calls = questions.map((content) => stream({ messages: [{ role: 'user', content }] }));
    const outcomes = await Promise.all(calls.map(({ outcome }) => outcome));
    const expected = questions.map((content) => `To ${JSON.stringify([{ role: 'user', content }])}`);
    expect(outcomes.map((outcome) => outcome.ok && outcome.completion.text)).toEqual(expected);
    const told = calls.map(({ deltas }) =>
      deltas.map((one) => (one.type === 'text' ? one.text : '')).join(''),
    );
    expect(told).toEqual(expected);
  });
});

describe('a stream that fails', () => {
  it('is asked for again, told anew from its beginning, and counted', async () => {
    const { server, stream, sleeps, paced } = await openRig();
    const call = stream();
    const first = (await server.nextCall()).startStream();
    await first.event(piece('Hel'));
    await first.event({ choices: [], usage: defaultUsage });
    expect([await call.next(), await call.next()]).toEqual([
      { type: 'began' },
      { type: 'text', text: 'Hel' },
    ]);
    await first.event(stop);
    first.cut();
    (await server.nextCall()).fail(503);
    const third = (await server.nextCall()).startStream();
    await third.event(piece('Hallo.'));
    expect([await call.next(), await call.next()]).toEqual([
      { type: 'began' },
      { type: 'text', text: 'Hallo.' },
    ]);
    await third.event(stop);
    await third.event('[DONE]');
    expect(await call.outcome).toMatchObject({
      ok: true,
      completion: { text: 'Hallo.' },
      usage: { requests: 3, retries: 2, unmetered_requests: 0, total_tokens: 40 },
    });
    expect(sleeps).toEqual([500, 1000]);
    expect(paced).toEqual(['admit', 'unavailable', 'admit', 'unreachable', 'admit', 'answered']);
  });

  const events = (...all: readonly object[]) =>
    all.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  const text = { 'content-type': 'text/event-stream' };

  // What the provider does, each time it is asked; how often that is; what it may have cost.
  it.each<[string, (call: FakeCall) => void, string, number, number]>([
    ['a 400', (call) => call.fail(400), 'invalid_request', 1, 0],
    ['a 401', (call) => call.fail(401), 'rejected_key', 1, 0],
    ['a 500', (call) => call.fail(500), 'server_error', 3, 0],
    ['a connection cut before the answer', (call) => call.drop('before'), 'connection_failed', 3, 3],
    ['a connection cut inside the answer', (call) => void cutAfter(call, piece('Hi')), 'cut_body', 3, 3],
    [
      'an end without an end',
      (call) => call.raw({ headers: text, body: events(piece('Hi'), stop) }),
      'cut_body',
      3,
      0,
    ],
    [
      'an end without a finish reason',
      (call) => call.raw({ headers: text, body: `${events(piece('Hi'))}data: [DONE]\n\n` }),
      'cut_body',
      3,
      3,
    ],
    [
      'an end inside the arguments of a tool call',
      (call) => {
        const whole = streamEvents({ tool_calls: [{ name: 'add', arguments: { name: 'Ann', age: 7 } }] });
        call.raw({ headers: text, body: whole.slice(0, 3).join('') });
      },
      'cut_body',
      3,
      3,
    ],
    [
      'an error event',
      (call) => call.raw({ headers: text, body: events(piece('Hi'), { object: 'error', message: 'no' }) }),
      'server_error',
      3,
      3,
    ],
    [
      'broken JSON',
      (call) => call.raw({ headers: text, body: 'data: {"choices":[{\n\n' }),
      'malformed_answer',
      3,
      3,
    ],
    [
      'a page',
      (call) => call.raw({ headers: { 'content-type': 'text/html' }, body: '<p>' }),
      'malformed_answer',
      3,
      3,
    ],
    ['no answer', (call) => call.hang(), 'timed_out', 3, 3],
    ['a stream without a byte', (call) => void call.startStream(), 'timed_out', 3, 3],
    ['a stream that falls silent', (call) => void call.startStream().event(piece('Hi')), 'timed_out', 3, 3],
    [
      'a whole answer that falls silent',
      (call) => void call.startStream({ 'content-type': 'application/json' }).chunk('{'),
      'timed_out',
      3,
      3,
    ],
  ])('by %s is told as such', async (_what, act, code, requests, unmetered) => {
    const { server, stream } = await openRig({
      settings: { idle_timeout: code === 'timed_out' ? 60 : 20_000 },
    });
    server.answer = act;
    const { outcome } = stream();
    expect(failureOf(await outcome)).toMatchObject({ code, attempts: requests });
    expect((await outcome).usage).toMatchObject({ requests, unmetered_requests: unmetered });
    expect(server.calls.length).toBe(requests);
    const silent = failureOf(await outcome)?.message.includes('`model.idle_timeout`');
    expect(silent).toBe(code === 'timed_out');
  });

  async function cutAfter(call: FakeCall, event: object): Promise<void> {
    const stream = call.startStream();
    await stream.event({ ...event });
    stream.cut();
  }

  it('has the time-out of any answer, though it is never silent', async () => {
    const { server, stream } = await openRig({
      settings: { timeout: 300 },
      services: { retry: { attempts: 1, max_delay: 0 } },
    });
    const { outcome } = stream();
    const call = await server.nextCall();
    call.trickle();
    expect(failureOf(await outcome)).toMatchObject({
      code: 'timed_out',
      message: expect.stringContaining('`model.timeout`'),
    });
    expect(await call.ended).toBe('closed');
  });

  it('closes the connection when it is told to stop, and tells what was used', async () => {
    const { server, stream } = await openRig();
    const stop = new AbortController();
    const call = stream({}, stop.signal);
    const request = await server.nextCall();
    await request.startStream().event(piece('Hel'));
    await call.next();
    stop.abort();
    expect(await call.outcome).toMatchObject({
      ok: false,
      error: { code: 'aborted', attempts: 1, status: 200 },
      usage: { requests: 1, unmetered_requests: 1, total_tokens: null },
    });
    expect(await request.ended).toBe('closed');
  });

  it('closes the connection at an event that is broken', async () => {
    const { server, stream } = await openRig({ services: { retry: { attempts: 1, max_delay: 0 } } });
    const { outcome } = stream();
    const request = await server.nextCall();
    await request.startStream().chunk('data: {"choices"\n\n');
    expect(failureOf(await outcome)).toMatchObject({ code: 'malformed_answer', status: 200 });
    expect(await request.ended).toBe('closed');
  });

  it('tells the gate of a 429 and uses no attempt for it', async () => {
    const { server, stream, paced } = await openRig();
    const { outcome } = stream();
    (await server.nextCall()).fail(429);
    (await server.nextCall()).replyStream('Hi');
    expect(await outcome).toMatchObject({ ok: true, usage: { requests: 2 } });
    expect(paced).toEqual(['admit', 'limited null', 'admit', 'answered']);
  });
});

describe('the key in a stream', () => {
  it('is told in no piece, wherever it is cut', async () => {
    const { server, stream } = await openRig();
    for (let cut = 1; cut < key.length; cut += 4) {
      const call = stream();
      const request = await server.nextCall();
      const words = [`It is ${key.slice(0, cut)}`, `${key.slice(cut)}, and test-k`];
      request.replyStream({
        content: words.flatMap((text): JsonObject[] => [
          { type: 'thinking', thinking: text },
          { type: 'text', text },
        ]),
        tool_calls: [{ id: key, name: key, arguments: { key } }],
      });
      const outcome = await call.outcome;
      const said = (type: StreamDelta['type']): string =>
        call.deltas.map((delta) => (delta.type === type && 'text' in delta ? delta.text : '')).join('');
      expect(said('text')).toBe('It is [redacted], and test-k');
      expect(said('thinking')).toBe(said('text'));
      expect(call.deltas).toContainEqual({ type: 'tool_call', name: '[redacted]' });
      expect(outcome).toMatchObject({ ok: true, completion: { text: said('text'), thinking: said('text') } });
      expect(JSON.stringify([outcome, call.deltas])).not.toContain(key);
    }
  });
});

describe('a listener that throws', () => {
  it.each<[string, (call: FakeCall) => void]>([
    ['a stream', (call) => void call.startStream().event(piece('Hi'))],
    ['a whole answer', (call) => call.raw({ body: JSON.stringify(completionBody()) })],
  ])('is a bug, not an answer of the provider: %s', async (_what, act) => {
    const { server, client } = await openRig();
    server.answer = act;
    const { signal } = new AbortController();
    const options = { signal, waiting: signal, gate: openGate, step: 'translate', record: 'r1' };
    await expect(
      client.call(question, {
        ...options,
        stream: () => {
          throw new Error('a bug in the terminal');
        },
      }),
    ).rejects.toThrow('a bug in the terminal');
    expect(await server.calls[0]?.ended).toBeDefined();
  });

  it('is told no more than other secrets are', async () => {
    const secret = 'rates-token-55QZ';
    const { server, stream } = await openRig({ services: { secrets: [secret] } });
    const call = stream();
    const words = ['It is rates-', 'token', '-55QZ', ', they say'];
    (await server.nextCall()).replyStream({ content: words.map((text) => ({ type: 'text', text })) });
    await call.outcome;
    const told = call.deltas.map((delta) => (delta.type === 'text' ? delta.text : ''));
    expect(told.join('')).toBe('It is [redacted], they say');
  });
});
