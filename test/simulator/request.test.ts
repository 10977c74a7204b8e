import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, bodyOf, chatWith, refusalOf, tool, user } from './support.ts';

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
const withObject = { ...call, function: { name: 'f', arguments: { a: 1 } } };
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
        response_format: { type: 'text', json_schema: null },
        tools: [
          { type: 'function', function: { name: 'f', description: 'x', strict: true, parameters: {} } },
          { function: { name: 'g', parameters: { type: 'object' } } },
        ],
        tool_choice: 'auto',
        presence_penalty: -2,
        frequency_penalty: 2,
        n: 1,
        prediction: { type: 'content', content: '' },
        parallel_tool_calls: true,
        prompt_mode: 'reasoning',
        reasoning_effort: 'none',
        prompt_cache_key: 'k',
        safe_prompt: false,
      },
    ],
    ['null for a parameter', { temperature: null, max_tokens: null, stop: null, tools: null }],
    ['text parts', { messages: [user([{ type: 'text', text: 'x' }])] }],
    ['a picture', { messages: [user([{ type: 'image_url', image_url: 'https://example.com/a.png' }])] }],
    [
      'a picture with its detail',
      {
        messages: [
          user([{ type: 'image_url', image_url: { url: 'https://example.com/a.png', detail: 'low' } }]),
        ],
      },
    ],
    ['128 tools', { tools: Array.from({ length: 128 }, (_, index) => tool(`f${index}`)) }],
    ['a tool to call', { tools: [tool('f')], tool_choice: { type: 'function', function: { name: 'f' } } }],
    ['any tool to call', { tools: [tool('f')], tool_choice: 'any' }],
    ['arguments as an object', { messages: [user('x'), { ...calling, tool_calls: [withObject] }, result] }],
    ['words beside a call', { messages: [user('x'), { ...calling, content: 'Let me see.' }, result] }],
    ['a schema', { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {} } } }],
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
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }], closed: true, signature: null },
              { type: 'text', text: 'Yes.' },
            ],
          },
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
    [
      'options of a stream',
      { stream: true, stream_options: { include_usage: true } },
      ['body.stream_options: Extra inputs are not permitted'],
    ],
    ['tools that are names', { tools: ['f'] }, ['body.tools.0: Input should be a valid dictionary']],
    ['a tool without function', { tools: [{ type: 'function' }] }, ['body.tools.0.function: Field required']],
    [
      'a tool of the older shape',
      { tools: [{ name: 'f', parameters: {} }] },
      [
        'body.tools.0.function: Field required',
        'body.tools.0.name: Extra inputs are not permitted',
        'body.tools.0.parameters: Extra inputs are not permitted',
      ],
    ],
    [
      'a function without parameters',
      { tools: [{ function: { name: 'f' } }] },
      ['body.tools.0.function.parameters: Field required'],
    ],
    [
      'parameters that are true',
      { tools: [{ function: { name: 'f', parameters: true } }] },
      ['body.tools.0.function.parameters: Input should be a valid dictionary'],
    ],
    [
      'what is required beside the parameters',
      { tools: [{ function: { name: 'f', parameters: {}, required: ['a'] } }] },
      ['body.tools.0.function.required: Extra inputs are not permitted'],
    ],
    [
      'a tool of another type',
      { tools: [{ ...tool('f'), type: 'retrieval' }] },
      ["body.tools.0.type: Input should be 'function'"],
    ],
    [
      'more than 128 tools',
      { tools: Array.from({ length: 129 }, (_, index) => tool(`f${index}`)) },
      ['body.tools: List should have at most 128 items after validation, not 129'],
    ],
    [
      'a choice of tools that there is not',
      { tools: [tool('f')], tool_choice: 'always' },
      ["body.tool_choice: Input should be 'auto', 'none', 'any' or 'required'"],
    ],
    [
      'a choice of a tool without its name',
      { tools: [tool('f')], tool_choice: { type: 'function', function: {} } },
      ['body.tool_choice.function.name: Field required'],
    ],
    [
      'a choice of tools that is a number',
      { tool_choice: 5 },
      ['body.tool_choice: Input should be a valid dictionary'],
    ],
    [
      'a tool result without its id',
      { messages: [user('x'), calling, { role: 'tool', name: 'f', content: '1' }] },
      ['body.messages.2.tool.tool_call_id: Field required'],
    ],
    [
      'a tool result of no id',
      { messages: [user('x'), calling, { ...result, tool_call_id: null }] },
      ['body.messages.2.tool.tool_call_id: Input should be a valid string'],
    ],
    [
      'a call without its id',
      { messages: [user('x'), { ...calling, tool_calls: [{ function: call.function }] }, result] },
      ['body.messages.1.assistant.tool_calls.0.id: Field required'],
    ],
    [
      'a call without arguments',
      { messages: [user('x'), { ...calling, tool_calls: [{ ...call, function: { name: 'f' } }] }, result] },
      ['body.messages.1.assistant.tool_calls.0.function.arguments: Field required'],
    ],
    [
      'a call with its name beside the function',
      { messages: [user('x'), { ...calling, tool_calls: [{ ...call, name: 'f' }] }, result] },
      ['body.messages.1.assistant.tool_calls.0.name: Extra inputs are not permitted'],
    ],
    [
      'a prediction of another type',
      { prediction: { type: 'text', content: 'x' } },
      ["body.prediction.type: Input should be 'content'"],
    ],
    [
      'a prediction that is text',
      { prediction: 'x' },
      ['body.prediction: Input should be a valid dictionary'],
    ],
    [
      'another effort',
      { reasoning_effort: 'medium' },
      ["body.reasoning_effort: Input should be 'none' or 'high'"],
    ],
    ['no choice at all', { n: 0 }, ['body.n: Input should be greater than or equal to 1']],
    [
      'an image without a URL',
      { messages: [user([{ type: 'image_url', image_url: { href: 'x' } }])] },
      [
        'body.messages.0.user.content.0.image_url.image_url.url: Field required',
        'body.messages.0.user.content.0.image_url.image_url.href: Extra inputs are not permitted',
      ],
    ],
    [
      'an image for the system',
      { messages: [{ role: 'system', content: [{ type: 'image_url', image_url: 'x' }] }, user('x')] },
      [
        `body.messages.0.system.content.0: Input tag "image_url" found using 'type': expected one of 'text', 'thinking'`,
      ],
    ],
    [
      'thoughts that are text',
      {
        messages: [
          user('x'),
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.' }] },
          user('y'),
        ],
      },
      ['body.messages.1.assistant.content.0.thinking.thinking: Input should be a valid list'],
    ],
    [
      'another response_format',
      { response_format: { type: 'xml' } },
      ["body.response_format.type: Input should be 'text', 'json_object' or 'json_schema'"],
    ],
    [
      'a json_schema that is not there',
      { response_format: { type: 'json_schema' } },
      ['body.response_format.json_schema: Field required'],
    ],
    [
      'a json_schema without its schema',
      { response_format: { type: 'json_schema', json_schema: { name: 'a' } } },
      ['body.response_format.json_schema.schema: Field required'],
    ],
    [
      'a json_schema in the words of another API',
      { response_format: { type: 'json_schema', jsonSchema: { name: 'a' } } },
      [
        'body.response_format.jsonSchema: Extra inputs are not permitted',
        'body.response_format.json_schema: Field required',
      ],
    ],
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
        'body.messages.1.tool.tool_call_id: Field required',
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

  const longName = 'f'.repeat(65);
  const rule = 'but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum length of 64.';

  it.each<[string, object, string, string, string | null]>([
    [
      'an id of another provider',
      {
        messages: [
          user('x'),
          { ...calling, tool_calls: [{ ...call, id: 'call_00001' }] },
          { ...result, tool_call_id: 'call_00001' },
        ],
      },
      'Tool call id was call_00001 but must be a-z, A-Z, 0-9, with a length of 9.',
      'invalid_function_call',
      '3280',
    ],
    [
      'a call of a name that is none',
      {
        messages: [
          user('x'),
          { ...calling, tool_calls: [{ ...call, function: { name: 'a b', arguments: '{}' } }] },
          result,
        ],
      },
      `Function name was a b ${rule}`,
      'invalid_function_call',
      '3280',
    ],
    [
      'an answer that says nothing',
      { messages: [user('x'), { role: 'assistant', content: '' }, user('y')] },
      'Assistant message must have either content or tool_calls, but not none.',
      'invalid_request_error',
      null,
    ],
    [
      'a prefix that nothing could follow',
      { messages: [user('x'), { role: 'assistant', content: 'y', prefix: true }, user('z')] },
      'Assistant message with prefix True must be last message',
      'invalid_request_error',
      null,
    ],
    [
      'a tool of a name that is none',
      { tools: [tool('order status')] },
      `Function name was order status ${rule}`,
      'invalid_request_error',
      null,
    ],
    [
      'a tool of a long name',
      { tools: [tool(longName)] },
      `Function name was ${longName} ${rule}`,
      'invalid_request_error',
      null,
    ],
    [
      'a choice of none of its tools',
      { tools: [tool('f')], tool_choice: { function: { name: 'g' } } },
      'tool_choice names `g`, which is none of the tools',
      'invalid_request_error',
      null,
    ],
    [
      'a choice among no tools',
      { tool_choice: 'any' },
      'tool_choice is `any`, but there are no tools',
      'invalid_request_error',
      null,
    ],
  ])('must not have %s', (_, fields, message, type, code) => {
    expect(refusalOf(fields)).toEqual({ status: 400, message, type, code });
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
        .record({
          model: fc.jsonValue(),
          messages: fc.array(anyMessage),
          stop: fc.jsonValue(),
          tools: fc.jsonValue(),
        })
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
