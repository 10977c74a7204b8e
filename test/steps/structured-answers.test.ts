import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import type { CallOutcome, Completion, Message, ModelRequest, ToolCall } from '../../src/models/contract.ts';
import type { StepErrorCode } from '../../src/steps/step.ts';
import { structured } from '../../src/steps/structured.ts';
import { addUsage } from '../../src/usage/add.ts';
import { answered, compileStep, script, serverError, unanswered, usage } from './support.ts';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['topic'],
  properties: { topic: { enum: ['order', 'other'] }, id: { type: 'integer' } },
};

const scope = { input: { text: 'Where is it?' }, vars: {}, steps: {} };
const asked: Message = { role: 'user', content: 'As JSON: Where is it?' };

async function execute(spec: JsonObject, ...outcomes: readonly CallOutcome[]) {
  const asks: JsonObject = spec['messages'] === undefined ? { prompt: 'As JSON: {{input.text}}' } : {};
  const { program, mistakes } = await compileStep(structured, { ...asks, schema, ...spec });
  expect(mistakes).toEqual([]);
  const services = script(...outcomes);
  return { result: await program.execute(scope, services), requests: services.requests };
}

const called = (text: string, name = 'reply', id = 'c1'): ToolCall => ({ id, name, arguments: text });
const byCall = (...tool_calls: readonly ToolCall[]) => answered({ tool_calls, finish_reason: 'tool_calls' });
const byFunction = { method: 'function_calling' };

