import { createParser } from 'eventsource-parser';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SimulatorOptions } from '../../src/simulator/options.ts';
import type { Outcome } from '../../src/simulator/outcome.ts';
import { ask, choiceOf, completionOf, tool, user } from './support.ts';

interface Chunk {
  readonly id: string;
  readonly object: string;
  readonly created: number;
  readonly model: string;
  readonly choices: readonly [
    { readonly index: number; readonly delta: Delta; readonly finish_reason: string | null },
  ];
  readonly usage?: object;
}

interface Delta {
  readonly role?: string;
  readonly content?: string | readonly { readonly thinking: readonly [{ readonly text: string }] }[];
  readonly tool_calls?: readonly {
    readonly id?: string;
    readonly index: number;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

/** The data of every event, as a parser of the standard reads them. */
function dataOf(text: string): readonly string[] {
  const data: string[] = [];
  const parser = createParser({
    onEvent: (event) => data.push(event.data),
    onError: (error) => {
      throw error;
    },
  });
  parser.feed(text);
  return data;
}

function textOf({ reply }: Outcome): string {
  if (reply.events === undefined) throw new Error('no stream');
  return [...reply.events.said, ...reply.events.end].join('');
}

function chunksFor(fields: object, options: SimulatorOptions = {}): readonly Chunk[] {
  const data = dataOf(textOf(ask({ ...fields, stream: true }, options)));
  expect(data.at(-1)).toBe('[DONE]');
  return data.slice(0, -1).map((item) => JSON.parse(item) as Chunk);
}

/** What a client makes of a stream: the choices of the whole answer. */
function joined(chunks: readonly Chunk[]) {
  const indexes = [...new Set(chunks.map(({ choices }) => choices[0].index))];
  return indexes.map((index) => {
    const own = chunks.map(({ choices }) => choices[0]).filter((choice) => choice.index === index);
    const deltas = own.map(({ delta }) => delta);
    const text = deltas.map(({ content }) => (typeof content === 'string' ? content : '')).join('');
    const thinking = deltas
      .flatMap(({ content }) => (typeof content === 'object' ? content : []))
      .map((part) => part.thinking[0].text)
      .join('');
    const calls = deltas.flatMap(({ tool_calls }) => tool_calls ?? []);
    const places = [...new Set(calls.map((call) => call.index))];
    const tool_calls = places.map((place) => {
      const parts = calls.filter((call) => call.index === place);
      return {
        id: parts[0]?.id,
        type: 'function',
        function: {
          name: parts.map((part) => part.function.name).join(''),
          arguments: parts.map((part) => part.function.arguments).join(''),
        },
        index: place,
      };
    });
    return {
      index,
      message: {
        role: deltas[0]?.role,
        content: thinking === '' ? text : withThinking(thinking, text),
        tool_calls: tool_calls.length === 0 ? null : tool_calls,
      },
      finish_reason: own.at(-1)?.finish_reason,
    };
  });
}

function withThinking(thinking: string, text: string) {
  const part = { type: 'thinking', thinking: [{ type: 'text', text: thinking }] };
  return text === '' ? [part] : [part, { type: 'text', text }];
}

const requests: readonly (readonly [string, object])[] = [
  ['a text', {}],
  ['a text of many words', { messages: [user('word '.repeat(100))] }],
  ['a text without words', { messages: [user('')] }],
  ['a text without spaces', { messages: [user('日本語🚀'.repeat(30))] }],
  ['a text that is cut', { max_tokens: 2 }],
  [
    'JSON',
    { response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } } },
  ],
  ['a call', { tools: [tool('f')] }],
  [
    'several calls',
    {
      tools: [
        tool('f', { type: 'object', required: ['a'], properties: { a: { type: 'string' } } }),
        tool('g'),
      ],
    },
  ],
  ['thoughts', { reasoning_effort: 'high' }],
  ['thoughts and calls', { reasoning_effort: 'high', tools: [tool('f')] }],
  ['several choices', { n: 3, tools: [tool('f')] }],
];

