import { describe, expect, it } from 'vitest';
import type { ContentPart, ToolCall } from '../../../../src/models/contract.ts';
import { question } from '../../rig.ts';
import type { FakeWire, Said } from '../fakes/fake-wire.ts';
import { add } from '../requests.ts';
import { benchFor, calls, completionOf, failureOf } from './bench.ts';

/** What only some APIs have: each provider either does it whole or does without. */
export function describeParticulars(wire: FakeWire): void {
  const { open, answering, reply, replyStream } = benchFor(wire);
  const { provider } = wire.provider;

  describe(`a refusal of ${provider}`, () => {
    it.runIf(wire.tellsRefusal)('is told apart from the text, whole and streamed', async () => {
      const said: Said = { refusal: 'I cannot help with that.' };
      const { server, ask, stream } = await answering(said);
      const whole = await ask();
      expect(whole).toMatchObject({ ok: true, completion: { text: '', refusal: expect.any(String) } });
      server.answer = (call) => replyStream(call, wire.events(said));
      expect(await stream().outcome).toEqual(whole);
    });

    it('is in no answer that is none', async () => {
      const { ask } = await answering({ text: 'I cannot help with that.' });
      expect(completionOf(await ask())).toMatchObject({ text: 'I cannot help with that.', refusal: null });
    });
  });

  describe(`a count of ${provider}'s tokens`, () => {
    const said: Said = { text: 'Hallo.', usage: { input: 40, output: 30 } };
    const halves: readonly [string, RegExp][] = [
      ['came out', /"\w+":40\b/g],
      ['went in', /"\w+":30\b/g],
    ];

    it.each(wire.leavesOutZero ? halves.slice(0, 1) : halves)(
      'that tells only what %s is none, whole and streamed',
      async (_what, other) => {
        const { server, ask, stream } = await open();
        const without = (text: string): string => text.replaceAll(other, '"other_count":1');
        const unmetered = {
          ok: true,
          completion: { text: 'Hallo.' },
          usage: { unmetered_requests: 1, input_tokens: null, output_tokens: null, total_tokens: null },
        };
        server.answer = (call) => call.raw({ body: without(JSON.stringify(wire.answer(said))) });
        expect(await ask()).toMatchObject(unmetered);
        server.answer = (call) => replyStream(call, wire.events(said).map(without));
        expect(await stream().outcome).toMatchObject(unmetered);
      },
    );
  });

  describe(`what ${provider} wants back with a tool call`, () => {
    it.each(['whole', 'streamed'])('goes back with it, once it was kept as JSON: %s', async (how) => {
      const { server, ask, stream } = await open();
      const said: Said = { thinking: 'I must add.', calls };
      server.answer = (call) =>
        how === 'streamed' ? replyStream(call, wire.events(said)) : reply(call, said);
      const outcome = await (how === 'streamed' ? stream({ tools: [add] }).outcome : ask({ tools: [add] }));
      const kept = JSON.stringify(completionOf(outcome)?.tool_calls);
      const tool_calls = JSON.parse(kept) as readonly ToolCall[];
      expect(tool_calls.some(({ echo }) => echo !== undefined)).toBe(wire.echoed !== null);
      server.answer = (call) => reply(call, { text: '3' });
      await ask({
        tools: [add],
        messages: [
          ...question.messages,
          { role: 'assistant', content: '', tool_calls },
          ...tool_calls.map(({ id }) => ({ role: 'tool' as const, content: '3', tool_call_id: id })),
        ],
      });
      const sent = server.calls[1]?.rawBody ?? '';
      expect(sent).toContain('toolu_01A');
      expect(sent).not.toContain('"echo"');
      expect(wire.echoed === null || sent.includes(wire.echoed)).toBe(true);
    });
  });

  describe(`an image for ${provider}`, () => {
    const withImage = (image_url: string) => {
      const content: readonly ContentPart[] = [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url },
      ];
      return { messages: [{ role: 'user' as const, content }] };
    };
    const url = 'https://example.com/cat.png';

    it('goes with the request by a data URL', async () => {
      const { server, ask } = await answering({ text: 'A cat.' });
      expect(await ask(withImage('data:image/png;base64,iVBORw0KGgo='))).toMatchObject({ ok: true });
      expect(server.calls[0]?.rawBody).toContain('iVBORw0KGgo=');
    });

    it.runIf(wire.fetchesImages)('is fetched by the provider by a URL', async () => {
      const { server, ask } = await answering({ text: 'A cat.' });
      expect(await ask(withImage(url))).toMatchObject({ ok: true });
      expect(server.calls[0]?.rawBody).toContain(url);
    });

    it.runIf(!wire.fetchesImages)('is refused by a URL, before anything is sent', async () => {
      const { server, ask, stream } = await answering({ text: 'A cat.' });
      for (const outcome of [await ask(withImage(url)), await stream(withImage(url)).outcome]) {
        expect(failureOf(outcome)).toMatchObject({ code: 'refused_image', attempts: 0, scope: 'record' });
        expect(outcome.usage).toMatchObject({ requests: 0, total_tokens: 0 });
      }
      expect(server.calls).toEqual([]);
    });
  });
}
