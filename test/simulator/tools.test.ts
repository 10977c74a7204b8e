import { describe, expect, it } from 'vitest';
import type { ChatCompletion } from '../../src/simulator/completion.ts';
import { ask, choiceOf, completionOf, refusalOf, textFor, tool, user } from './support.ts';

const order = tool('order_status', {
  type: 'object',
  additionalProperties: false,
  required: ['order_id'],
  properties: { order_id: { type: 'string', pattern: '^[A-Z]{2}\\d{4}$' } },
});
const convert = tool('convert', {
  type: 'object',
  additionalProperties: false,
  required: ['amount'],
  properties: { amount: { type: 'number', minimum: 5, maximum: 6 } },
});
const tools = [order, convert];

type Message = ChatCompletion['choices'][number]['message'];

function messageFor(fields: object): Message {
  return choiceOf(completionOf(ask(fields))).message;
}

const namesIn = ({ tool_calls }: Message) => (tool_calls ?? []).map((call) => call.function.name);

/** The conversation after the tools have answered a first request. */
function afterTools(fields: object = { tools }) {
  const { role, tool_calls } = messageFor(fields);
  const results = (tool_calls ?? []).map(({ id, function: { name } }) => ({
    role: 'tool',
    tool_call_id: id,
    name,
    content: `{"${name}":"ok"}`,
  }));
  return [user('I love programming.'), { role, content: '', tool_calls }, ...results];
}

describe('a call of a tool', () => {
  it('has the shape that Mistral gives it', () => {
    const { choices } = completionOf(ask({ tools: [order] }));
    expect(choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          content: '',
          tool_calls: [
            {
              id: expect.stringMatching(/^[A-Za-z0-9]{9}$/) as string,
              type: 'function',
              function: {
                name: 'order_status',
                arguments: expect.stringMatching(/^\{"order_id":"[A-Z]{2}\d{4}"\}$/) as string,
              },
              index: 0,
            },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ]);
  });

  it('costs the tokens of its names and arguments', () => {
    const { choices, usage } = completionOf(ask({ tools: [order] }));
    const [call] = choices[0]?.message.tool_calls ?? [];
    expect(call?.function.arguments).toHaveLength(21);
    expect(usage.completion_tokens).toBe(12);
  });

  it.each<[string, object, readonly string[]]>([
    ['every tool, side by side', { tools }, ['order_status', 'convert']],
    ['three of many tools', { tools: [...tools, tool('c'), tool('d')] }, ['order_status', 'convert', 'c']],
    ['tools where one must be', { tools, tool_choice: 'any' }, ['order_status', 'convert']],
    ['tools where one is required', { tools, tool_choice: 'required' }, ['order_status', 'convert']],
    ['tools where they may be', { tools, tool_choice: 'auto' }, ['order_status', 'convert']],
    [
      'the tool that is named',
      { tools, tool_choice: { type: 'function', function: { name: 'convert' } } },
      ['convert'],
    ],
    ['no tool where none may be', { tools, tool_choice: 'none' }, []],
    ['no tool where there is none', { tools: [] }, []],
    [
      'no tool to go on with a prefix',
      { tools, messages: [user('x'), { role: 'assistant', content: 'Dear', prefix: true }] },
      [],
    ],
    ['no tool after the results', { tools, messages: afterTools() }, []],
    [
      'a tool again after the results where one must be',
      { tools, tool_choice: 'any', messages: afterTools() },
      ['order_status', 'convert'],
    ],
    [
      'a tool again when the user asks again',
      { tools, messages: [...afterTools(), { role: 'assistant', content: 'Sent.' }, user('And the other?')] },
      ['order_status', 'convert'],
    ],
  ])('is made of %s', (_, fields, names) => {
    expect(namesIn(messageFor(fields))).toEqual(names);
  });

  it('is one at a time without parallel calls, now of this tool and now of that', () => {
    const called = Array.from({ length: 20 }, (_, index) =>
      namesIn(messageFor({ tools, parallel_tool_calls: false, messages: [user(`record ${index}`)] })),
    );
    expect(new Set(called.map(({ length }) => length))).toEqual(new Set([1]));
    expect(new Set(called.flat())).toEqual(new Set(['order_status', 'convert']));
  });

  it('is the same for the same request, and another for another', () => {
    const [one, same, other] = [{}, {}, { messages: [user('other')] }].map((fields) =>
      messageFor({ tools, ...fields }),
    );
    expect(same).toEqual(one);
    expect(other?.tool_calls?.[0]?.id).not.toBe(one?.tool_calls?.[0]?.id);
    expect(other?.tool_calls?.[0]?.function.arguments).not.toBe(one?.tool_calls?.[0]?.function.arguments);
  });

  it('has ids and arguments of its own among several', () => {
    const twice = messageFor({ tools: [order, order] }).tool_calls ?? [];
    expect(new Set(twice.map(({ id }) => id)).size).toBe(2);
    expect(new Set(twice.map(({ function: called }) => called.arguments)).size).toBe(2);
    expect(twice.map(({ index }) => index)).toEqual([0, 1]);
  });

  it('may be answered with its id', () => {
    expect(ask({ tools, messages: afterTools() }).counted).toBe('200');
  });

  it.each([
    [12, 'tool_calls', ['{"order_id":"']],
    [5, 'length', ['{"order_']],
    [3, 'length', ['']],
    [1, 'length', []],
    [0, 'length', []],
  ])('is cut at max_tokens %s', (max_tokens, finish_reason, begun) => {
    const completion = completionOf(ask({ tools: [order], max_tokens }));
    const choice = choiceOf(completion);
    expect(choice.finish_reason).toBe(finish_reason);
    const texts = (choice.message.tool_calls ?? []).map((call) => call.function.arguments);
    expect(texts.map((text, index) => text.startsWith(begun[index] ?? ''))).toEqual(begun.map(() => true));
    expect(completion.usage.completion_tokens).toBeLessThanOrEqual(max_tokens);
  });

  it('is refused where the tool allows no arguments', () => {
    const impossible = tool('f', { type: 'object', required: ['a'], properties: { a: false } });
    const message =
      'The simulator cannot answer with a call of the tool `f`, by its parameters: no value was found that it allows: the last one at /a boolean schema is false';
    expect(refusalOf({ tools: [impossible] })).toMatchObject({ status: 400, message });
    expect(ask({ tools: [impossible], tool_choice: 'none' }).counted).toBe('200');
  });
});

describe('the answer after a tool', () => {
  it('says what the tools said', () => {
    expect(textFor({ tools, messages: afterTools() })).toBe(
      '[simulated] {"order_status":"ok"}\n{"convert":"ok"}',
    );
  });

  it('says a bounded part of it', () => {
    const [asked, calls] = afterTools({ tools: [order] });
    const id = messageFor({ tools: [order] }).tool_calls?.[0]?.id;
    const long = { role: 'tool', tool_call_id: id, content: 'x'.repeat(1_000_000) };
    expect(textFor({ messages: [asked, calls, long] })).toHaveLength('[simulated] '.length + 280);
  });

  it('keeps to the response format', () => {
    const response_format = {
      type: 'json_schema',
      json_schema: { name: 'answer', schema: { enum: ['shipped', 'lost'] } },
    };
    expect(messageFor({ tools, response_format })).toMatchObject({ content: '', tool_calls: [{}, {}] });
    const text = textFor({ tools, response_format, messages: afterTools() });
    expect(['shipped', 'lost']).toContain(JSON.parse(text));
  });
});