describe('the answer of a structured step', () => {
  it.each<[string, JsonObject, CallOutcome, JsonValue, string]>([
    ['json_schema', {}, answered('{"topic":"order"}'), { topic: 'order' }, 'stop'],
    ['json_mode', { method: 'json_mode' }, answered('{"topic":"order"}'), { topic: 'order' }, 'stop'],
    ['json_schema, in a fence', {}, answered('```json\n{"topic":"order",}\n```'), { topic: 'order' }, 'stop'],
    ['function_calling', byFunction, byCall(called('{"topic":"order"}')), { topic: 'order' }, 'tool_calls'],
    [
      'function_calling, with faults',
      byFunction,
      byCall(called("{'topic':'order'}")),
      { topic: 'order' },
      'tool_calls',
    ],
    ['a schema of lists', { schema: { type: 'array' } }, answered('[1]'), [1], 'stop'],
    ['a schema of texts', { schema: { type: 'string' } }, answered('"a"'), 'a', 'stop'],
  ])('by %s is its output', async (_name, spec, outcome, output, finish_reason) => {
    const { result } = await execute(spec, outcome);
    expect(result).toEqual({ ok: true, value: { output, tool_calls: [], finish_reason, usage } });
  });

  it('is data, whatever it says', async () => {
    const topic = '{{input.text}} $(rm -rf /) ../../x';
    const { result } = await execute({ schema: { type: 'object' } }, answered(JSON.stringify({ topic })));
    expect(result).toMatchObject({ value: { output: { topic } } });
  });

  it('fails as the call fails', async () => {
    const { result } = await execute({ repair: 3 }, unanswered);
    expect(result).toEqual({ ok: false, error: serverError });
  });

  it.each<[string, JsonObject, Partial<Completion>, StepErrorCode, string]>([
    [
      'a refusal',
      {},
      { text: '', refusal: 'I cannot help.' },
      'refused_answer',
      'the model refused to answer: I cannot help.',
    ],
    [
      'a refusal of the provider',
      {},
      { text: '{"topic":"order"}', finish_reason: 'content_filter' },
      'refused_answer',
      'the provider withheld the answer (finish reason `content_filter`)',
    ],
    [
      'a refusal beside a call',
      byFunction,
      { refusal: 'No.', tool_calls: [called('{"topic":"order"}')] },
      'refused_answer',
      'the model refused to answer: No.',
    ],
    [
      'an answer that was cut off',
      {},
      { text: '{"topic":"ord', finish_reason: 'length' },
      'cut_answer',
      'the answer was cut off before its end (finish reason `length`): raise `max_tokens` of the model',
    ],
    [
      'an answer that was cut off where it looks whole',
      {},
      { text: '{"topic":"order"}', finish_reason: 'length' },
      'cut_answer',
      'raise `max_tokens` of the model',
    ],
    [
      'arguments that were cut off',
      byFunction,
      { tool_calls: [called('{"topic":"order"}')], finish_reason: 'length' },
      'cut_answer',
      'raise `max_tokens` of the model',
    ],
    [
      'an answer for which the context is too short',
      {},
      { text: '{', finish_reason: 'model_length' },
      'cut_answer',
      'shorten the prompt, or take a model with a longer context',
    ],
    ["Google's word for it", {}, { text: '{', finish_reason: 'MAX_TOKENS' }, 'cut_answer', 'MAX_TOKENS'],
    ['no text', {}, { text: '' }, 'invalid_json', 'the answer is no JSON: it is empty'],
    [
      'a call where none could be made',
      {},
      { tool_calls: [called('{"id":1}', 'find')] },
      'wrong_tool',
      'the model called `find` where an answer was asked for',
    ],
    [
      'prose',
      {},
      { text: 'It is an order.' },
      'invalid_json',
      'the answer is no JSON: expected a value, found "It"',
    ],
    ['an end that is missing', {}, { text: '{"topic":"order"' }, 'invalid_json', 'found the end of the text'],
    [
      'another value',
      {},
      { text: '{"topic":"topik"}' },
      'schema_mismatch',
      'the answer does not fit the schema: `topic` must be one of "order", "other", found "topik"',
    ],
    [
      'another type',
      {},
      { text: '["order"]' },
      'schema_mismatch',
      'the answer does not fit the schema: the value must be an object, found a list',
    ],
    [
      'a number that would be rounded',
      {},
      { text: '{"topic":"order","id":12345678901234567890}' },
      'inexact_number',
      'the number 12345678901234567890 would become',
    ],
    [
      'text where a call was asked for',
      byFunction,
      { text: '{"topic":"order"}' },
      'no_tool_call',
      'the model answered without calling `reply`',
    ],
    [
      'a call of another function',
      byFunction,
      { tool_calls: [called('{"topic":"order"}', 'other')] },
      'wrong_tool',
      'the model called "other", where only `reply` could be called',
    ],
    [
      'another call beside it',
      byFunction,
      { tool_calls: [called('{"topic":"order"}'), called('{}', 'other', 'c2')] },
      'wrong_tool',
      'the model called "other"',
    ],
    [
      'two calls',
      byFunction,
      { tool_calls: [called('{"topic":"order"}'), called('{"topic":"other"}', 'reply', 'c2')] },
      'wrong_tool',
      'the model called `reply` 2 times, where one answer was asked for',
    ],
    [
      'arguments that are empty',
      byFunction,
      { tool_calls: [called('')] },
      'bad_tool_arguments',
      'the arguments of `reply` are no JSON object: it is empty',
    ],
    [
      'arguments that end too early',
      byFunction,
      { tool_calls: [called('{"topic":"order","id":')] },
      'bad_tool_arguments',
      'the arguments of `reply` are no JSON object: expected a value, found the end of the text',
    ],
    [
      'a list for arguments',
      byFunction,
      { tool_calls: [called('["order"]')] },
      'bad_tool_arguments',
      'are no JSON object',
    ],
    [
      'a text for arguments',
      byFunction,
      { tool_calls: [called('"{\\"topic\\":\\"order\\"}"')] },
      'bad_tool_arguments',
      'are no JSON object',
    ],
    [
      'null for arguments',
      byFunction,
      { tool_calls: [called('null')] },
      'bad_tool_arguments',
      'are no JSON object',
    ],
    [
      'arguments with another value',
      byFunction,
      { tool_calls: [called('{"topic":"topik"}')] },
      'schema_mismatch',
      '`topic` must be one of',
    ],
    [
      'arguments with a number that would be rounded',
      byFunction,
      { tool_calls: [called('{"topic":"order","id":9007199254740993}')] },
      'inexact_number',
      'the number 9007199254740993 would become 9007199254740992',
    ],
  ])('cannot be %s', async (_name, spec, completion, code, message) => {
    const { result, requests } = await execute(spec, answered({ request_id: 'r7', ...completion }));
    expect(requests).toHaveLength(1);
    expect(result).toEqual({
      ok: false,
      error: {
        code,
        message: expect.stringContaining(message) as string,
        status: null,
        attempts: 1,
        request_id: 'r7',
        scope: 'record',
        ...rawOf(completion),
      },
    });
  });

  it('fails with the requests of its call alone, and none where it came from elsewhere', async () => {
    const after = (requests: number): CallOutcome => ({
      ...answered('no'),
      usage: { ...usage, requests, retries: Math.max(0, requests - 1) },
    });
    const { result } = await execute({ repair: 2 }, after(1), after(1), after(4));
    expect(result).toMatchObject({ ok: false, error: { attempts: 4 } });
    expect((await execute({}, after(0))).result).toMatchObject({ ok: false, error: { attempts: 0 } });
  });

  it('is kept as it came, to a length', async () => {
    const { result } = await execute({}, answered('x'.repeat(5000)));
    expect(result).toMatchObject({
      ok: false,
      error: { raw: `${'x'.repeat(1999)}… (cut, 5,000 characters)` },
    });
  });

  it('is told of briefly, however many words the schema has', async () => {
    const words = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(60, 'x'));
    const { result } = await execute({ schema: { items: { enum: words } } }, answered('["a","b","c"]'));
    expect(result.ok ? 0 : result.error.message.length).toBe(1000);
  });

  it('is kept whole of several calls', async () => {
    const calls = [called('{"a":1}', 'other'), called('{"b":2}', 'another', 'c2')];
    const { result } = await execute(byFunction, byCall(...calls));
    expect(result).toMatchObject({ ok: false, error: { raw: '{"a":1}\n{"b":2}' } });
  });
});

