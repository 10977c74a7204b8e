import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { InMemoryCache } from '@langchain/core/caches';
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import type { AIMessageChunk } from '@langchain/core/messages';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import { completionBody, streamEvents } from '../support/fake-server.ts';
import type { FakeCall, FakeCompletion } from '../support/fake-server.ts';
import { openRig } from './rig.ts';
import { openStock, runApart } from './stock.ts';

// Why the stock class's transport, defaults and readings are not used: each hazard is shown on it, and then that a call
// of ours does not have it. Where the stock half of one fails after an upgrade, the seam may have become thinner.

const bodiesOf = (calls: readonly FakeCall[]): readonly JsonObject[] => calls.map(({ body }) => body);
const eventStream = { 'content-type': 'text/event-stream' };
const sendEvents = (events: readonly string[]) => (call: FakeCall) =>
  call.raw({ headers: eventStream, body: events.join('') });
const chunk = (delta: JsonObject, finish_reason: JsonValue = null): JsonObject => ({
  id: 'cmpl-fake',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason }],
});

describe('hazard 1: a broken answer', () => {
  const broken: readonly [string, (call: FakeCall) => void, string, string][] = [
    ['broken JSON', (call) => call.raw({ body: '{"choices":[' }), 'SyntaxError', 'malformed_answer'],
    ['an empty body', (call) => call.raw({ body: '' }), 'SyntaxError', 'malformed_answer'],
    ['a connection cut inside the body', (call) => call.drop('inside'), 'TypeError: terminated', 'cut_body'],
  ];

  it.each(broken)('ends the process of the stock class: %s', async (_what, act, thrown) => {
    const { server } = await openStock();
    server.answer = act;
    const { exitCode, output } = await runApart(`
      import { ChatMistralAI } from '@langchain/mistralai';
      const model = new ChatMistralAI({ apiKey: 'test-key', serverURL: '${server.url}', maxRetries: 0 });
      await model.invoke('Hi.').catch(() => console.log('caught'));
    `);
    expect(exitCode).toBe(1);
    expect(output).toContain('caught');
    expect(output).toContain(thrown);
  });

  it.each(broken)('is told by ours: %s', async (_what, act, _thrown, code) => {
    const { server, ask } = await openRig();
    server.answer = act;
    expect(await ask()).toMatchObject({ ok: false, error: { code } });
  });
});

describe('hazard 2: a signal', () => {
  it('makes the stock class stream, and its abort passes for the end of the answer', async () => {
    const { server, model } = await openStock();
    const stop = new AbortController();
    const told = new Promise<void>((resolve) => {
      model.callbacks = [{ awaitHandlers: true, handleLLMNewToken: () => resolve() }];
    });
    const answer = model.invoke('Hi.', { signal: stop.signal });
    const call = await server.nextCall();
    expect(call.body).toMatchObject({ stream: true });
    const stream = call.startStream();
    await stream.event(chunk({ content: 'Hel' }));
    await told;
    stop.abort();
    // Nobody has ended the request: the server can go on.
    await stream.event(chunk({ content: 'lo' }));
    const { content, usage_metadata } = await answer;
    expect({ content, usage_metadata }).toEqual({ content: 'Hel', usage_metadata: undefined });
  });

  it('ends a request of ours, whole or streamed, as aborted', async () => {
    const rig = await openRig();
    const stop = new AbortController();
    const whole = rig.ask({}, stop.signal);
    const wholeCall = await rig.server.nextCall();
    const streamed = rig.stream({}, stop.signal);
    const streamedCall = await rig.server.nextCall();
    expect(wholeCall.body).not.toHaveProperty('stream');
    await streamedCall.startStream().event(chunk({ content: 'Hel' }));
    await streamed.next();
    stop.abort();
    for (const outcome of [await whole, await streamed.outcome])
      expect(outcome).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(await Promise.all([wholeCall.ended, streamedCall.ended])).toEqual(['closed', 'closed']);
  });
});

