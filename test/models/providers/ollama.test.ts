import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json/json.ts';
import { joinOllamaStream, readOllamaAnswer } from '../../../src/models/ollama-answer.ts';
import { ollama } from '../../../src/models/ollama.ts';
import { openRig } from '../rig.ts';
import type { RigOptions } from '../rig.ts';
import { describeConformance } from './conformance.ts';
import { ollamaWire } from './fakes/ollama.ts';

describeConformance(ollamaWire);

const { settings } = ollamaWire;
const open = (options: RigOptions = {}) => openRig({ provider: ollama, settings, ...options });
const withBody = (rest: JsonObject): string =>
  JSON.stringify({ ...ollamaWire.answer({ text: 'Hallo.' }), ...rest });

describe('the address of an ollama server', () => {
  it.each(['', '/', '/api', '/api/'])('may end with "%s"', async (end) => {
    const { server } = await open();
    const { ask } = await open({ settings: { ...settings, base_url: `${server.url}${end}` } });
    server.answer = (call) => call.raw({ body: withBody({}) });
    expect(await ask()).toMatchObject({ ok: true });
    expect(server.calls[0]?.path).toBe('/api/chat');
  });
});

describe('an image that ollama would have to fetch', () => {
  it('is refused before anything is sent', async () => {
    const { server, ask } = await open();
    const image_url = 'https://example.com/cat.png';
    expect(await ask({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url }] }] })).toEqual({
      ok: false,
      error: {
        code: 'refused_image',
        message: 'Ollama fetches no images: name a local file in the place of the URL',
        status: null,
        attempts: 0,
        request_id: null,
        scope: 'record',
      },
      usage: expect.objectContaining({ requests: 0, total_tokens: 0 }),
    });
    expect(server.calls.length).toBe(0);
  });
});

describe('an answer of an ollama server', () => {
  it('with half of its counts is one of unknown cost', async () => {
    const { server, ask } = await open();
    server.answer = (call) => call.raw({ body: withBody({}).replace('prompt_eval_count', 'other_count') });
    expect(await ask()).toMatchObject({
      ok: true,
      usage: { unmetered_requests: 1, input_tokens: null, output_tokens: null },
    });
  });

  it('may have more calls at once than a function takes arguments', () => {
    const join = joinOllamaStream();
    const call = { function: { name: 'now', arguments: {} } };
    const tool_calls = Array.from({ length: 400_000 }, () => call);
    expect(join.add({ message: { tool_calls } })).toMatchObject({ ok: true });
    join.add({ message: { content: '' }, done: true });
    const read = readOllamaAnswer(join.completion());
    expect(read.ok && read.value.tool_calls.length).toBe(400_000);
  });

  it('gives its tool calls ids where the server gives none', async () => {
    const { server, ask } = await open();
    const call = { function: { name: 'add', arguments: { a: 1 } } };
    const message = { role: 'assistant', content: '', tool_calls: [call, call] };
    server.answer = (asked) => asked.raw({ body: withBody({ message }) });
    expect(await ask()).toMatchObject({
      ok: true,
      completion: { finish_reason: 'tool_calls', tool_calls: [{ id: 'call00000' }, { id: 'call00001' }] },
    });
  });

  it.each<[string, JsonObject]>([
    ['is not done', { done: false }],
    ['is of the user', { message: { role: 'user', content: 'Hi.' } }],
    ['is a list of parts', { message: { role: 'assistant', content: [] } }],
    ['has tool calls that are none', { message: { role: 'assistant', tool_calls: 'add' } }],
    ['has a call without a name', { message: { role: 'assistant', tool_calls: [{ function: {} }] } }],
  ])('that %s is refused', async (_what, rest) => {
    const { server, ask } = await open({ services: { retry: { attempts: 1, max_delay: 0 } } });
    server.answer = (call) => call.raw({ body: withBody(rest) });
    expect(await ask()).toMatchObject({ ok: false, error: { code: 'malformed_answer' } });
  });
});