/** What errors.jsonl keeps of a completion of one call at most, or of two. */
function rawOf({ text = '', refusal, tool_calls = [] }: Partial<Completion>): { readonly raw?: string } {
  const calls = tool_calls.map((call) => call.arguments).join('\n');
  const raw = tool_calls.length > 0 ? calls : text === '' ? (refusal ?? '') : text;
  return raw === '' ? {} : { raw };
}

describe('an answer that goes on from what was begun', () => {
  const begin = (content: string) => ({
    messages: [asked, { role: 'assistant', content, prefix: true }] as unknown as JsonValue,
  });

  it.each([
    ['repeats it', '{', '{"topic":"order"}'],
    ['does not repeat it', '{', '"topic":"order"}'],
    ['does not repeat a longer one', '{"topic":', '"order"}'],
    ['repeats words', 'Here it is: ', 'Here it is: {"topic":"order"}'],
    ['does not repeat words', 'Here it is: ', '{"topic":"order"}'],
    ['repeats a fence', '```json\n', '```json\n{"topic":"order"}\n```'],
    ['does not repeat a fence', '```json\n', '{"topic":"order"}\n```'],
    ['repeats a fence that a stop sequence ends', '```json\n', '```json\n{"topic":"order"}\n'],
  ])('%s', async (_name, begun, text) => {
    const { result } = await execute(begin(begun), answered(text));
    expect(result).toMatchObject({ ok: true, value: { output: { topic: 'order' } } });
  });

  it('may be begun in parts', async () => {
    const content = [
      { type: 'thinking', thinking: 'An order.' },
      { type: 'text', text: '{' },
    ];
    const messages = [asked, { role: 'assistant', content, prefix: true }] as unknown as JsonValue;
    const { result } = await execute({ messages }, answered('"topic":"order"}'));
    expect(result).toMatchObject({ ok: true, value: { output: { topic: 'order' } } });
  });

  it('is told of as it came where it cannot be read', async () => {
    const { result } = await execute(begin('{'), answered('{"topic":"topik"}'));
    expect(result).toMatchObject({ ok: false, error: { code: 'schema_mismatch', raw: '{"topic":"topik"}' } });
  });

  it.each([
    ['it repeats it', '{"topic":"topik"}', '{"topic":"topik"}'],
    ['it does not', '"topic":"topik"}', '{"topic":"topik"}'],
  ])('takes its place when it is asked for again, where %s', async (_name, text, replayed) => {
    const spec = { ...begin('{'), repair: 1 };
    const { result, requests } = await execute(spec, answered(text), answered('{"topic":"order"}'));
    expect(result).toMatchObject({ ok: true });
    expect(requests[1]?.messages).toEqual([
      asked,
      { role: 'assistant', content: replayed },
      { role: 'user', content: expect.stringContaining('This answer cannot be used:') as string },
    ]);
  });
});