describe('hazard 3: a stream', () => {
  const called = (call: JsonObject, text: string): string => {
    const piece = { index: 0, ...call, function: { name: call['id'] ? 'save' : '', arguments: text } };
    return `data: ${JSON.stringify(chunk({ tool_calls: [piece] }))}\n\n`;
  };
  const ends = streamEvents({ tool_calls: [] }).slice(-2);
  const cutArguments = [called({ id: 'D681PevKs' }, '{"name":"Ann","age":')];
  const splitArguments = [called({ id: 'D681PevKs' }, '{"name":'), called({}, '"Ann"}'), ...ends];
  const cutText = streamEvents({ content: 'Do not pay the invoice' }).slice(0, 3);

  it('with arguments cut short is a valid call to the stock class', async () => {
    const { server, model } = await openStock({ streaming: true });
    server.answer = sendEvents(cutArguments);
    expect((await model.invoke('Hi.')).tool_calls).toMatchObject([{ name: 'save', args: { name: 'Ann' } }]);
  });

  it('with arguments in two pieces is two calls to the stock class, both wrong', async () => {
    const { server, model } = await openStock({ streaming: true });
    server.answer = sendEvents(splitArguments);
    const { tool_calls, invalid_tool_calls } = await model.invoke('Hi.');
    expect(tool_calls).toMatchObject([{ name: 'save', args: {} }]);
    expect(tool_calls?.[0]?.args).toEqual({});
    expect(invalid_tool_calls).toMatchObject([{ args: '"Ann"}' }]);
  });

  it('without an end is a whole answer to the stock class', async () => {
    const { server, model } = await openStock({ streaming: true });
    server.answer = sendEvents(cutText);
    expect((await model.invoke('Hi.')).content).toBe('Do not ');
  });

  it.each([
    ['with arguments cut short', cutArguments],
    ['without an end', cutText],
  ])('%s fails with ours', async (_how, events) => {
    const { server, stream } = await openRig();
    server.answer = sendEvents(events);
    expect(await stream().outcome).toMatchObject({ ok: false, error: { code: 'cut_body', attempts: 3 } });
  });

  it('with arguments in two pieces is one call with ours', async () => {
    const { server, stream } = await openRig();
    server.answer = sendEvents(splitArguments);
    expect(await stream().outcome).toMatchObject({
      ok: true,
      completion: { tool_calls: [{ id: 'D681PevKs', name: 'save', arguments: '{"name":"Ann"}' }] },
    });
  });
});

describe('hazard 4: a time-out', () => {
  it('of the SDK beneath the stock class is lost with the garbage', async () => {
    const { server } = await openStock();
    server.answer = (call) => call.hang();
    // The timers of one process fire in their order, so what is still pending at the end was never timed out.
    const { output } = await runApart(
      `
      import { setTimeout } from 'node:timers/promises';
      import { Mistral } from '@mistralai/mistralai';
      const client = new Mistral({ apiKey: 'test-key', serverURL: '${server.url}', timeoutMs: 500 });
      let state = 'pending';
      const messages = [{ role: 'user', content: 'Hi.' }];
      client.chat.complete({ model: 'm', messages }).catch((error) => { state = error.name; });
      for (let n = 0; n < 60; n += 1) { gc(); await setTimeout(20); }
      console.log(state);
      process.exit();
    `,
      ['--expose-gc'],
    );
    expect(output).toBe('pending');
  });

  it('of ours is not', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const { server, ask } = await openRig({
      settings: { timeout: 200 },
      services: { retry: { attempts: 1, max_delay: 0 } },
    });
    server.answer = (call) => call.hang();
    const collecting = setInterval(collectGarbage, 20);
    const outcome = await ask();
    clearInterval(collecting);
    expect(outcome).toMatchObject({ ok: false, error: { code: 'timed_out' } });
  });
});

describe('hazard 5: retries', () => {
  it('of the stock class leave a 429 without Retry-After and repeat a 422', async () => {
    const { server, model } = await openStock({ maxRetries: 1 });
    server.answer = (call) => call.fail(429);
    await expect(model.invoke('Hi.')).rejects.toThrow('429');
    expect(server.calls.length).toBe(1);
    server.answer = (call) => call.fail(422);
    await expect(model.invoke('Hi.')).rejects.toThrow('Field required');
    expect(server.calls.length).toBe(1 + 2);
  });

  it('of ours wait out the 429 and leave the 422', async () => {
    const { server, ask, paced } = await openRig();
    const outcome = ask();
    (await server.nextCall()).fail(429);
    (await server.nextCall()).reply();
    expect((await outcome).ok).toBe(true);
    expect(paced).toContain('limited null');
    server.answer = (call) => call.fail(422);
    expect(await ask()).toMatchObject({ ok: false, error: { code: 'invalid_request', attempts: 1 } });
  });
});

