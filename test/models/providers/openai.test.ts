import { describe, expect, it } from 'vitest';
import { openai } from '../../../src/models/openai.ts';
import { openRig } from '../rig.ts';
import type { RigOptions } from '../rig.ts';
import { describeConformance } from './conformance.ts';
import { openaiWire } from './fakes/openai.ts';

describeConformance(openaiWire);

const { settings } = openaiWire;
const open = (options: RigOptions = {}) => openRig({ provider: openai, settings, ...options });
const body = openaiWire.answer({ text: 'Hallo.' });

/** The answer with a message of the test's own. */
function withMessage(message: object, finish_reason = 'stop'): string {
  return JSON.stringify({ ...body, choices: [{ index: 0, message, finish_reason }] });
}

describe('the address of an openai server', () => {
  it.each([
    ['', '/v1/chat/completions'],
    ['/', '/v1/chat/completions'],
    ['/v1', '/v1/chat/completions'],
    ['/gateway/v1/', '/gateway/v1/chat/completions'],
  ])('may end with "%s"', async (end, path) => {
    const { server } = await open();
    const { ask } = await open({ settings: { ...settings, base_url: `${server.url}${end}` } });
    server.answer = (call) => call.raw({ body: JSON.stringify(body) });
    expect(await ask()).toMatchObject({ ok: true });
    expect(server.calls[0]?.path).toBe(path);
  });
});

describe('an answer of an openai server', () => {
  it('may be a refusal', async () => {
    const { server, ask } = await open();
    const refusal = "I'm sorry, I cannot help with that.";
    server.answer = (call) => call.raw({ body: withMessage({ role: 'assistant', content: null, refusal }) });
    expect(await ask()).toMatchObject({ ok: true, completion: { text: '', refusal } });
  });

  it.each(['reasoning_content', 'reasoning'])('may tell what was thought as `%s`', async (name) => {
    const { server, ask } = await open();
    server.answer = (call) =>
      call.raw({ body: withMessage({ role: 'assistant', content: '42', [name]: 'Hm.' }) });
    expect(await ask()).toMatchObject({ ok: true, completion: { text: '42', thinking: 'Hm.' } });
  });

  it.each([true, false])(
    'has the thinking of the choice that was asked for, as a stream: %s',
    async (isStream) => {
      const { server, ask, stream } = await open();
      const said = (text: string) => ({
        role: 'assistant',
        content: text,
        reasoning_content: `I say ${text}.`,
      });
      const choices = (part: 'message' | 'delta') => [
        { index: 1, [part]: said('no'), finish_reason: 'stop' },
        { index: 0, [part]: said('yes'), finish_reason: 'stop' },
      ];
      server.answer = (call) =>
        isStream
          ? call.raw({
              headers: { 'content-type': 'text/event-stream' },
              body: `data: ${JSON.stringify({ choices: choices('delta') })}\n\ndata: [DONE]\n\n`,
            })
          : call.raw({ body: JSON.stringify({ ...body, choices: choices('message') }) });
      expect(await (isStream ? stream().outcome : ask())).toMatchObject({
        ok: true,
        completion: { text: 'yes', thinking: 'I say yes.' },
      });
    },
  );

  it('keeps arguments that are no JSON as the model wrote them', async () => {
    const { server, ask } = await open();
    const tool_calls = [{ id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a": 1' } }];
    server.answer = (call) =>
      call.raw({ body: withMessage({ role: 'assistant', content: null, tool_calls }, 'tool_calls') });
    expect(await ask()).toMatchObject({
      ok: true,
      completion: { tool_calls: [{ id: 'call_1', name: 'add', arguments: '{"a": 1' }] },
    });
  });
});

describe('an account without credit', () => {
  it('ends the run at once: no pause helps', async () => {
    const { server, ask, paced } = await open();
    const error = {
      message: 'You exceeded your current quota, please check your plan and billing details.',
      type: 'insufficient_quota',
      param: null,
      code: 'insufficient_quota',
    };
    server.answer = (call) => call.fail(429, { body: { error }, headers: { 'retry-after': '1' } });
    expect(await ask()).toMatchObject({
      ok: false,
      error: {
        code: 'rate_limited',
        scope: 'run',
        status: 429,
        attempts: 1,
        message: expect.stringMatching(/has no quota left .*You exceeded your current quota/),
      },
    });
    expect(server.calls.length).toBe(1);
    expect(paced).toEqual(['admit', 'answered']);
  });
});
