import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/json/json.ts';
import { openGate, question } from '../../rig.ts';
import { sse, streamHeaders } from '../fakes/fake-wire.ts';
import type { FakeWire, Said } from '../fakes/fake-wire.ts';
import { add } from '../requests.ts';
import { benchFor, calls, completionOf, failureOf, withinLangChain } from './bench.ts';

/** What is read of an answer that comes as a stream. */
export function describeStreams(wire: FakeWire): void {
  const { open, answering, reply, replyStream, fail } = benchFor(wire);

  describe(`a stream of ${wire.provider.provider}`, () => {
    const said: Said = {
      thinking: 'Hm.',
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
      expect(await streamed.next()).toEqual({ type: 'thinking', text: 'Hm.' });
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

    const isNamed = wire.streamType.startsWith('text/event-stream');
    const words = 'CUDA out of memory';
    const named: readonly [string, JsonObject, string][] = isNamed
      ? [['an event of that name', { message: words }, 'error']]
      : [];
    it.each<[string, JsonObject, string?]>([
      ['an error', { type: 'error', error: { type: 'overloaded', message: words } }],
      ['an object that is one', { object: 'error', message: words, code: 500 }],
      ...named,
    ])('is an error where the provider breaks it off by %s, which may pass', async (_what, error, name) => {
      const { server, stream } = await open();
      const events = wire.events(said);
      const broken = isNamed ? sse(error, name) : `${JSON.stringify(error)}\n`;
      const answers = [[events[0] ?? '', broken], wire.events({ text: 'Hallo.' })];
      server.answer = (call) => replyStream(call, answers.shift() ?? []);
      const streamed = stream();
      expect(await streamed.outcome).toMatchObject({ ok: true, completion: { text: 'Hallo.' } });
      expect(streamed.deltas.filter(({ type }) => type === 'began').length).toBe(2);

      const once = await open({ services: { retry: { attempts: 1, max_delay: 0 } } });
      once.server.answer = (call) => replyStream(call, [events[0] ?? '', broken]);
      expect(failureOf(await once.stream().outcome)).toMatchObject({
        code: 'server_error',
        message: expect.stringContaining(`broke its stream off with an error: ${words}`),
      });
    });

    it('is told to whoever listens to LangChain, token by token', async () => {
      const tokens: string[] = [];
      const handler = {
        awaitHandlers: true,
        handleLLMNewToken: (token: string) => void tokens.push(token),
      };
      await withinLangChain(handler, async () => {
        const { server, stream } = await open();
        server.answer = (call) => replyStream(call, wire.events({ text: 'Programmieren ist schön.' }));
        expect(await stream().outcome).toMatchObject({ ok: true });
      });
      expect(tokens).toEqual(['Programmieren ', 'ist ', 'schön.']);
    });

    it('throws out what its listener throws, at the first piece and at the last', async () => {
      for (const thrower of ['began', 'text'] as const) {
        const { server, client } = await open();
        server.answer = (call) => replyStream(call, wire.events({ text: 'Hallo.' }));
        const never = new AbortController().signal;
        const told = client.call(question, {
          signal: never,
          waiting: never,
          gate: openGate,
          step: 'classify',
          record: 'r1',
          stream({ type }) {
            if (type === thrower) throw new Error('a bug in the listener');
          },
        });
        await expect(told).rejects.toThrow('a bug in the listener');
        expect(server.calls.length).toBe(1);
      }
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