describe('hazard 6: an answer that is not of the form asked for', () => {
  const schema = { type: 'object', required: ['topic'], properties: { topic: { enum: ['order'] } } };
  const asObject = JSON.stringify(
    completionBody({ tool_calls: [{ name: 'ticket', arguments: '{}' }] }),
  ).replace('"{}"', '{"topic":"order"}');

  it.each<[string, (call: FakeCall) => void, JsonValue | undefined]>([
    ['no call', (call) => call.reply('Gladly!'), undefined],
    ['another tool', (call) => call.reply({ tool_calls: [{ name: 'x', arguments: {} }] }), undefined],
    [
      'broken arguments',
      (call) => call.reply({ tool_calls: [{ name: 'ticket', arguments: '{"topic":' }] }),
      undefined,
    ],
    ['arguments as an object', (call) => call.raw({ body: asObject }), undefined],
    [
      'arguments against the schema',
      (call) => call.reply({ tool_calls: [{ name: 'ticket', arguments: { topic: 7 } }] }),
      { topic: 7 },
    ],
  ])('is an answer to the stock class: %s', async (_what, act, expected) => {
    const { server, model } = await openStock();
    server.answer = act;
    const answer = await model.withStructuredOutput(schema, { name: 'ticket' }).invoke('Hi.');
    expect(answer).toEqual(expected);
  });

  it.each<[string, (call: FakeCall) => void, JsonObject]>([
    ['no call', (call) => call.reply('Gladly!'), { text: 'Gladly!', tool_calls: [] }],
    [
      'another tool',
      (call) => call.reply({ tool_calls: [{ name: 'x', arguments: {} }] }),
      { tool_calls: [{ id: 'call00000', name: 'x', arguments: '{}' }] },
    ],
    [
      'broken arguments',
      (call) => call.reply({ tool_calls: [{ name: 'ticket', arguments: '{"topic":' }] }),
      { tool_calls: [{ id: 'call00000', name: 'ticket', arguments: '{"topic":' }] },
    ],
    [
      'arguments as an object',
      (call) => call.raw({ body: asObject }),
      { tool_calls: [{ id: 'call00000', name: 'ticket', arguments: '{"topic":"order"}' }] },
    ],
  ])('comes to a step of ours as it is, to be judged there: %s', async (_what, act, completion) => {
    const { server, ask } = await openRig();
    server.answer = act;
    expect(await ask()).toMatchObject({ ok: true, completion });
  });
});

describe('hazard 7: a cache', () => {
  it('of LangChain’s gives the answer of another model', async () => {
    const cache = new InMemoryCache();
    const large = await openStock({ cache, model: 'mistral-large-latest', temperature: 0 });
    const small = await openStock({ cache, model: 'mistral-small-latest', temperature: 1 });
    large.server.answer = (call) => call.reply('I am large.');
    await large.model.invoke('Who are you?');
    expect((await small.model.invoke('Who are you?')).content).toBe('I am large.');
    expect(small.server.calls).toEqual([]);
  });

  it('is not behind our calls', async () => {
    const answers: unknown[] = [];
    for (const name of ['mistral-large-latest', 'mistral-small-latest']) {
      const { server, ask } = await openRig({ settings: { name } });
      server.answer = (call) => call.reply(`I am ${JSON.stringify(call.body['model'])}.`);
      answers.push(await ask(), await ask());
      expect(server.calls.length).toBe(2);
    }
    expect(answers.map((answer) => (answer as { completion: { text: string } }).completion.text)).toEqual([
      'I am "mistral-large-latest".',
      'I am "mistral-large-latest".',
      'I am "mistral-small-latest".',
      'I am "mistral-small-latest".',
    ]);
  });
});

