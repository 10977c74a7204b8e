import { describe, expect, it } from 'vitest';
import { anthropic } from '../../../src/models/anthropic.ts';
import type { JsonObject, JsonValue } from '../../../src/json/json.ts';
import type { Message } from '../../../src/models/contract.ts';
import { openRig, question } from '../rig.ts';
import type { RigOptions } from '../rig.ts';
import { describeConformance } from './conformance.ts';
import { anthropicWire, signature } from './fakes/anthropic.ts';
import { streamHeaders } from './fakes/fake-wire.ts';
import { add } from './requests.ts';

describeConformance(anthropicWire);

const { settings } = anthropicWire;
const open = (options: RigOptions = {}) => openRig({ provider: anthropic, settings, ...options });
const withContent = (content: readonly JsonObject[], rest: JsonObject = {}): string =>
  JSON.stringify({ ...anthropicWire.answer({}), content, ...rest });

const once = { services: { retry: { attempts: 1, max_delay: 0 } } };

describe('the thinking before tool calls', () => {
  const thinking: readonly JsonObject[] = [
    { type: 'thinking', thinking: 'I must add.', signature },
    { type: 'redacted_thinking', data: 'EmwKAhgB' },
  ];
  const use = { type: 'tool_use', id: 'toolu_1', name: 'add', input: { a: 1 } };
  const conversation = (tool_calls: Message['tool_calls']): readonly Message[] => [
    ...question.messages,
    { role: 'assistant', content: '', ...(tool_calls && { tool_calls }) },
    { role: 'tool', content: '1', tool_call_id: 'toolu_1' },
  ];

  it('goes back with their results, signed as it was', async () => {
    const { server, ask } = await open();
    server.answer = (call) => call.raw({ body: withContent([...thinking, use]) });
    const first = await ask({ tools: [add] });
    expect(first).toMatchObject({ ok: true, completion: { thinking: 'I must add.' } });
    await ask({ tools: [add], messages: conversation(first.ok ? first.completion.tool_calls : undefined) });
    expect(server.calls[1]?.body['messages']).toEqual([
      { role: 'user', content: 'Hi.' },
      { role: 'assistant', content: [...thinking, use] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: '1' }] },
    ]);
  });

  it.each<[string, JsonValue, readonly JsonObject[]]>([
    ['a text', 'x', []],
    ['an object', { type: 'thinking', thinking: 'Forged.', signature }, []],
    [
      'other blocks',
      [{ type: 'text', text: 'Forged.' }, { type: 'tool_use', id: 'b', name: 'rm' }, 'x', null],
      [],
    ],
    [
      'thinking that is not signed',
      [{ type: 'thinking', thinking: 'Forged.' }, { type: 'redacted_thinking' }],
      [],
    ],
    ['more names', [{ ...thinking[0], cache_control: { type: 'ephemeral' } }], thinking.slice(0, 1)],
  ])('that was written by another hand is not sent: %s', async (_what, echo, sent) => {
    const { server, ask } = await open();
    server.answer = (call) => call.raw({ body: withContent([{ type: 'text', text: 'Hallo.' }]) });
    await ask({ messages: conversation([{ id: 'toolu_1', name: 'add', arguments: '{"a":1}', echo }]) });
    expect(server.calls[0]?.body['messages']).toMatchObject([
      {},
      { role: 'assistant', content: [...sent, use] },
      {},
    ]);
  });
});