describe('a stream', () => {
  it.each(requests)('joins to the whole answer: %s', (_, fields) => {
    const chunks = chunksFor(fields);
    const { choices, usage, model, created } = completionOf(ask(fields));
    expect(joined(chunks)).toEqual(choices);
    expect(chunks.at(-1)?.usage).toEqual(usage);
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ object: 'chat.completion.chunk', model, created, id: chunks[0]?.id });
    }
  });

  it('joins to the whole answer, whatever was asked', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 400 });
    fc.assert(
      fc.property(
        text,
        fc.nat(60),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (asked, max_tokens, n, thinks) => {
          const fields = {
            messages: [user(asked)],
            max_tokens,
            n,
            reasoning_effort: thinks ? 'high' : 'none',
          };
          expect(joined(chunksFor(fields))).toEqual(completionOf(ask(fields)).choices);
        },
      ),
    );
  });

  it('has the shape that Mistral gives it', () => {
    const outcome = ask({ stream: true, messages: [user('Hello world')] });
    const common = {
      id: outcome.request_id,
      object: 'chat.completion.chunk',
      created: 1_767_225_600,
      model: 'mistral-small-2603',
    };
    const chunk = (delta: object, finish_reason: string | null, rest = {}) =>
      `data: ${JSON.stringify({ ...common, choices: [{ index: 0, delta, finish_reason }], ...rest })}\n\n`;
    const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };
    expect(outcome).toMatchObject({ counted: '200', usage, reply: { status: 200, body: '' } });
    expect(outcome.reply.events).toEqual({
      said: [
        chunk({ role: 'assistant', content: '' }, null),
        chunk({ content: '[simulated]' }, null),
        chunk({ content: ' Hello' }, null),
        chunk({ content: ' world' }, null),
      ],
      end: [chunk({ content: '' }, 'stop', { usage }), 'data: [DONE]\n\n'],
    });
  });

  it('tells the arguments of a call in two parts', () => {
    const parts = chunksFor({ tools: [tool('f', { const: { a: 1 } }), tool('g', { const: {} })] })
      .flatMap(({ choices }) => choices[0].delta.tool_calls ?? [])
      .map(({ index, id, function: called }) => [index, id === undefined, called.name, called.arguments]);
    expect(parts).toEqual([
      [0, false, 'f', '{"a"'],
      [1, false, 'g', '{'],
      [0, true, '', ':1}'],
      [1, true, '', '}'],
    ]);
  });

  it('tells the usage once, at its end', () => {
    const chunks = chunksFor({ n: 2 });
    expect(chunks.map(({ usage }) => usage !== undefined)).toEqual([
      ...Array.from({ length: chunks.length - 1 }, () => false),
      true,
    ]);
    expect(chunks.filter(({ choices }) => choices[0].finish_reason !== null)).toHaveLength(2);
  });

  it('is refused like any other request', () => {
    const { reply } = ask({ stream: true, temperature: 5 });
    expect(reply).toMatchObject({ status: 422 });
    expect(reply.events).toBeUndefined();
  });

  it('meets a 429 and a 500 before it begins', () => {
    for (const [fault, status] of [
      ['rate_limited', 429],
      ['server_error', 500],
    ] as const) {
      const { reply } = ask({ stream: true }, { faults: { [fault]: 1 } });
      expect(reply.status).toBe(status);
      expect(reply.events).toBeUndefined();
    }
  });
});

describe('a truncated answer', () => {
  const options = { faults: { truncated: 1 } };

  it('is a stream that ends without its end', () => {
    const lengths = new Set<number>();
    const whole = ask({ stream: true, messages: [user('a b c d e f g h 10')] }).reply.events?.said ?? [];
    for (let index = 10; index < 40; index += 1) {
      const fields = { stream: true, messages: [user(`a b c d e f g h ${index}`)] };
      const outcome = ask(fields, options);
      expect(outcome).toMatchObject({ counted: 'truncated', reply: { status: 200, events: { end: [] } } });
      expect(outcome).not.toHaveProperty('usage');
      const data = dataOf(textOf(outcome));
      for (const item of data) {
        expect((JSON.parse(item) as Chunk).choices[0].finish_reason).toBeNull();
      }
      lengths.add(data.length);
    }
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...lengths)).toBe(whole.length);
  });

  it('may end within the arguments of a call', () => {
    const tools = [tool('f', { const: { a: 1 } })];
    const endings = Array.from({ length: 30 }, (_, index) =>
      dataOf(textOf(ask({ stream: true, tools, messages: [user(`${index}`)] }, options))).at(-1),
    );
    expect(endings.some((data) => data?.includes(String.raw`"arguments":"{\"a\""`))).toBe(true);
  });

  it('is a body that is cut short where it is no stream', () => {
    const outcome = ask({}, options);
    expect(outcome).toMatchObject({ counted: 'truncated', break: 'cut' });
    expect(choiceOf(completionOf(outcome)).finish_reason).toBe('stop');
    expect(outcome).not.toHaveProperty('usage');
  });
});

describe('a malformed stream', () => {
  it('is cut inside an event, or has one that is no JSON', () => {
    const outcomes = Array.from({ length: 50 }, (_, index) =>
      ask({ stream: true, messages: [user(`${index}`)] }, { faults: { malformed: 1 } }),
    );
    const broken = outcomes.filter((outcome) => outcome.break === undefined);
    expect(broken.length).toBeGreaterThan(10);
    expect(outcomes.length - broken.length).toBeGreaterThan(10);
    for (const outcome of broken) {
      expect(outcome.counted).toBe('malformed');
      const data = dataOf(textOf(outcome));
      expect(data.at(-1)).toBe('[DONE]');
      expect(() => data.slice(0, -1).map((item) => JSON.parse(item) as unknown)).toThrow(SyntaxError);
    }
  });
});
