import type { AIMessage } from '@langchain/core/messages';
import type { LLMResult } from '@langchain/core/outputs';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/json/json.ts';
import { key, openGate, question } from '../../rig.ts';
import type { FakeWire, Said } from '../fakes/fake-wire.ts';
import { add } from '../requests.ts';
import { benchFor, calls, completionOf, withinLangChain } from './bench.ts';

/** What is read of an answer that comes whole. */
export function describeAnswers(wire: FakeWire): void {
  const { open, answering, reply } = benchFor(wire);

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

    it('that was cut off before its text began is one without a text, not asked for again', async () => {
      const { ask, server } = await answering({ finish: 'length' });
      expect(completionOf(await ask())).toMatchObject({ text: '', finish_reason: 'length' });
      expect(server.calls.length).toBe(1);
    });

    it('without usage is one of unknown cost', async () => {
      const { ask } = await answering({ text: 'Hallo.', usage: null });
      expect(await ask()).toMatchObject({
        ok: true,
        usage: { requests: 1, unmetered_requests: 1, input_tokens: null, total_tokens: null, cost_usd: null },
      });
    });

    it.runIf(wire.tellsCached)('tells cached tokens as a part of those that went in', async () => {
      const { ask } = await answering({ text: 'Hallo.', usage: { input: 200, cached: 128, output: 50 } });
      expect((await ask()).usage).toMatchObject({
        input_tokens: 200,
        cached_input_tokens: 128,
        output_tokens: 50,
        total_tokens: 250,
      });
    });

    it('keeps thinking out of the text', async () => {
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
      'keeps the digits of %s in arguments',
      async (digits) => {
        const { server, ask } = await open();
        const said = JSON.stringify(
          wire.answer({ calls: [{ id: 'a', name: 'add', arguments: { a: 4711 } }] }),
        );
        server.answer = (call) => call.raw({ body: said.replace('4711', digits) });
        const outcome = await ask({ tools: [add] });
        expect(outcome).toMatchObject({
          ok: true,
          completion: { tool_calls: [{ arguments: `{"a":${digits}}` }] },
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
        handleLLMEnd({ generations }: LLMResult) {
          const first: object | undefined = generations[0]?.[0];
          if (first !== undefined && 'message' in first) seen.message = first.message as AIMessage;
        },
      };
      const never = new AbortController().signal;
      const options = { signal: never, waiting: never, gate: openGate, step: 'classify', record: 'r1' };
      const said: Said = { text: 'I shall see.', calls, usage: { input: 200, output: 50 } };
      await withinLangChain(handler, async () => {
        const { client } = await answering(said, { settings: { parameters: { temperature: 0 } } });
        await client.call({ ...question, tools: [add] }, options);
      });
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
}
