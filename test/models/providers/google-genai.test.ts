import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/json/json.ts';
import { googleGenai } from '../../../src/models/google-genai.ts';
import { openRig, question } from '../rig.ts';
import type { RigOptions } from '../rig.ts';
import { describeConformance } from './conformance.ts';
import { streamHeaders } from './fakes/fake-wire.ts';
import { googleWire, thoughtSignature } from './fakes/google-genai.ts';
import { add } from './requests.ts';

describeConformance(googleWire);

const { settings } = googleWire;
const open = (options: RigOptions = {}) => openRig({ provider: googleGenai, settings, ...options });
const withParts = (parts: readonly JsonObject[], finishReason = 'STOP', rest: JsonObject = {}): string =>
  JSON.stringify({
    ...googleWire.answer({}),
    candidates: [{ content: { role: 'model', parts }, finishReason }],
    ...rest,
  });

describe('the address of a google-genai model', () => {
  it.each([
    ['', 'gemini-2.5-flash', '/v1beta/models/gemini-2.5-flash:generateContent'],
    ['/v1beta', 'models/gemini-2.5-flash', '/v1beta/models/gemini-2.5-flash:generateContent'],
    ['', '../files?key=x#', '/v1beta/models/..%2Ffiles%3Fkey%3Dx%23:generateContent'],
  ])('below a base_url that ends in "%s", of the name %s', async (end, name, path) => {
    const { server } = await open();
    const { ask } = await open({ settings: { ...settings, name, base_url: `${server.url}${end}` } });
    server.answer = (call) => call.raw({ body: withParts([{ text: 'Hallo.' }]) });
    expect(await ask()).toMatchObject({ ok: true });
    expect(server.calls[0]?.path).toBe(path);
  });
});

describe('the signature of a tool call', () => {
  it('goes back with it, and so does the id', async () => {
    const { server, ask } = await open();
    const parts: readonly JsonObject[] = [
      { functionCall: { id: 'fc-1', name: 'add', args: { a: 1 } }, thoughtSignature },
      { functionCall: { name: 'add', args: { a: 2 } } },
    ];
    server.answer = (call) => call.raw({ body: withParts(parts) });
    const first = await ask({ tools: [add] });
    const tool_calls = first.ok ? first.completion.tool_calls : [];
    expect(tool_calls.map(({ id }) => id)).toEqual(['fc-1', 'call00001']);
    await ask({
      tools: [add],
      messages: [
        ...question.messages,
        { role: 'assistant', content: '', tool_calls },
        ...tool_calls.map(({ id }) => ({ role: 'tool' as const, content: '3', tool_call_id: id })),
      ],
    });
    const response = { result: '3' };
    expect(server.calls[1]?.body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'Hi.' }] },
      { role: 'model', parts },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'fc-1', name: 'add', response } },
          { functionResponse: { name: 'add', response } },
        ],
      },
    ]);
  });
});

describe('an answer of a google-genai server', () => {
  it('counts thinking as a part of what came out', async () => {
    const { server, ask } = await open();
    const usageMetadata = {
      promptTokenCount: 10,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 40,
      totalTokenCount: 55,
    };
    server.answer = (call) => call.raw({ body: withParts([{ text: 'Hallo.' }], 'STOP', { usageMetadata }) });
    expect((await ask()).usage).toMatchObject({
      input_tokens: 10,
      output_tokens: 45,
      reasoning_tokens: 40,
      total_tokens: 55,
    });
  });

  it('tells a prompt that was blocked as a refusal', async () => {
    const { server, ask } = await open();
    const promptFeedback = { blockReason: 'PROHIBITED_CONTENT' };
    server.answer = (call) =>
      call.raw({ body: JSON.stringify({ promptFeedback, usageMetadata: { promptTokenCount: 10 } }) });
    expect(await ask()).toMatchObject({
      ok: true,
      completion: { text: '', refusal: 'the prompt was blocked (PROHIBITED_CONTENT)' },
      usage: { input_tokens: 10, output_tokens: 0 },
    });
  });

  it('tells a prompt that was blocked as a refusal in a stream, too', async () => {
    const { server, stream } = await open();
    const event = { promptFeedback: { blockReason: 'SAFETY' } };
    server.answer = (call) =>
      call.raw({ headers: streamHeaders(googleWire), body: `data: ${JSON.stringify(event)}\n\n` });
    expect(await stream().outcome).toMatchObject({
      ok: true,
      completion: { refusal: 'the prompt was blocked (SAFETY)' },
    });
  });

  it('tells an answer that was withheld as a refusal', async () => {
    const { server, ask } = await open();
    server.answer = (call) => call.raw({ body: withParts([], 'RECITATION') });
    expect(await ask()).toMatchObject({
      ok: true,
      completion: { refusal: 'the answer was withheld (RECITATION)', finish_reason: 'RECITATION' },
    });
  });

  it('that ended for another reason without a word is empty, and says which', async () => {
    const { server, ask } = await open();
    server.answer = (call) => call.raw({ body: withParts([], 'MALFORMED_FUNCTION_CALL') });
    expect(await ask()).toMatchObject({
      ok: false,
      error: {
        code: 'empty_answer',
        attempts: 3,
        message: expect.stringContaining('MALFORMED_FUNCTION_CALL'),
      },
    });
  });

  it('with a part of another kind is refused', async () => {
    const { server, ask } = await open({ services: { retry: { attempts: 1, max_delay: 0 } } });
    server.answer = (call) => call.raw({ body: withParts([{ executableCode: { code: 'x' } }]) });
    expect(await ask()).toMatchObject({
      ok: false,
      error: { code: 'malformed_answer', message: expect.stringContaining('`executableCode`') },
    });
  });
});

describe('an error of a google-genai server', () => {
  const errorOf = (code: number, details: readonly JsonObject[]) => ({
    error: { code, message: 'API key not valid. Please pass a valid API key.', status: 'X', details },
  });

  it('tells a rejected key by a 400', async () => {
    const { server, ask } = await open();
    const body = errorOf(400, [{ reason: 'API_KEY_INVALID', domain: 'googleapis.com' }]);
    server.answer = (call) => call.fail(400, { body });
    expect(await ask()).toMatchObject({
      ok: false,
      error: {
        code: 'rejected_key',
        scope: 'run',
        status: 400,
        message: expect.stringMatching(/rejected the API key in `TEST_API_KEY` \(400: API key not valid/),
      },
    });
  });

  it('tells the pause of a 429 in its body', async () => {
    const { server, ask, paced } = await open();
    const answers = [errorOf(429, [{ '@type': 'RetryInfo', retryDelay: '34.074s' }]), undefined];
    server.answer = (call) => {
      const body = answers.shift();
      if (body === undefined) call.raw({ body: withParts([{ text: 'Hallo.' }]) });
      else call.fail(429, { body });
    };
    expect(await ask()).toMatchObject({ ok: true });
    expect(paced).toContain('limited 34074');
  });
});

describe('an image of a google-genai request', () => {
  it('may be fetched by the provider', async () => {
    const { server, ask } = await open();
    server.answer = (call) => call.raw({ body: withParts([{ text: 'A cat.' }]) });
    const image_url = 'https://example.com/cat.png';
    await ask({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url }] }] });
    expect(server.calls[0]?.body['contents']).toEqual([
      { role: 'user', parts: [{ fileData: { fileUri: image_url } }] },
    ]);
  });
});