describe('repair', () => {
  const wrong = '{"topic":"topik"}';
  const correction = [
    'This answer cannot be used:',
    '- `topic` must be one of "order", "other", found "topik"',
    'Answer again with the corrected JSON alone: no other words, no Markdown.',
  ].join('\n');

  it.each<[string, JsonObject, Omit<ModelRequest, 'messages'>]>([
    ['json_schema', {}, { response_format: { type: 'json_schema', name: 'reply', schema } }],
    ['json_mode', { method: 'json_mode' }, { response_format: { type: 'json_object' } }],
  ])('tells the model by %s what is wrong with its answer', async (_name, spec, format) => {
    const right = answered('{"topic":"order"}');
    const { result, requests } = await execute({ ...spec, repair: 1 }, answered(wrong), right);
    expect(requests).toEqual([
      { messages: [asked], ...format },
      {
        messages: [asked, { role: 'assistant', content: wrong }, { role: 'user', content: correction }],
        ...format,
      },
    ]);
    expect(result).toEqual({
      ok: true,
      value: {
        output: { topic: 'order' },
        tool_calls: [],
        finish_reason: 'stop',
        usage: addUsage(usage, usage),
      },
    });
  });

  const format = {
    tools: [{ name: 'reply', description: 'Gives the answer.', parameters: schema }],
    tool_choice: 'reply',
    parallel_tool_calls: false,
  };
  const again = 'Call `reply` again, once, with the corrected arguments.';

  it.each<[string, readonly ToolCall[], readonly ToolCall[], string]>([
    [
      'wrong arguments',
      [called(wrong)],
      [called(wrong)],
      '- `topic` must be one of "order", "other", found "topik"',
    ],
    ['no object', [called('[]')], [called('{}')], '- the arguments of `reply` are no JSON object'],
    [
      'arguments that only we can read',
      [called("{'topic':'topik'}")],
      [called('{}')],
      '- `topic` must be one of "order", "other", found "topik"',
    ],
    [
      'two calls',
      [called('{"topic":"order"}'), called('{"topic":"other"}', 'reply', 'c2')],
      [called('{"topic":"order"}'), called('{"topic":"other"}', 'reply', 'c2')],
      '- the model called `reply` 2 times, where one answer was asked for',
    ],
    [
      'calls with one id, and without any',
      [called('{}'), called('{}'), called('{}', 'reply', '')],
      [called('{}'), called('{}', 'reply', 'call00001'), called('{}', 'reply', 'call00002')],
      '- the model called `reply` 3 times, where one answer was asked for',
    ],
    [
      'another function',
      [called('{}', 'other', 'x-9')],
      [called('{}', 'other', 'x-9')],
      '- the model called "other", where only `reply` could be called',
    ],
    [
      'a function whose name no provider takes',
      [called('{}', 'reply it, {{now}}')],
      [called('{}', 'reply_it____now__')],
      '- the model called "reply it, {{now}}", where only `reply` could be called',
    ],
    [
      'a call with what its provider wants back',
      [{ ...called(''), echo: { signature: 'abc' } }],
      [{ ...called('{}'), echo: { signature: 'abc' } }],
      '- the arguments of `reply` are no JSON object: it is empty',
    ],
  ])('answers each call of %s with what is wrong', async (_name, tool_calls, told, problem) => {
    const wrongCalls = answered({ tool_calls, finish_reason: 'tool_calls' });
    const right = byCall(called('{"topic":"order"}'));
    const { result, requests } = await execute({ ...byFunction, repair: 2 }, wrongCalls, right);
    const content = ['This answer cannot be used:', problem, again].join('\n');
    expect(requests).toEqual([
      { messages: [asked], ...format },
      {
        messages: [
          asked,
          { role: 'assistant', content: '', tool_calls: told },
          ...told.map(({ id }) => ({ role: 'tool', content, tool_call_id: id })),
        ],
        ...format,
      },
    ]);
    expect(result).toMatchObject({ ok: true, value: { output: { topic: 'order' }, tool_calls: [] } });
  });

  it('tells no id twice, however often it asks', async () => {
    const again = byCall(called('[]'));
    const { requests } = await execute({ ...byFunction, repair: 2 }, again, again, again);
    const last = requests[2]?.messages ?? [];
    expect(last.flatMap(({ tool_calls = [] }) => tool_calls.map(({ id }) => id))).toEqual([
      'c1',
      'call00001',
    ]);
    expect(last.flatMap(({ tool_call_id = [] }) => tool_call_id)).toEqual(['c1', 'call00001']);
  });

  it.each<[string, JsonObject, Partial<Completion>, Message]>([
    [
      'a text',
      {},
      { text: wrong },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Hm.' },
          { type: 'text', text: wrong },
        ],
      },
    ],
    [
      'a call',
      byFunction,
      { tool_calls: [called(wrong)] },
      {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'Hm.' }],
        tool_calls: [called(wrong)],
      },
    ],
  ])('keeps what the model thought before %s', async (_name, spec, completion, turn) => {
    const thought = answered({ ...completion, thinking: 'Hm.' });
    const { requests } = await execute({ ...spec, repair: 1 }, thought, thought);
    expect(requests[1]?.messages[1]).toEqual(turn);
  });

  it('asks for a call where the model answered with text', async () => {
    const right = byCall(called('{"topic":"order"}'));
    const { requests } = await execute({ ...byFunction, repair: 1 }, answered('An order.'), right);
    expect(requests[1]?.messages).toEqual([
      asked,
      { role: 'assistant', content: 'An order.' },
      {
        role: 'user',
        content: `This answer cannot be used:\n- the model answered without calling \`reply\`\n${again}`,
      },
    ]);
  });

  it.each([
    ['by text', {}],
    ['by a function', byFunction],
  ])('sends no empty message back, %s', async (_name, spec) => {
    const empty = answered({ text: ' \n', thinking: 'Hm.' });
    const { requests } = await execute({ ...spec, repair: 1 }, empty, answered(''));
    expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['user', 'user']);
  });

  it('goes on with the whole conversation, as often as it may', async () => {
    const answers = ['no', wrong, '{}'].map((text) => answered(text));
    const { result, requests } = await execute({ repair: 2 }, ...answers);
    expect(requests.map(({ messages }) => messages.length)).toEqual([1, 3, 5]);
    expect(requests[2]?.messages.slice(0, 3)).toEqual(requests[1]?.messages);
    expect(requests[2]?.messages.slice(3)).toEqual([
      { role: 'assistant', content: wrong },
      { role: 'user', content: correction },
    ]);
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: 'schema_mismatch',
        message: 'the answer does not fit the schema: `topic` is missing',
        attempts: 1,
        raw: '{}',
      },
    });
  });

  it.each<[string, Partial<Completion>, StepErrorCode]>([
    ['refused', { refusal: 'No.' }, 'refused_answer'],
    ['cut off', { text: '{"topic":', finish_reason: 'length' }, 'cut_answer'],
  ])('does not ask for what was %s', async (_name, completion, code) => {
    const { result, requests } = await execute({ repair: 5 }, answered(completion));
    expect(requests).toHaveLength(1);
    expect(result).toMatchObject({ ok: false, error: { code, attempts: 1 } });
  });

  it('ends as its call fails', async () => {
    const { result, requests } = await execute({ repair: 5 }, answered(wrong), unanswered);
    expect(requests).toHaveLength(2);
    expect(result).toEqual({ ok: false, error: serverError });
  });
});