describe('hazard 8: usage', () => {
  const usage = {
    prompt_tokens: 200,
    completion_tokens: 50,
    total_tokens: 250,
    prompt_tokens_details: { cached_tokens: 128 },
    completion_tokens_details: { reasoning_tokens: 30 },
  };
  const { choices, ...rest } = completionBody({ usage });
  const choice = (choices as readonly JsonObject[])[0] ?? {};
  const twice = JSON.stringify({ ...rest, choices: [choice, { ...choice, index: 1 }] });

  it('is told by halves, doubled or not at all by the stock class', async () => {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply({ usage });
    const whole = { input_tokens: 200, output_tokens: 50, total_tokens: 250 };
    expect((await model.invoke('Hi.')).usage_metadata).toEqual(whole);

    server.answer = (call) => call.raw({ body: twice });
    const { generations } = await model.generate([[new HumanMessage('Hi.')]]);
    const told = generations.flat().map((one) => (one as { message?: AIMessage }).message?.usage_metadata);
    expect(told).toEqual([whole, whole]);

    server.answer = (call) => call.reply({ usage: null });
    await expect(model.invoke('Hi.')).rejects.toThrow('Response validation failed');
  });

  it('is told whole and once by ours, and as unknown where it is', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.raw({ body: twice });
    expect(await ask()).toMatchObject({
      usage: {
        requests: 1,
        input_tokens: 200,
        cached_input_tokens: 128,
        output_tokens: 50,
        reasoning_tokens: 30,
        total_tokens: 250,
      },
    });
    server.answer = (call) => call.reply({ usage: null });
    expect(await ask()).toMatchObject({ ok: true, usage: { total_tokens: null, unmetered_requests: 1 } });
  });

  it('comes with a model’s name repeated from a stream of the stock class, with ours once', async () => {
    const { server, model } = await openStock();
    const completion: FakeCompletion = { content: 'One two three', model: 'm' };
    server.answer = (call) => call.replyStream(completion);
    let whole: AIMessageChunk | undefined;
    for await (const piece of await model.stream('Hi.')) whole = whole?.concat(piece) ?? piece;
    expect(whole?.response_metadata['model']).toMatch(/^mm+$/);

    const rig = await openRig();
    rig.server.answer = (call) => call.replyStream(completion);
    expect(await rig.stream().outcome).toMatchObject({
      completion: { model: 'm', finish_reason: 'stop' },
      usage: { total_tokens: 20 },
    });
  });
});

describe('hazard 9: parameters', () => {
  it('that nobody set are sent by the stock class, and some that were set are not', async () => {
    const { server, model } = await openStock({ stop: ['END'], temperature: null } as object);
    server.answer = (call) => call.reply();
    await model.invoke('Hi.');
    expect(bodiesOf(server.calls)).toMatchObject([{ temperature: 0.7, top_p: 1, safe_prompt: false }]);
    expect(server.calls[0]?.body).not.toHaveProperty('stop');
  });

  it('of ours are sent as they are set, and no other', async () => {
    const { server, ask } = await openRig({ settings: { parameters: { stop: ['END'] } } });
    server.answer = (call) => call.reply();
    await ask();
    expect(bodiesOf(server.calls)).toEqual([
      { model: 'mistral-small-latest', stop: ['END'], messages: [{ role: 'user', content: 'Hi.' }] },
    ]);
  });
});

describe('hazard 10: a JSON Schema as the response format', () => {
  const schema = { type: 'object', required: ['topic'], properties: { topic: { type: 'string' } } };
  const json_schema = { name: 'ticket', schema };

  it('is lost by the stock class, or becomes a tool', async () => {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply('{}');
    await model.invoke('Hi.', { response_format: { type: 'json_schema', json_schema } as never });
    await model.withStructuredOutput(schema, { name: 'ticket', method: 'jsonSchema' }).invoke('Hi.');
    const [asked, structured] = bodiesOf(server.calls);
    expect(JSON.stringify(asked?.['response_format'])).not.toContain('topic');
    expect(structured).toMatchObject({ tools: [{ function: { name: 'ticket' } }], tool_choice: 'any' });
    expect(structured).not.toHaveProperty('response_format');
  });

  it('is sent by ours', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.reply('{}');
    await ask({ response_format: { type: 'json_schema', ...json_schema } });
    expect(bodiesOf(server.calls)).toMatchObject([{ response_format: { type: 'json_schema', json_schema } }]);
    expect(server.calls[0]?.body).not.toHaveProperty('tools');
  });
});