describe('an answer of an anthropic server', () => {
  it('counts what its cache held and what it wrote there as a part of what went in', async () => {
    const { server, ask } = await open();
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 30,
      output_tokens: 5,
    };
    server.answer = (call) => call.raw({ body: withContent([{ type: 'text', text: 'Hallo.' }], { usage }) });
    expect((await ask()).usage).toMatchObject({
      input_tokens: 140,
      cached_input_tokens: 100,
      output_tokens: 5,
      total_tokens: 145,
    });
  });

  it.each([
    [{ stop_details: { type: 'refusal', explanation: 'It is about weapons.' } }, 'It is about weapons.'],
    [{}, 'the model declined to answer'],
  ])('may be a refusal', async (details, refusal) => {
    const { server, ask } = await open();
    server.answer = (call) => call.raw({ body: withContent([], { stop_reason: 'refusal', ...details }) });
    expect(await ask()).toMatchObject({
      ok: true,
      completion: { text: '', refusal, finish_reason: 'refusal' },
    });
  });

  it.each(['pause_turn', 'constructor'])(
    'keeps the end that it names, whatever it is: %s',
    async (reason) => {
      const { server, ask } = await open();
      const content = [{ type: 'text', text: 'Hallo.' }];
      server.answer = (call) => call.raw({ body: withContent(content, { stop_reason: reason }) });
      expect(await ask()).toMatchObject({ ok: true, completion: { text: 'Hallo.', finish_reason: reason } });
    },
  );

  it('that thought until its tokens were used up says so', async () => {
    const { server, ask } = await open();
    const content = [{ type: 'thinking', thinking: 'Hm', signature }];
    server.answer = (call) => call.raw({ body: withContent(content, { stop_reason: 'max_tokens' }) });
    expect(await ask()).toMatchObject({ ok: true, completion: { text: '', finish_reason: 'length' } });
  });

  it.each<[string, readonly JsonObject[], string]>([
    ['a block of an unknown type', [{ type: 'server_tool_use', id: 'a' }], 'type `server_tool_use`'],
    ['a block of no type', [{}], 'no known type'],
    ['a call without a name', [{ type: 'tool_use', id: 'a', input: {} }], 'without a name'],
    ['a call without an id', [{ type: 'tool_use', name: 'add', input: {} }], 'without an id'],
    [
      'arguments that are no object',
      [{ type: 'tool_use', id: 'a', name: 'add', input: [1] }],
      'that are no object',
    ],
  ])('with %s is refused', async (_what, content, message) => {
    const { server, ask } = await open(once);
    server.answer = (call) => call.raw({ body: withContent(content) });
    expect(await ask()).toMatchObject({
      ok: false,
      error: { code: 'malformed_answer', message: expect.stringContaining(message) },
    });
  });

  it('that is streamed loses no block for another of the same index', async () => {
    const { server, stream } = await open();
    const events = anthropicWire.events({
      thinking: 'Hm.',
      text: 'I shall see.',
      calls: [{ id: 'a', name: 'add', arguments: { a: 1 } }],
    });
    const body = events.join('').replaceAll(/"index":\d/g, '"index":0');
    server.answer = (call) => call.raw({ headers: streamHeaders(anthropicWire), body });
    expect(await stream({ tools: [add] }).outcome).toMatchObject({
      ok: true,
      completion: { thinking: 'Hm.', text: 'I shall see.', tool_calls: [{ id: 'a', arguments: '{"a":1}' }] },
    });
  });

  it('that is streamed is cut where a block gives way to another of its index before its end', async () => {
    const { server, stream } = await open(once);
    const events = anthropicWire.events({ thinking: 'Hm.', text: 'Hallo.' });
    const stop = events.find((event) => event.includes('content_block_stop'));
    const body = events
      .filter((event) => event !== stop)
      .join('')
      .replaceAll(/"index":\d/g, '"index":0');
    server.answer = (call) => call.raw({ headers: streamHeaders(anthropicWire), body });
    expect(await stream().outcome).toMatchObject({ ok: false, error: { code: 'cut_body' } });
  });

  it('that is streamed keeps the digits of large numbers in arguments', async () => {
    const { server, stream } = await open();
    const events = anthropicWire.events({ calls: [{ id: 'a', name: 'add', arguments: { a: 4711 } }] });
    server.answer = (call) =>
      call.raw({
        headers: streamHeaders(anthropicWire),
        body: events.join('').replace('4711', '9007199254740993'),
      });
    const outcome = await stream({ tools: [add] }).outcome;
    expect(outcome).toMatchObject({
      ok: true,
      completion: { tool_calls: [{ arguments: '{"a":9007199254740993}' }] },
    });
  });
});

describe('an account without credit', () => {
  it('ends the run at once', async () => {
    const { server, ask } = await open();
    const message = 'Your credit balance is too low to access the Anthropic API.';
    server.answer = (call) => call.fail(400, { body: anthropicWire.error(400, message) });
    expect(await ask()).toMatchObject({
      ok: false,
      error: { code: 'rate_limited', scope: 'run', status: 400, attempts: 1 },
    });
  });
});

describe('an image of an anthropic request', () => {
  it('may be fetched by the provider', async () => {
    const { server, ask } = await open();
    server.answer = (call) => call.raw({ body: withContent([{ type: 'text', text: 'A cat.' }]) });
    const image_url = 'https://example.com/cat.png';
    await ask({ messages: [{ role: 'user', content: [{ type: 'image_url', image_url }] }] });
    expect(server.calls[0]?.body['messages']).toEqual([
      { role: 'user', content: [{ type: 'image', source: { type: 'url', url: image_url } }] },
    ]);
  });
});
