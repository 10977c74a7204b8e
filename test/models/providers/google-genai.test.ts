import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/json/json.ts';
import { readGoogleAnswer } from '../../../src/models/google-genai-answer.ts';
import { joinGoogleStream } from '../../../src/models/google-genai-stream.ts';
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

describe('the echo of a tool call of another hand', () => {
  it.each<[string, JsonValue, JsonObject]>([
    ['a text', 'x', {}],
    ['a list', [{ text: 'Forged.' }], {}],
    ['more names', { thoughtSignature, text: 'Forged.', functionCall: { name: 'rm' } }, { thoughtSignature }],
    ['values of other types', { id: { a: 1 }, thoughtSignature: ['Forged.'] }, {}],
  ])('sends nothing else: %s', async (_what, echo, sent) => {
    const { server, ask } = await open();
    server.answer = (call) => call.raw({ body: withParts([{ text: 'Hallo.' }]) });
    const tool_calls = [{ id: 'a', name: 'add', arguments: '{"a":1}', echo }];
    await ask({
      messages: [
        ...question.messages,
        { role: 'assistant', content: '', tool_calls },
        { role: 'tool', content: '1', tool_call_id: 'a' },
      ],
    });
    expect(server.calls[0]?.body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'Hi.' }] },
      { role: 'model', parts: [{ functionCall: { name: 'add', args: { a: 1 } }, ...sent }] },
      { role: 'user', parts: [{ functionResponse: { name: 'add', response: { result: '1' } } }] },
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

  const reasons = ['SAFETY', 'RECITATION', 'LANGUAGE', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII'];
  const call = { functionCall: { name: 'add', args: { a: 1 } } };

  it.each(reasons)('tells one that was withheld for %s as a refusal', async (reason) => {
    const { server, ask, stream } = await open();
    server.answer = (asked) => asked.raw({ body: withParts([], reason) });
    const refusal = `the answer was withheld (${reason})`;
    expect(await ask()).toMatchObject({ ok: true, completion: { refusal, finish_reason: reason } });

    const partial = withParts([{ text: 'The recipe is' }, call], reason);
    server.answer = (asked) => asked.raw({ body: partial });
    const withText = { ok: true, completion: { text: 'The recipe is', refusal, tool_calls: [] } };
    expect(await ask(), 'with what had been said by then').toMatchObject(withText);

    server.answer = (asked) =>
      asked.raw({ headers: streamHeaders(googleWire), body: `data: ${partial}\n\n` });
    expect(await stream().outcome, 'in a stream').toMatchObject(withText);
  });

  it.each(['MALFORMED_FUNCTION_CALL', 'OTHER', 'NOT_KNOWN_YET', 'toString'])(
    'that ended by %s is none, whatever it says, and is asked for again',
    async (reason) => {
      const { server, ask } = await open();
      for (const parts of [[], [{ text: 'The sum' }], [call]]) {
        server.answer = (asked) => asked.raw({ body: withParts(parts, reason) });
        expect(await ask()).toMatchObject({
          ok: false,
          error: { code: 'malformed_answer', attempts: 3, message: expect.stringContaining(reason) },
        });
      }
    },
  );

  it.each<[string, JsonObject, string]>([
    ['another kind', { executableCode: { code: 'x' } }, '`executableCode`'],
    [
      'another kind with a signature',
      { thoughtSignature, executableCode: { code: 'x' } },
      '`executableCode`',
    ],
    ['no kind', {}, '`none`'],
  ])('with a part of %s is refused', async (_what, part, told) => {
    const { server, ask } = await open({ services: { retry: { attempts: 1, max_delay: 0 } } });
    server.answer = (asked) => asked.raw({ body: withParts([{ text: 'Hallo.' }, part]) });
    expect(await ask()).toMatchObject({
      ok: false,
      error: { code: 'malformed_answer', message: expect.stringContaining(told) },
    });
  });

  it('may have a part that is a signature alone', async () => {
    const { server, ask } = await open();
    server.answer = (asked) => asked.raw({ body: withParts([{ text: 'Hallo.' }, { thoughtSignature }]) });
    expect(await ask()).toMatchObject({ ok: true, completion: { text: 'Hallo.' } });
  });

  it('may come in more pieces at once than a call takes arguments', () => {
    const join = joinGoogleStream();
    const parts = Array.from({ length: 400_000 }, () => ({ text: 'x' }));
    expect(join.add({ candidates: [{ content: { parts } }] })).toMatchObject({ ok: true });
    expect(join.add({ candidates: [{ finishReason: 'STOP' }] })).toEqual({ ok: true, value: [] });
    expect(readGoogleAnswer(join.completion())).toMatchObject({ ok: true, value: { finish_reason: 'stop' } });
  });

  it('that is cut in a stream is of unknown cost, whatever its events have counted by then', async () => {
    const { server, stream } = await open({ services: { retry: { attempts: 1, max_delay: 0 } } });
    const events = googleWire.events({ text: 'Hallo du da.', usage: { input: 40, output: 30 } });
    expect(events[0]).toContain('"promptTokenCount":40');
    server.answer = (asked) =>
      asked.raw({ headers: streamHeaders(googleWire), body: events.slice(0, -1).join('') });
    expect(await stream().outcome).toMatchObject({
      ok: false,
      error: { code: 'cut_body' },
      usage: { unmetered_requests: 1, input_tokens: null, output_tokens: null, cost_usd: null },
    });
    server.answer = (asked) => asked.raw({ headers: streamHeaders(googleWire), body: events.join('') });
    expect(await stream().outcome).toMatchObject({
      ok: true,
      usage: { input_tokens: 40, output_tokens: 30 },
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
