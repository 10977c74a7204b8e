import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, bodyOf, chatWith, user } from './support.ts';

interface ErrorBody {
  readonly message: { readonly detail: readonly { type: string; loc: (string | number)[]; msg: string }[] };
}

/** What is wrong with a request, as `place: message`. */
function mistakesOf(fields: object): readonly string[] {
  const { reply } = ask(fields);
  expect(reply.status).toBe(422);
  const { message } = JSON.parse(reply.body) as ErrorBody;
  return message.detail.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`);
}

const call = { id: 'call00001', type: 'function', function: { name: 'f', arguments: '{}' } };
const result = { role: 'tool', tool_call_id: 'call00001', name: 'f', content: '1' };
const calling = { role: 'assistant', content: '', tool_calls: [call] };

describe('a request', () => {
  it.each<[string, object]>([
    [
      'every parameter of a model',
      {
        temperature: 1.5,
        top_p: 1,
        max_tokens: 100,
        stream: false,
        stop: ['x'],
        random_seed: 0,
        metadata: {},
        response_format: { type: 'text' },
        tools: [],
        tool_choice: 'auto',
        presence_penalty: -2,
        frequency_penalty: 2,
        n: 1,
        prediction: { type: 'content', content: '' },
        parallel_tool_calls: true,
        reasoning_effort: 'none',
        prompt_cache_key: 'k',
        safe_prompt: false,
      },
    ],
    ['null for a parameter', { temperature: null, max_tokens: null, stop: null, tools: null }],
    ['text parts', { messages: [user([{ type: 'text', text: 'x' }])] }],
    [
      'a picture',
      { messages: [user([{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }])] },
    ],
    [
      'several system messages',
      { messages: [{ role: 'system', content: 'a' }, { role: 'system', content: 'b' }, user('c')] },
    ],
    ['tool results', { messages: [user('x'), calling, result] }],
    [
      'an answer after tool results',
      { messages: [user('x'), calling, result, { role: 'assistant', content: 'y' }, user('z')] },
    ],
    [
      'thoughts in an earlier answer',
      {
        messages: [
          user('x'),
          { role: 'assistant', content: [{ type: 'thinking', thinking: [] }] },
          user('y'),
        ],
      },
    ],
    ['a prefix', { messages: [user('x'), { role: 'assistant', content: 'y', prefix: true }] }],
  ])('may have %s', (_, fields) => {
    expect(ask(fields).counted).toBe('200');
  });

  it.each<[string, object, readonly string[]]>([
    [
      'an unknown field',
      { max_completion_tokens: 5 },
      ['body.max_completion_tokens: Extra inputs are not permitted'],
    ],
    [
      'a field that JavaScript has',
      JSON.parse('{"__proto__": 1}') as object,
      ['body.__proto__: Extra inputs are not permitted'],
    ],
    [
      'a hot temperature',
      { temperature: 1.6 },
      ['body.temperature: Input should be less than or equal to 1.5'],
    ],
    [
      'a cold temperature',
      { temperature: -1 },
      ['body.temperature: Input should be greater than or equal to 0'],
    ],
    ['a temperature in words', { temperature: '0' }, ['body.temperature: Input should be a valid number']],
    ['half a token', { max_tokens: 0.5 }, ['body.max_tokens: Input should be a valid integer']],
    ['no model', { model: undefined }, ['body.model: Field required']],
    ['a model that is no name', { model: 5 }, ['body.model: Input should be a valid string']],
    ['no messages', { messages: undefined }, ['body.messages: Field required']],
    ['messages that are no list', { messages: 'hi' }, ['body.messages: Input should be a valid list']],
    [
      'a message that is no object',
      { messages: ['hi'] },
      ['body.messages.0: Input should be a valid dictionary'],
    ],
    [
      'a message of no role',
      { messages: [{ content: 'hi' }] },
      [
        "body.messages.0: No input tag found using 'role': expected one of 'system', 'user', 'assistant', 'tool'",
      ],
    ],
    [
      'a message of another role',
      { messages: [{ role: 'bot' }] },
      [
        `body.messages.0: Input tag "bot" found using 'role': expected one of 'system', 'user', 'assistant', 'tool'`,
      ],
    ],
    [
      'a role that JavaScript has',
      { messages: [{ role: 'constructor' }] },
      [
        `body.messages.0: Input tag "constructor" found using 'role': expected one of 'system', 'user', 'assistant', 'tool'`,
      ],
    ],
    [
      'a message of no content',
      { messages: [{ role: 'user' }] },
      ['body.messages.0.user.content: Field required'],
    ],
    [
      'content that is a number',
      { messages: [user(5)] },
      ['body.messages.0.user.content: Input should be a valid list'],
    ],
    [
      'a system message of null',
      { messages: [{ role: 'system', content: null }] },
      ['body.messages.0.system.content: Input should be a valid list'],
    ],
    [
      'a name of the user',
      { messages: [{ ...user('x'), name: 'Ann' }] },
      ['body.messages.0.user.name: Extra inputs are not permitted'],
    ],
    [
      'a part of unknown type',
      { messages: [user([{ type: 'video' }])] },
      [
        `body.messages.0.user.content.0: Input tag "video" found using 'type': expected one of 'text', 'image_url', 'thinking'`,
      ],
    ],
    [
      'a text part without text',
      { messages: [user([{ type: 'text', text: 5 }])] },
      ['body.messages.0.user.content.0.text.text: Input should be a valid string'],
    ],
    ['stop texts that are numbers', { stop: [1] }, ['body.stop.0: Input should be a valid string']],
    ['stream in words', { stream: 'yes' }, ['body.stream: Input should be a valid boolean']],
    ['tools that are names', { tools: ['f'] }, ['body.tools.0: Input should be a valid dictionary']],
    [
      'a response_format without type',
      { response_format: {} },
      ['body.response_format.type: Field required'],
    ],
    [
      'several mistakes',
      { temperature: 2, top_k: 5, messages: [user('x'), { role: 'tool' }] },
      [
        'body.messages.1.tool.content: Field required',
        'body.temperature: Input should be less than or equal to 1.5',
        'body.top_k: Extra inputs are not permitted',
      ],
    ],
  ])('must not have %s', (_, fields, mistakes) => {
    expect(mistakesOf(fields)).toEqual(mistakes);
  });

  it.each<[string, readonly object[], string]>([
    ['none at all', [], 'Conversation must have at least one message'],
    [
      'an answer at the end',
      [user('x'), { role: 'assistant', content: 'y' }],
      'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
    ],
    [
      'a call at the end',
      [user('x'), calling],
      'Expected last role User or Tool (or Assistant with prefix True) for serving but got assistant',
    ],
    ['a tool result at first', [result], "Unexpected role 'tool' as the first message"],
    ['a tool result after the user', [user('x'), result], "Unexpected role 'tool' after role 'user'"],
    [
      'the user after a tool result',
      [user('x'), calling, result, user('y')],
      "Unexpected role 'user' after role 'tool'",
    ],
    [
      'a call without a result',
      [user('x'), calling, user('y')],
      'Not the same number of function calls and responses',
    ],
    [
      'one result for two calls',
      [user('x'), { ...calling, tool_calls: [call, { ...call, id: 'call00002' }] }, result],
      'Not the same number of function calls and responses',
    ],
    [
      'a result of another call',
      [user('x'), calling, { ...result, tool_call_id: 'other0001' }],
      'Unexpected tool call id other0001 in tool results',
    ],
    [
      'a result of no call',
      [user('x'), calling, { role: 'tool', content: '1' }],
      'Unexpected tool call id None in tool results',
    ],
    [
      'a result told twice',
      [user('x'), calling, result, result],
      'Unexpected tool call id call00001 in tool results',
    ],
  ])('must not be a conversation with %s', (_, messages, message) => {
    const { reply, counted } = ask({ messages });
    expect(counted).toBe('400');
    expect(JSON.parse(reply.body)).toEqual({
      object: 'error',
      message,
      type: 'invalid_request_message_order',
      param: null,
      code: '3230',
    });
  });

  it('must name a model that there is', () => {
    const { reply } = ask({ model: 'nonsense' });
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toEqual({
      object: 'error',
      message: 'Invalid model: nonsense',
      type: 'invalid_model',
      param: null,
      code: '1500',
    });
  });

  it.each<[object, string]>([
    [{ stream: true }, 'in a stream'],
    [{ n: 2 }, 'with several choices (n)'],
    [{ response_format: { type: 'json_object' } }, 'in the response_format json_object'],
    [{ tool_choice: 'any' }, 'with tool calls (tool_choice)'],
    [{ tool_choice: { type: 'function', function: { name: 'f' } } }, 'with tool calls (tool_choice)'],
  ])('is told what is not simulated: %j', (fields, what) => {
    const { reply } = ask(fields);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body)).toMatchObject({ message: `The simulator does not answer ${what}` });
  });

  it.each(['', 'hello', '{', '[1,', '{"model":', '\u{fffd}', bodyOf().slice(0, -1)])(
    'must be JSON: %j',
    (body) => {
      const { reply } = chatWith()(body);
      expect(reply.status).toBe(422);
      expect(JSON.parse(reply.body)).toMatchObject({ detail: [{ type: 'json_invalid', loc: ['body'] }] });
    },
  );

  it.each(['null', '5', '"hi"', '[]', 'true'])('must be an object: %s', (body) => {
    const { reply } = chatWith()(body);
    expect(reply.status).toBe(422);
    expect(JSON.parse(reply.body)).toMatchObject({
      message: { detail: [{ loc: ['body'], msg: 'Input should be a valid dictionary' }] },
    });
  });

  it('is answered at once where it is wrong, and meets no fault', () => {
    const options = { faults: { dropped: 1 }, latency: { median: 9, p99: 9 } };
    expect(ask({ temperature: 2 }, options)).toMatchObject({ delay: 0, counted: '422' });
    expect(ask({ model: 'nonsense' }, options)).toMatchObject({ delay: 0, counted: '400' });
  });

  it('does not get its megabytes back', () => {
    const { reply } = ask({ extra: 'x'.repeat(1_000_000), temperature: 'y'.repeat(1_000_000) });
    expect(reply.body.length).toBeLessThan(1000);
  });

  it('is answered whatever it is', () => {
    const anyMessage = fc.oneof(
      fc.jsonValue(),
      fc.record({ role: fc.constantFrom('system', 'user', 'assistant', 'tool'), content: fc.jsonValue() }),
    );
    const anyBody = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ model: fc.jsonValue(), messages: fc.array(anyMessage), stop: fc.jsonValue() })
        .map((body) => JSON.stringify(body)),
      fc.array(anyMessage).map((messages) => bodyOf({ messages })),
    );
    fc.assert(
      fc.property(anyBody, (body) => {
        const { reply, counted } = chatWith()(body);
        expect(['200', '400', '422']).toContain(counted);
        expect(() => JSON.parse(reply.body) as unknown).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });
});
