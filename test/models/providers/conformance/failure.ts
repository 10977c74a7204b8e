import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isObject } from '../../../../src/json/json.ts';
import type { JsonValue } from '../../../../src/json/json.ts';
import type { CallErrorCode } from '../../../../src/models/contract.ts';
import type { FakeCall } from '../../../support/fake-server.ts';
import { key } from '../../rig.ts';
import type { FakeWire, Said } from '../fakes/fake-wire.ts';
import { benchFor, calls, failureOf } from './bench.ts';

/** How calls fail and are ended, and where the key must not be told. */
export function describeFailures(wire: FakeWire): void {
  const { open, answering, reply, replyStream, fail } = benchFor(wire);

  describe(`a failure of ${wire.provider.provider}`, () => {
    it.each<[number, CallErrorCode, 'record' | 'run', number]>([
      [400, 'invalid_request', 'record', 1],
      [401, 'rejected_key', 'run', 1],
      [402, 'not_on_plan', 'run', 1],
      [403, 'rejected_key', 'run', 1],
      [404, 'unknown_model', 'run', 1],
      [408, 'server_error', 'record', 3],
      [409, 'server_error', 'record', 3],
      [413, 'invalid_request', 'record', 1],
      [422, 'invalid_request', 'record', 1],
      [425, 'server_error', 'record', 3],
      [500, 'server_error', 'record', 3],
      [503, 'server_error', 'record', 3],
      [504, 'server_error', 'record', 3],
      [524, 'server_error', 'record', 3],
      [529, 'server_error', 'record', 3],
    ])('by the status %d is %s, of the %s, after %d requests', async (status, code, scope, requests) => {
      const { server, ask, sleeps } = await open();
      server.answer = (call) => fail(call, status, { [wire.requestId]: 'req-1' });
      const outcome = await ask();
      expect(failureOf(outcome)).toMatchObject({
        code,
        scope,
        status,
        attempts: requests,
        request_id: 'req-1',
        message: expect.stringContaining(`${status}: The server says why.`),
      });
      expect(outcome.usage).toMatchObject({ requests, retries: requests - 1, total_tokens: 0 });
      expect(server.calls.length).toBe(requests);
      expect(sleeps).toEqual([500, 1000].slice(0, requests - 1));
    });

    it('by a 429 pauses the model as long as it asks for, and uses no attempt', async () => {
      const { server, ask, paced, sleeps } = await open();
      const answers = [
        (call: FakeCall) => fail(call, 429, { 'retry-after': '7' }),
        (call: FakeCall) => fail(call, 429),
        (call: FakeCall) => reply(call, { text: 'Hallo.' }),
      ];
      server.answer = (call) => answers.shift()?.(call);
      expect(await ask()).toMatchObject({ ok: true, usage: { requests: 3, retries: 2 } });
      expect(paced).toEqual(['admit', 'limited 7000', 'admit', 'limited null', 'admit', 'answered']);
      expect(sleeps).toEqual([]);
    });

    it('by nothing but 429 ends when the gate refuses', async () => {
      const { server, ask } = await open({ patience: 2 });
      server.answer = (call) => fail(call, 429);
      expect(failureOf(await ask())).toMatchObject({
        code: 'rate_limited',
        scope: 'run',
        status: 429,
        attempts: 0,
      });
      expect(server.calls.length).toBe(2);
    });

    it.each<[string, (call: FakeCall) => void, CallErrorCode, number]>([
      ['a connection cut before the answer', (call) => call.drop('before'), 'connection_failed', 3],
      ['a connection cut inside the answer', (call) => call.drop('inside'), 'cut_body', 3],
      ['broken JSON', (call) => call.raw({ body: '{"choices":[' }), 'malformed_answer', 3],
      ['a list', (call) => call.raw({ body: '[]' }), 'malformed_answer', 3],
      ['an empty body', (call) => call.raw({ body: '' }), 'malformed_answer', 3],
      ['bytes that are no text', (call) => call.raw({ body: Buffer.from([0xff]) }), 'malformed_answer', 3],
      [
        'a page',
        (call) => call.raw({ headers: { 'content-type': 'text/html' }, body: '<html>' }),
        'malformed_answer',
        3,
      ],
      [
        'a redirect',
        (call) => call.fail(308, { headers: { location: 'https://a.example' } }),
        'redirected',
        1,
      ],
    ])('by %s is told as such, and what it cost is unknown', async (_what, act, code, requests) => {
      const { server, ask } = await open();
      server.answer = act;
      const outcome = await ask();
      expect(failureOf(outcome)).toMatchObject({ code, attempts: requests });
      expect(server.calls.length).toBe(requests);
      const charged = code === 'redirected' ? 0 : requests;
      expect(outcome.usage).toMatchObject({ requests, unmetered_requests: charged });
    });

    it.each<[string, (call: FakeCall) => void]>([
      ['no answer', (call) => call.hang()],
      ['an answer that never ends', (call) => call.trickle()],
    ])('by %s within its time-out is told as such, and what it cost is unknown', async (_what, act) => {
      // The clock is ours: connecting is within the time-out too, and a busy machine may take long over it.
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      onTestFinished(() => void vi.useRealTimers());
      const { server, ask } = await open();
      const outcome = ask();
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        act(await server.nextCall());
        vi.advanceTimersByTime(20_000);
      }
      expect(failureOf(await outcome)).toMatchObject({ code: 'timed_out', attempts: 3 });
      expect((await outcome).usage).toMatchObject({ requests: 3, unmetered_requests: 3 });
    });

    it('by a refused connection is told as such, and costs nothing', async () => {
      const { server, ask } = await open();
      await server.close();
      const outcome = await ask();
      expect(failureOf(outcome)).toMatchObject({ code: 'connection_failed', attempts: 3, status: null });
      expect(outcome.usage).toMatchObject({ requests: 0, total_tokens: 0 });
    });

    it('by an answer that says nothing is told, with what it cost', async () => {
      const { server, ask } = await open();
      server.answer = (call) => call.raw({ body: JSON.stringify(wire.nothing) });
      expect(await ask()).toMatchObject({
        ok: false,
        error: { code: 'empty_answer', status: 200, attempts: 3 },
        usage: { requests: 3, unmetered_requests: 0, total_tokens: 60 },
      });
    });

    it('by JSON of another kind is told, and nothing of it passes for an answer', async () => {
      const { server, ask } = await open();
      server.answer = (call) => call.raw({ body: '{"pong":true}' });
      const outcome = await ask();
      expect(failureOf(outcome)?.code).toMatch(/^(?:malformed|empty)_answer$/);
      expect(outcome.usage).toMatchObject({ requests: 3, unmetered_requests: 3 });
    });

    it('may pass: the attempts of a call are one call', async () => {
      const { server, ask, paced } = await open();
      const answers = [
        (call: FakeCall) => fail(call, 500),
        (call: FakeCall) => call.drop('inside'),
        (call: FakeCall) => reply(call, { text: 'Hallo.' }),
      ];
      server.answer = (call) => answers.shift()?.(call);
      expect(await ask()).toMatchObject({
        ok: true,
        usage: { requests: 3, retries: 2, unmetered_requests: 1, total_tokens: 20 },
      });
      expect(paced.filter((word) => word === 'admit').length).toBe(3);
    });
  });

  describe(`a call to ${wire.provider.provider} that is told to stop`, () => {
    it('closes its connection at once', async () => {
      const stop = new AbortController();
      const { server, ask } = await open();
      const outcome = ask({}, stop.signal);
      const call = await server.nextCall();
      stop.abort();
      expect(failureOf(await outcome)).toMatchObject({ code: 'aborted', scope: 'record', attempts: 1 });
      expect(await call.ended).toBe('closed');
      expect((await outcome).usage).toMatchObject({ requests: 1, unmetered_requests: 1 });
      expect(server.calls.length).toBe(1);
    });

    it('sends nothing where it was told before', async () => {
      const { server, ask } = await open();
      expect(failureOf(await ask({}, AbortSignal.abort()))).toMatchObject({ code: 'aborted', attempts: 0 });
      expect(server.calls.length).toBe(0);
    });

    it('between two requests finishes the one under way, and sends no further', async () => {
      const { server, ask } = await open({
        services: { sleep: async (_milliseconds, signal) => signal.throwIfAborted() },
      });
      const waiting = new AbortController();
      const never = new AbortController().signal;
      const outcomes = [ask({}, never, waiting.signal), ask({}, never, waiting.signal)];
      const [first, second] = [await server.nextCall(), await server.nextCall()];
      waiting.abort();
      fail(first, 500);
      reply(second, { text: 'Hallo.' });
      const ended = await Promise.all(outcomes);
      expect(ended.filter(({ ok }) => ok).length).toBe(1);
      expect(ended.find(({ ok }) => !ok)).toMatchObject({
        error: { code: 'aborted', status: 500, attempts: 1 },
        usage: { requests: 1 },
      });
      expect(server.calls.length).toBe(2);
    });

    it('is thrown out where the mistake is ours', async () => {
      const { ask } = await open({ gate: { admit: () => Promise.reject(new Error('a bug in the gate')) } });
      await expect(ask()).rejects.toThrow('a bug in the gate');
    });
  });

  describe(`the key of ${wire.provider.provider}`, () => {
    const echoes = [key, Buffer.from(`Bearer ${key}`).toString('base64'), Buffer.from(key).toString('hex')];

    it.each([200, 302, 400, 401, 404, 429, 500].flatMap((status) => echoes.map((echo) => [status, echo])))(
      'is in no error when a %d sends it back as %s',
      async (status, echo) => {
        const { server, ask } = await open({ patience: 1 });
        server.answer = (call) =>
          call.raw({
            status: Number(status),
            headers: { [wire.requestId]: String(echo), 'content-type': 'text/plain' },
            body: `${'x'.repeat(280)} ${echo}`,
          });
        const outcome = await ask();
        expect(outcome.ok).toBe(false);
        const told = JSON.stringify(outcome);
        for (const form of echoes) expect(told).not.toContain(form);
        expect(told).toContain('[redacted]');
      },
    );

    it.each(echoes)('is not told by an answer that has it as %s', async (echo) => {
      const said: Said = {
        text: `You sent ${echo}`,
        thinking: `I was sent ${echo}`,
        calls: [{ id: echo, name: echo, arguments: { echo } }],
        model: echo,
      };
      const { ask, server, stream } = await answering(said);
      const told = [JSON.stringify(await ask())];
      server.answer = (call) => replyStream(call, wire.events(said));
      const streamed = stream();
      told.push(JSON.stringify(await streamed.outcome), JSON.stringify(streamed.deltas));
      for (const text of told) {
        expect(text).toContain('[redacted]');
        for (const form of echoes) expect(text).not.toContain(form);
      }
    });

    it('is not told in part, wherever in an answer it stands and wherever that is cut', async () => {
      const { server, ask, stream } = await open({ services: { retry: { attempts: 1, max_delay: 0 } } });
      const long = `${'x'.repeat(190)}${key}`;
      const said: Said = { text: 'Hallo.', thinking: 'Hm.', calls };
      const bodies = [...withEachText(wire.answer(said), long)];
      expect(bodies.length).toBeGreaterThan(5);
      for (const body of bodies) {
        server.answer = (call) => call.raw({ body: JSON.stringify(body) });
        expect(JSON.stringify(await ask())).not.toContain(key.slice(0, 8));
      }
      server.answer = (call) => replyStream(call, wire.events({ ...said, model: long }));
      const outcome = await stream().outcome;
      expect(outcome.ok).toBe(true);
      expect(JSON.stringify(outcome)).not.toContain(key.slice(0, 8));
    });
  });
}

/** The value with one of its texts replaced, for each that it has. */
function* withEachText(value: JsonValue, text: string): Generator<JsonValue> {
  if (typeof value === 'string') yield text;
  else if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    for (const [index, item] of items.entries())
      for (const changed of withEachText(item, text)) yield items.with(index, changed);
  } else if (isObject(value)) {
    for (const [name, held] of Object.entries(value))
      for (const changed of withEachText(held, text)) yield { ...value, [name]: changed };
  }
}
