import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import type { Message, ModelRequest } from '../../src/models/contract.ts';
import { mistralai } from '../../src/models/mistralai.ts';
import { openRig, question } from './rig.ts';

const settings = {
  provider: 'mistralai',
  name: 'mistral-large-latest',
  parameters: {},
  timeout: 60_000,
  idle_timeout: 30_000,
};
const bodyOf = (request: Partial<ModelRequest>) => mistralai.body(settings, { ...question, ...request });
const wired = (message: Message) => (bodyOf({ messages: [message] })['messages'] as JsonValue[])[0];

describe('the body of a request', () => {
  it('holds the model and the messages, and no default', () => {
    expect(bodyOf({})).toEqual({
      model: 'mistral-large-latest',
      messages: [{ role: 'user', content: 'Hi.' }],
    });
  });

  it("sends the conversation of LangChain's page on ChatMistralAI", () => {
    const messages: Message[] = [
      { role: 'system', content: 'You are a helpful assistant that translates English to German.' },
      { role: 'user', content: 'I love programming.' },
    ];
    expect(mistralai.body({ ...settings, parameters: { temperature: 0 } }, { messages })).toEqual({
      model: 'mistral-large-latest',
      temperature: 0,
      messages: [
        { role: 'system', content: 'You are a helpful assistant that translates English to German.' },
        { role: 'user', content: 'I love programming.' },
      ],
    });
  });

  // What is set in the file, and nothing else, is what arrives.
  const parameters: { readonly [name: string]: readonly JsonValue[] } = {
    temperature: [0, 0.7, 1.5],
    top_p: [0.9, 1],
    max_tokens: [1, 800],
    random_seed: [0, 42],
    stop: ['END', ['\n\n', '---']],
    presence_penalty: [-2, 0, 0.5],
    frequency_penalty: [-2, 0, 0.5],
    safe_prompt: [true, false],
    parallel_tool_calls: [true, false],
    reasoning_effort: ['high', 'none'],
    prompt_cache_key: ['ticket-triage'],
    prediction: [{ type: 'content', content: 'Dear customer,' }],
  };

  it('has every parameter of the provider in the table below', () => {
    expect(Object.keys(parameters).sort()).toEqual(Object.keys(mistralai.parameters).sort());
  });

  const cases = Object.entries(parameters).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  );
  it.each(cases)('takes %s: %j to the wire, alone', async (name, value) => {
    const rig = await openRig({ settings: { parameters: { [name]: value } } });
    rig.server.answer = (call) => call.reply();
    await rig.ask();
    expect(rig.server.calls.map(({ rawBody }) => JSON.parse(rawBody) as JsonObject)).toEqual([
      { model: 'mistral-small-latest', [name]: value, messages: [{ role: 'user', content: 'Hi.' }] },
    ]);
  });

  it.each<[string, Message, JsonObject]>([
    ['a system message', { role: 'system', content: 'Be kind.' }, { role: 'system', content: 'Be kind.' }],
    ['an empty text', { role: 'user', content: '' }, { role: 'user', content: '' }],
    [
      'text and image parts',
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: 'data:image/png;base64,iVBO' },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: 'data:image/png;base64,iVBO' },
        ],
      },
    ],
    [
      'the beginning of an answer',
      { role: 'assistant', content: '{"topic":', prefix: true },
      { role: 'assistant', content: '{"topic":', prefix: true },
    ],
    [
      'tool calls beside their text, with ids and arguments as they came',
      {
        role: 'assistant',
        content: 'Let me look.',
        tool_calls: [{ id: 'call_abc_123', name: 'add', arguments: '{"a": 1}' }],
      },
      {
        role: 'assistant',
        content: 'Let me look.',
        tool_calls: [
          { id: 'call_abc_123', type: 'function', function: { name: 'add', arguments: '{"a": 1}' } },
        ],
      },
    ],
    [
      'a tool call that nothing answers yet',
      { role: 'assistant', content: '', tool_calls: [{ id: 'D681PevKs', name: 'now', arguments: '{}' }] },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'D681PevKs', type: 'function', function: { name: 'now', arguments: '{}' } }],
      },
    ],
    [
      'a tool result',
      { role: 'tool', content: '3', tool_call_id: 'D681PevKs' },
      { role: 'tool', content: '3', tool_call_id: 'D681PevKs' },
    ],
  ])('writes %s', (_what, message, expected) => {
    expect(wired(message)).toEqual(expected);
  });

  it('writes tools', () => {
    const parameters = { type: 'object', properties: { a: { type: 'number' } } };
    expect(
      bodyOf({
        tools: [
          { name: 'add', description: 'Adds', parameters },
          { name: 'now', parameters: true },
        ],
      })['tools'],
    ).toEqual([
      { type: 'function', function: { name: 'add', description: 'Adds', parameters } },
      { type: 'function', function: { name: 'now', parameters: { type: 'object' } } },
    ]);
  });

  it('leaves an empty list of tools out', () => {
    expect(bodyOf({ tools: [] })).not.toHaveProperty('tools');
  });

  it.each<[string, JsonValue]>([
    ['auto', 'auto'],
    ['any', 'any'],
    ['none', 'none'],
    ['required', 'required'],
    ['order_status', { type: 'function', function: { name: 'order_status' } }],
  ])('writes the tool choice %s', (tool_choice, expected) => {
    expect(bodyOf({ tool_choice })['tool_choice']).toEqual(expected);
  });

  it.each<[string, ModelRequest['response_format'], JsonValue]>([
    ['JSON mode', { type: 'json_object' }, { type: 'json_object' }],
    [
      'a JSON Schema',
      { type: 'json_schema', name: 'ticket', schema: { type: 'object' } },
      { type: 'json_schema', json_schema: { name: 'ticket', schema: { type: 'object' } } },
    ],
    [
      'a strict JSON Schema',
      { type: 'json_schema', name: 'ticket', schema: { type: 'object' }, strict: true },
      { type: 'json_schema', json_schema: { name: 'ticket', schema: { type: 'object' }, strict: true } },
    ],
  ])('writes %s as the response format', (_what, response_format, expected) => {
    expect(bodyOf(response_format === undefined ? {} : { response_format })['response_format']).toEqual(
      expected,
    );
  });

  it('changes nothing that it is given', () => {
    const request = Object.freeze({
      messages: Object.freeze([Object.freeze({ role: 'user', content: 'Hi.' } as const)]),
    });
    const first = mistralai.body(Object.freeze(settings), request);
    expect(mistralai.body(settings, request)).toEqual(first);
  });
});
