import { AsyncLocalStorage } from 'node:async_hooks';
import { fileURLToPath } from 'node:url';
import { RunnableLambda } from '@langchain/core/runnables';
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons';
import type { AIMessage } from '@langchain/core/messages';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json/json.ts';
import type { CallErrorCode, CallOutcome } from '../../../src/models/contract.ts';
import type { FakeCall } from '../../support/fake-server.ts';
import { expectGolden } from '../../support/golden.ts';
import { key, openRig, question } from '../rig.ts';
import type { Rig, RigOptions } from '../rig.ts';
import { streamHeaders } from './fakes/fake-wire.ts';
import type { FakeWire, Said, SaidCall } from './fakes/fake-wire.ts';
import { add, requests } from './requests.ts';

const failureOf = (outcome: CallOutcome) => (outcome.ok ? undefined : outcome.error);
const completionOf = (outcome: CallOutcome) => (outcome.ok ? outcome.completion : undefined);

const calls: readonly SaidCall[] = [
  { id: 'toolu_01A', name: 'add', arguments: { a: 1, b: 2 } },
  { id: 'toolu_01B', name: 'now', arguments: {} },
];

/** What every provider owes the steps and the run, held against its fake server. CONTRIBUTING.md has it in a table. */
export function describeConformance(wire: FakeWire): void {
  const open = (options: RigOptions = {}): Promise<Rig> =>
    openRig({ ...options, provider: wire.provider, settings: { ...wire.settings, ...options.settings } });
  const answering = async (said: Said, options: RigOptions = {}): Promise<Rig> => {
    const rig = await open(options);
    rig.server.answer = (call) => reply(call, said);
    return rig;
  };
  const reply = (call: FakeCall, said: Said): void =>
    call.raw({ headers: { [wire.requestId]: 'req-1' }, body: JSON.stringify(wire.answer(said)) });
  const replyStream = (call: FakeCall, events: readonly string[]): void =>
    call.raw({ headers: { ...streamHeaders(wire), [wire.requestId]: 'req-1' }, body: events.join('') });
  const fail = (call: FakeCall, status: number, headers: { readonly [name: string]: string } = {}): void =>
    call.fail(status, { headers, body: wire.error(status, 'The server says why.') });

  describe(`the request of ${wire.provider.provider}`, () => {
    it('is what `body` says, byte by byte, and goes where `url` says', async () => {
      let golden = '';
      for (const [name, request] of Object.entries(requests)) {
        const { server, ask, client } = await answering({ text: 'Hello.' });
        await ask(request);
        await client.close();
        const [call] = server.calls;
        const settings = { ...wire.settings, parameters: {}, timeout: 1, idle_timeout: 1 };
        expect(call?.rawBody, name).toBe(JSON.stringify(wire.provider.body(settings, request)));
        expect(call?.path).toBe(wire.path(false));
        const url = wire.provider.url?.({ ...settings, base_url: server.url });
        if (url !== undefined) expect(url).toBe(`${server.url}${wire.path(false)}`);
        golden += `# ${name}\n${call?.rawBody}\n`;
      }
      expectGolden(goldenPath(wire, 'requests'), golden);
    });

    it('holds each parameter as it is set, and nothing else', async () => {
      const { parameters } = wire.provider;
      if (Object.keys(wire.parameters).length === 0) return;
      expect(Object.keys(wire.parameters).sort()).toEqual(Object.keys(parameters).sort());
      let golden = '';
      for (const [name, values] of Object.entries(wire.parameters)) {
        for (const value of values) {
          const settings = { parameters: { [name]: value } };
          const { server, ask, client } = await answering({ text: 'Hello.' }, { settings });
          const request = name === 'parallel_tool_calls' ? { tools: [add] } : {};
          await ask(request);
          await client.close();
          golden += `# ${name}\n${server.calls[0]?.rawBody}\n`;
        }
      }
      expectGolden(goldenPath(wire, 'parameters'), golden);
    });

    it('asks for a stream as `body` says', async () => {
      const { server, stream } = await open();
      server.answer = (call) => replyStream(call, wire.events({ text: 'Hello.' }));
      await stream().outcome;
      const [call] = server.calls;
      const settings = { ...wire.settings, parameters: {}, timeout: 1, idle_timeout: 1 };
      expect(call?.rawBody).toBe(JSON.stringify(wire.provider.body(settings, question, true)));
      expect(call?.path).toBe(wire.path(true));
      expectGolden(goldenPath(wire, 'stream'), `${call?.rawBody}\n`);
    });

    it('changes nothing that it is given, and is the same each time', () => {
      const settings = Object.freeze({ ...wire.settings, parameters: {}, timeout: 1, idle_timeout: 1 });
      for (const request of Object.values(requests)) {
        const before = JSON.stringify(request);
        const first = wire.provider.body(settings, request);
        expect(wire.provider.body(settings, request)).toEqual(first);
        expect(JSON.stringify(request)).toBe(before);
      }
    });

    it('has the key in its header, and there alone', async () => {
      const { server, ask } = await answering({ text: 'Hello.' });
      await ask();
      const [call] = server.calls;
      const [name, value] = wire.keyHeader(key);
      expect(call?.headers[name]).toBe(value);
      const { [name]: _, ...others } = call?.headers ?? {};
      expect(JSON.stringify([others, call?.path, call?.rawBody])).not.toContain(key);
      expect(call?.headers['user-agent']).toMatch(/^prompt-pipe\/\d/);
    });

    it('has no key where there is none, nor anything that stands for one', async () => {
      const { server, ask } = await answering({ text: 'Hello.' }, { services: { api_key: undefined } });
      expect(await ask()).toMatchObject({ ok: true });
      expect(server.calls[0]?.headers).not.toHaveProperty(wire.keyHeader(key)[0]);
      expect(JSON.stringify(server.calls[0]?.headers)).not.toContain('held-by');
    });
  });

  describe(`an answer of ${wire.provider.provider}`, () => {
    it('is read: text, finish reason, model, request id and usage', async () => {
      const { ask, paced } = await answering({ text: 'Hallo.', model: 'the-model-that-answered' });
      expect(await ask()).toEqual({
        ok: true,
        completion: {
          text: 'Hallo.',
          thinking: '',
          refusal: null,
          tool_calls: [],
          finish_reason: 'stop',
          model: 'the-model-that-answered',
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

    it('tells by the word `length` that it was cut off', async () => {
      const { ask } = await answering({ text: 'Hal', finish: 'length' });
      expect(completionOf(await ask())).toMatchObject({ text: 'Hal', finish_reason: 'length' });
    });

    it('without usage is one of unknown cost', async () => {
      const { ask } = await answering({ text: 'Hallo.', usage: null });
      expect(await ask()).toMatchObject({
        ok: true,
        usage: { requests: 1, unmetered_requests: 1, input_tokens: null, total_tokens: null, cost_usd: null },
      });
    });

    it.runIf(wire.tells.cached)('tells cached tokens as a part of those that went in', async () => {
      const { ask } = await answering({ text: 'Hallo.', usage: { input: 200, cached: 128, output: 50 } });
      expect((await ask()).usage).toMatchObject({
        input_tokens: 200,
        cached_input_tokens: 128,
        output_tokens: 50,
        total_tokens: 250,
      });
    });

    it.runIf(wire.tells.thinking)('keeps thinking out of the text', async () => {
      const { ask } = await answering({ thinking: 'Hm.', text: '42' });
      expect(completionOf(await ask())).toMatchObject({ text: '42', thinking: 'Hm.' });
    });

    it('tells parallel tool calls, with their ids, which come back with the results', async () => {
      const { server, ask } = await answering({ calls });
      const first = completionOf(await ask({ tools: [add] }));
      expect(first).toMatchObject({
        text: '',
        finish_reason: 'tool_calls',
        tool_calls: [
          { id: 'toolu_01A', name: 'add', arguments: '{"a":1,"b":2}' },
          { id: 'toolu_01B', name: 'now', arguments: '{}' },
        ],
      });
      const tool_calls = first?.tool_calls ?? [];
      server.answer = (call) => reply(call, { text: '3' });
      const second = await ask({
        tools: [add],
        messages: [
          ...question.messages,
          { role: 'assistant', content: '', tool_calls },
          ...tool_calls.map(({ id }) => ({ role: 'tool' as const, content: '3', tool_call_id: id })),
        ],
      });
      expect(completionOf(second)?.text).toBe('3');
      const sent = server.calls[1]?.rawBody.split('toolu_01A') ?? [];
      expect(sent.length - 1, 'in the call and in its result').toBe(2);
    });

    it('tells a text beside its tool calls', async () => {
      const { ask } = await answering({ text: 'I shall see.', calls });
      expect(completionOf(await ask())).toMatchObject({ text: 'I shall see.', tool_calls: [{}, {}] });
    });

    it.each(['9007199254740993', '123456789012345678901234567890'])(
      'keeps the digits of %s in arguments, or is refused',
      async (digits) => {
        const { server, ask } = await open({ services: { retry: { attempts: 1, max_delay: 0 } } });
        const said = JSON.stringify(
          wire.answer({ calls: [{ id: 'a', name: 'add', arguments: { a: 4711 } }] }),
        );
        server.answer = (call) => call.raw({ body: said.replace('4711', digits) });
        const outcome = await ask({ tools: [add] });
        if (wire.tells.digits)
          expect(completionOf(outcome)?.tool_calls[0]?.arguments).toBe(`{"a":${digits}}`);
        else
          expect(outcome).toMatchObject({
            ok: false,
            error: { code: 'malformed_answer', message: expect.stringContaining('2^53') },
            usage: { total_tokens: 20 },
          });
      },
    );

    it('may be of several megabytes', async () => {
      const text = 'ü'.repeat(2_000_000);
      const { ask } = await answering({ text });
      expect(completionOf(await ask())?.text).toBe(text);
    });

    it('goes to the call that asked for it, among many', async () => {
      const { server, ask } = await open();
      server.answer = (call) => reply(call, { text: `To ${/Question \d+/.exec(call.rawBody)?.[0]}` });
      const questions = Array.from({ length: 50 }, (_, n) => `Question ${n}`);
      const outcomes = await Promise.all(
        questions.map((content) => ask({ messages: [{ role: 'user', content }] })),
      );
      expect(outcomes.map((outcome) => completionOf(outcome)?.text)).toEqual(
        questions.map((content) => `To ${content}`),
      );
      expect(server.maxInFlight).toBeLessThanOrEqual(16);
    });

    it('is read by LangChain too, for its traces', async () => {
      const seen: { params?: string; metadata?: JsonObject; message?: AIMessage } = {};
      const handler = {
        awaitHandlers: true,
        handleChatModelStart(...given: readonly unknown[]) {
          seen.params = JSON.stringify(given[4]);
          seen.metadata = given[6] as JsonObject;
        },
        handleLLMEnd(output: { generations: readonly (readonly object[])[] }) {
          seen.message = (output.generations[0]?.[0] as { message: AIMessage }).message;
        },
      };
      const never = new AbortController().signal;
      const options = { signal: never, waiting: never, step: 'classify', record: 'r1' };
      const said: Said = { text: 'I shall see.', calls, usage: { input: 200, output: 50 } };
      // Whoever calls us from within LangChain is told of our calls by the context that it keeps.
      AsyncLocalStorageProviderSingleton.initializeGlobalInstance(new AsyncLocalStorage());
      const within = RunnableLambda.from(async () => {
        const { client } = await answering(said, { settings: { parameters: { temperature: 0 } } });
        await client.call({ ...question, tools: [add] }, options);
      });
      await within.invoke('', { callbacks: [handler] });
      expect(seen.message?.text).toContain('I shall see.');
      expect(seen.message?.tool_calls).toMatchObject([
        { name: 'add', args: { a: 1, b: 2 } },
        { name: 'now', args: {} },
      ]);
      expect(seen.message?.usage_metadata).toMatchObject({
        input_tokens: 200,
        output_tokens: 50,
        total_tokens: 250,
      });
      expect(seen.params).toContain('"temperature":0');
      expect(seen.params).toContain('Adds numbers.');
      expect(seen.params).not.toContain(key);
      expect(seen.metadata).toMatchObject({ step: 'classify', record: 'r1' });
    });
  });

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

    it('by nothing but 429 ends when the pacer gives up', async () => {
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
      ['no answer', (call) => call.hang(), 'timed_out', 3],
      ['an answer that never ends', (call) => call.trickle(), 'timed_out', 3],
      ['broken JSON', (call) => call.raw({ body: '{"choices":[' }), 'malformed_answer', 3],
      ['JSON of another kind', (call) => call.raw({ body: '{"pong":true}' }), 'malformed_answer', 3],
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
        'invalid_request',
        1,
      ],
    ])('by %s is told as such, and what it cost is unknown', async (_what, act, code, requests) => {
      // Gemini's answer to a blocked prompt is an object without candidates: empty rather than malformed.
      const { server, ask } = await open({ settings: { timeout: code === 'timed_out' ? 60 : 20_000 } });
      server.answer = act;
      const outcome = await ask();
      const { code: told, attempts } = failureOf(outcome) ?? {};
      expect([code, code === 'malformed_answer' ? 'empty_answer' : code]).toContain(told);
      expect(attempts).toBe(requests);
      expect(server.calls.length).toBe(requests);
      const charged = code === 'invalid_request' ? 0 : requests;
      expect(outcome.usage).toMatchObject({ requests, unmetered_requests: charged });
    });

    it('by a refused connection is told as such, and costs nothing', async () => {
      const { server, ask } = await open();
      await server.close();
      const outcome = await ask();
      expect(failureOf(outcome)).toMatchObject({ code: 'connection_failed', attempts: 3, status: null });
      expect(outcome.usage).toMatchObject({ requests: 0, total_tokens: 0 });
    });

    it('by an answer that says nothing is told, with what it cost', async () => {
      const { server, ask } = await answering({});
      const outcome = await ask();
      // An empty text is an answer where the wire can tell it from none.
      if (outcome.ok) expect(outcome.completion.text).toBe('');
      else {
        expect(outcome.error).toMatchObject({ code: 'empty_answer', attempts: 3 });
        expect(outcome.usage).toMatchObject({ requests: 3, total_tokens: 60 });
      }
      expect(server.calls.length).toBe(outcome.ok ? 1 : 3);
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
      const { ask } = await open({
        services: {
          pacer: {
            admit: () => Promise.reject(new Error('a bug in the pacer')),
            limited: () => 'wait',
            answered: () => undefined,
          },
        },
      });
      await expect(ask()).rejects.toThrow('a bug in the pacer');
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
        ...(wire.tells.thinking && { thinking: `I was sent ${echo}` }),
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
  });

  describe(`a stream of ${wire.provider.provider}`, () => {
    const said: Said = {
      ...(wire.tells.thinking && { thinking: 'Hm.' }),
      text: 'Programmieren ist schön.',
      calls,
    };

    it('tells its pieces as they come, and ends as the same answer would that came whole', async () => {
      const { server, stream, ask } = await open();
      const streamed = stream({ tools: [add] });
      const call = await server.nextCall();
      const body = call.startStream({ ...streamHeaders(wire), [wire.requestId]: 'req-1' });
      const events = wire.events(said);
      const half = events.findIndex((event) => event.includes('Programmieren')) + 1;
      for (const event of events.slice(0, half)) await body.chunk(event);
      expect(await streamed.next()).toEqual({ type: 'began' });
      if (wire.tells.thinking) expect(await streamed.next()).toEqual({ type: 'thinking', text: 'Hm.' });
      expect(await streamed.next()).toEqual({ type: 'text', text: 'Programmieren ' });
      // The rest byte by byte: no cut of the network's may matter.
      for (const byte of Buffer.from(events.slice(half).join(''))) await body.chunk(Buffer.from([byte]));
      body.end();
      const outcome = await streamed.outcome;
      server.answer = (call) => reply(call, said);
      const whole = await ask({ tools: [add] });
      expect(completionOf(outcome)).toEqual(completionOf(whole));
      expect(outcome.usage).toEqual(whole.usage);
      const text = streamed.deltas.map((delta) => (delta.type === 'text' ? delta.text : '')).join('');
      expect(text).toBe('Programmieren ist schön.');
      expect(streamed.deltas.filter(({ type }) => type === 'tool_call')).toEqual([
        { type: 'tool_call', name: 'add' },
        { type: 'tool_call', name: 'now' },
      ]);
    });

    it('without usage is one of unknown cost', async () => {
      const { server, stream } = await open();
      server.answer = (call) => replyStream(call, wire.events({ text: 'Hallo.', usage: null }));
      expect(await stream().outcome).toMatchObject({
        ok: true,
        completion: { text: 'Hallo.' },
        usage: { requests: 1, unmetered_requests: 1, total_tokens: null },
      });
    });

    it('is an error wherever it ends before its end', async () => {
      const events = wire.events(said);
      const rig = await open({ services: { retry: { attempts: 1, max_delay: 0 } } });
      for (let length = 0; length < events.length; length++) {
        rig.server.answer = (call) => replyStream(call, events.slice(0, length));
        const outcome = await rig.stream().outcome;
        expect(failureOf(outcome), `after ${length} of ${events.length} events`).toMatchObject({
          code: 'cut_body',
          status: 200,
        });
      }
    });

    it('is an error where its connection is cut', async () => {
      const { server, stream } = await open({ services: { retry: { attempts: 1, max_delay: 0 } } });
      const streamed = stream();
      const call = await server.nextCall();
      const body = call.startStream(streamHeaders(wire));
      const events = wire.events(said);
      await body.chunk(events.slice(0, 3).join(''));
      await streamed.next();
      body.cut();
      expect(await streamed.outcome).toMatchObject({
        ok: false,
        error: { code: 'cut_body' },
        usage: { requests: 1, unmetered_requests: 1, total_tokens: null },
      });
    });

    it('is an error where it is silent for too long', async () => {
      const { server, stream } = await open({
        settings: { idle_timeout: 60 },
        services: { retry: { attempts: 1, max_delay: 0 } },
      });
      const streamed = stream();
      const call = await server.nextCall();
      await call.startStream(streamHeaders(wire)).chunk(wire.events(said)[0] ?? '');
      expect(failureOf(await streamed.outcome)).toMatchObject({
        code: 'timed_out',
        message: expect.stringContaining('idle_timeout'),
      });
    });

    it('is an error where it has an event that is none', async () => {
      const { server, stream } = await open({ services: { retry: { attempts: 1, max_delay: 0 } } });
      server.answer = (call) => replyStream(call, ['data: {"a":\n\n', '{"a":\n']);
      expect(failureOf(await stream().outcome)).toMatchObject({ code: 'malformed_answer' });
    });

    it('is an error where the provider breaks it off, which may pass', async () => {
      const { server, stream } = await open();
      const [first = ''] = wire.events(said);
      const error = JSON.stringify({ type: 'error', error: { type: 'overloaded', message: 'Overloaded' } });
      const broken = first.includes('data:') ? `data: ${error}\n\n` : `${error}\n`;
      const answers = [[first, broken], wire.events({ text: 'Hallo.' })];
      server.answer = (call) => replyStream(call, answers.shift() ?? []);
      const streamed = stream();
      expect(await streamed.outcome).toMatchObject({ ok: true, completion: { text: 'Hallo.' } });
      expect(streamed.deltas.filter(({ type }) => type === 'began').length).toBe(2);
    });

    it('that is refused is judged as any refusal', async () => {
      const { server, stream } = await open();
      server.answer = (call) => fail(call, 401);
      expect(failureOf(await stream().outcome)).toMatchObject({ code: 'rejected_key', status: 401 });
    });

    it('that comes whole is an answer all the same', async () => {
      const { stream } = await answering({ text: 'Hallo.' });
      const streamed = stream();
      expect(await streamed.outcome).toMatchObject({ ok: true, completion: { text: 'Hallo.' } });
      expect(streamed.deltas).toEqual([{ type: 'began' }, { type: 'text', text: 'Hallo.' }]);
    });

    it('closes its connection when it is told to stop', async () => {
      const stop = new AbortController();
      const { server, stream } = await open();
      const streamed = stream({}, stop.signal);
      const call = await server.nextCall();
      await call.startStream(streamHeaders(wire)).chunk(wire.events(said).slice(0, 3).join(''));
      await streamed.next();
      stop.abort();
      expect(failureOf(await streamed.outcome)).toMatchObject({ code: 'aborted' });
      expect(await call.ended).toBe('closed');
    });
  });
}

function goldenPath({ provider }: FakeWire, name: string): string {
  return fileURLToPath(new URL(`golden/${provider.provider}/${name}.txt`, import.meta.url));
}