describe('hazard 11: messages', () => {
  it('with thinking cannot be sent by the stock class', async () => {
    const { server, model } = await openStock();
    const thinking = { type: 'thinking', thinking: 'One and two.' };
    const answer = new AIMessage({ content: [thinking, { type: 'text', text: '3' }] });
    await expect(model.invoke([new HumanMessage('1 + 2?'), answer])).rejects.toThrow('Mistral only supports');
    expect(server.calls).toEqual([]);
  });

  it('are changed by the stock class: ids, texts, calls, prefixes', async () => {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply();
    await model.invoke([
      new HumanMessage('1 + 2?'),
      new AIMessage({
        content: 'Let me add.',
        tool_calls: [
          { id: 'call_abc', name: 'add', args: { a: 1 } },
          { id: 'call_def', name: 'now', args: {} },
        ],
      }),
      new ToolMessage({ content: '3', tool_call_id: 'call_abc' }),
    ]);
    await model.invoke(
      [new HumanMessage('Hi.'), new AIMessage({ content: 'So', additional_kwargs: { prefix: true } })],
      { prompt_cache_key: 'ticket-triage' } as object,
    );
    const [tools, prefix] = bodiesOf(server.calls);
    const text = JSON.stringify(tools);
    for (const lost of ['call_abc', 'call_def', 'now', 'Let me add.']) expect(text).not.toContain(lost);
    expect(JSON.stringify(prefix)).not.toMatch(/"prefix":true|ticket-triage/);
  });

  it('of every kind are sent by ours as they are', async () => {
    const { server, ask } = await openRig({
      settings: { parameters: { prompt_cache_key: 'ticket-triage' } },
    });
    server.answer = (call) => call.reply();
    const outcome = await ask({
      messages: [
        { role: 'user', content: '1 + 2?' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'One and two.' },
            { type: 'text', text: 'Let me add.' },
          ],
          tool_calls: [
            { id: 'call_abc', name: 'add', arguments: '{"a": 1}' },
            { id: 'call_def', name: 'now', arguments: '{}' },
          ],
        },
        { role: 'tool', content: '3', tool_call_id: 'call_abc' },
        { role: 'assistant', content: 'So', prefix: true },
      ],
    });
    expect(outcome.ok).toBe(true);
    expect(bodiesOf(server.calls)).toEqual([
      {
        model: 'mistral-small-latest',
        prompt_cache_key: 'ticket-triage',
        messages: [
          { role: 'user', content: '1 + 2?' },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'One and two.' }] },
              { type: 'text', text: 'Let me add.' },
            ],
            tool_calls: [
              { id: 'call_abc', type: 'function', function: { name: 'add', arguments: '{"a": 1}' } },
              { id: 'call_def', type: 'function', function: { name: 'now', arguments: '{}' } },
            ],
          },
          { role: 'tool', content: '3', tool_call_id: 'call_abc' },
          { role: 'assistant', content: 'So', prefix: true },
        ],
      },
    ]);
  });
});

describe('hazard 12: tools', () => {
  const parameters = { type: 'object', properties: { a: { type: 'number' } } };

  it('are taken by the stock class in some forms, and the name of one goes out bare', async () => {
    const { server, model } = await openStock();
    server.answer = (call) => call.reply();
    expect(() => model.bindTools([{ name: 'add', description: 'Adds', parameters }])).toThrow(
      'Unknown tool type',
    );
    const tool = { type: 'function', function: { name: 'add', parameters } };
    await model.bindTools([tool], { tool_choice: 'add' as never }).invoke('Hi.');
    expect(bodiesOf(server.calls)).toMatchObject([{ tool_choice: 'add' }]);
  });

  it('of ours go out in Mistral’s form', async () => {
    const { server, ask } = await openRig();
    server.answer = (call) => call.reply();
    await ask({ tools: [{ name: 'add', description: 'Adds', parameters }], tool_choice: 'add' });
    expect(bodiesOf(server.calls)).toMatchObject([
      {
        tools: [{ type: 'function', function: { name: 'add', description: 'Adds', parameters } }],
        tool_choice: { type: 'function', function: { name: 'add' } },
      },
    ]);
  });
});
