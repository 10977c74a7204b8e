import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, bodyOf, chatWith, choiceOf, completionOf, model, textFor, tool, user } from './support.ts';

const image = { type: 'image_url', image_url: 'data:image/png;base64,AAAA' };

const called = { id: 'call00001', function: { name: 'f', arguments: '{}' } };
const result = { role: 'tool', tool_call_id: 'call00001', content: '3' };

describe('an answer', () => {
  it('has the shape of a chat completion', () => {
    const outcome = ask();
    expect(outcome).toMatchObject({ delay: 0, counted: '200', reply: { status: 200 } });
    expect(completionOf(outcome)).toEqual({
      id: outcome.request_id,
      object: 'chat.completion',
      created: 1_767_225_600,
      model: 'mistral-small-2603',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: '[simulated] I love programming.', tool_calls: null },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 8, completion_tokens: 5, total_tokens: 13 },
    });
    expect(outcome.usage).toEqual(completionOf(outcome).usage);
    expect(outcome.reply.headers).toEqual(['x-ratelimit-tokens-query-cost', '13']);
  });

  it.each<[string, object, string]>([
    ['the last user message', { messages: [user('one'), user('two')] }, '[simulated] two'],
    [
      'what tools said',
      { messages: [user('one'), { role: 'assistant', tool_calls: [called] }, result] },
      '[simulated] 3',
    ],
    [
      'what every tool said',
      {
        messages: [
          user('one'),
          { role: 'assistant', tool_calls: [called, { ...called, id: 'call00002' }] },
          { ...result, content: [{ type: 'text', text: 'it rains' }] },
          { ...result, tool_call_id: 'call00002', content: '{"state":"sent"}' },
        ],
      },
      '[simulated] it rains\n{"state":"sent"}',
    ],
    [
      'the question after tools have been heard',
      {
        messages: [
          user('one'),
          { role: 'assistant', tool_calls: [called] },
          result,
          { role: 'assistant', content: 'It is 3.' },
          user('two'),
        ],
      },
      '[simulated] two',
    ],
    [
      'the text among parts',
      { messages: [user([{ type: 'text', text: 'a' }, image, { type: 'text', text: 'b' }])] },
      '[simulated] a b',
    ],
    [
      'the only message there is',
      { messages: [{ role: 'system', content: 'Speak.' }] },
      '[simulated] Speak.',
    ],
    ['nothing where there is no text', { messages: [user(null)] }, '[simulated] '],
    ['line breaks as they are', { messages: [user('  a\n\n\tb  ')] }, '[simulated] a\n\n\tb'],
    ['what comes before a stop text', { stop: 'prog' }, '[simulated] I love '],
    ['what comes before the first of several', { stop: ['x', 'love', 'I l'] }, '[simulated] '],
    ['all, where no stop text occurs', { stop: ['', 'never'] }, '[simulated] I love programming.'],
  ])('repeats %s', (_, fields, content) => {
    expect(textFor(fields)).toBe(content);
  });

  it('continues a prefix', () => {
    const fields = { messages: [user('Greet me.'), { role: 'assistant', content: 'Dear ', prefix: true }] };
    expect(textFor(fields)).toBe('Dear [simulated] Greet me.');
  });

  it('repeats a bounded part of a long message', () => {
    expect(textFor({ messages: [user('word '.repeat(1_000_000))] })).toHaveLength(12 + 280);
    expect(textFor({ messages: [user('x'.repeat(280))] })).toBe(`[simulated] ${'x'.repeat(280)}`);
    expect(textFor({ messages: [user('x'.repeat(281))] })).toBe(`[simulated] ${'x'.repeat(279)}…`);
  });

  it.each([
    [5, '[simulated] I love programming.', 'stop', 5],
    [4, '[simulated] I love programming', 'length', 4],
    [1, '[simulated] I', 'length', 1],
    [0, '[simulated] ', 'length', 0],
    [null, '[simulated] I love programming.', 'stop', 5],
  ])('is cut at max_tokens %s', (max_tokens, content, finish_reason, tokens) => {
    const completion = completionOf(ask({ max_tokens }));
    expect(choiceOf(completion)).toMatchObject({ message: { content }, finish_reason });
    expect(completion.usage.completion_tokens).toBe(tokens);
  });

  it('is never cut inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.nat(80), (text, max_tokens) => {
        const content = textFor({ messages: [user(text)], max_tokens });
        expect(content).not.toMatch(/\p{Surrogate}/u);
        expect(content.startsWith('[simulated] ')).toBe(true);
      }),
    );
  });
});

describe('usage', () => {
  const promptTokens = (fields: object) => completionOf(ask(fields)).usage.prompt_tokens;

  it.each<[string, object, number]>([
    ['digits one by one, and what stands around a message', { messages: [user('12345678')] }, 3 + 8],
    ['every message', { messages: [{ role: 'system', content: '1234' }, user('123')] }, 1 + 2 + 4 + 2 + 3],
    ['an empty message', { messages: [user('')] }, 3],
    ['images', { messages: [user([{ type: 'text', text: '1234' }, image])] }, 3 + 4 + 512],
    ['tools', { tools: [tool('1234', { a: [1, null] })], tool_choice: 'none' }, 8 + 27],
    [
      'earlier thoughts',
      {
        messages: [
          {
            role: 'assistant',
            content: [{ type: 'thinking', thinking: [{ type: 'text', text: '12345678' }] }],
          },
          user('1234'),
        ],
      },
      1 + 1 + 8 + 2 + 4,
    ],
  ])('counts %s', (_, fields, tokens) => {
    expect(promptTokens(fields)).toBe(tokens);
  });

  it('counts tools that nest deeper than the stack', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const tools = `[{"function":{"name":"f","parameters":{"a":${deep}}}}]`;
    const body = `{"model":"${model}","messages":[{"role":"user","content":"x"}],"tool_choice":"none","tools":${tools}}`;
    expect(chatWith()(body).counted).toBe('200');
  });

  it('tells cached tokens in blocks, for requests with a cache key', () => {
    const messages = [{ role: 'system', content: 'x'.repeat(600) }, user('Hello')];
    expect(completionOf(ask({ messages })).usage).not.toHaveProperty('prompt_tokens_details');
    expect(completionOf(ask({ messages, prompt_cache_key: 'k' })).usage).toEqual({
      prompt_tokens: 181,
      completion_tokens: 1,
      total_tokens: 182,
      prompt_tokens_details: { cached_tokens: 128 },
    });
  });
});

describe('what a request meets', () => {
  const options = {
    seed: 3,
    latency: { median: 100, p99: 1000 },
    faults: { rate_limited: 0.1, server_error: 0.1, dropped: 0.1, malformed: 0.1, truncated: 0.1 },
  };

  it('is decided by its own bytes, not by the requests around it', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 20 }), fc.string(), (others, text) => {
        const alone = chatWith(options)(bodyOf({ messages: [user(text)] }));
        const chat = chatWith(options);
        for (const other of others) chat(bodyOf({ messages: [user(`${other}!`)], n: 1 }));
        expect(chat(bodyOf({ messages: [user(text)] }))).toEqual(alone);
      }),
    );
  });

  it('differs by seed', () => {
    const delays = [0, 1, 2, 3].map((seed) => ask({}, { ...options, faults: {}, seed }).delay);
    expect(new Set(delays).size).toBe(4);
    expect(ask({}, { ...options, faults: {}, seed: 0 }).delay).toBe(delays[0]);
  });

  it.each([
    ['with Retry-After', 7, ['retry-after', '7']],
    ['without', null, []],
  ])('is a 429 %s', (_, retry_after, headers) => {
    const outcome = ask({}, { faults: { rate_limited: 1 }, retry_after, latency: { median: 9, p99: 9 } });
    expect(outcome).toMatchObject({ delay: 0, counted: '429', reply: { status: 429, headers } });
    expect(JSON.parse(outcome.reply.body)).toEqual({
      object: 'error',
      message: 'Rate limit exceeded',
      type: 'rate_limited',
      param: null,
      code: '1300',
    });
    expect(outcome).not.toHaveProperty('usage');
  });

  it('is a 500 after the latency', () => {
    const outcome = ask({}, { faults: { server_error: 1 }, latency: { median: 9, p99: 9 } });
    expect(outcome).toMatchObject({ delay: 9, counted: '500', reply: { status: 500 } });
    expect(JSON.parse(outcome.reply.body)).toMatchObject({ type: 'internal_server_error' });
    expect(outcome).not.toHaveProperty('usage');
  });

  it('is a dropped connection', () => {
    const outcome = ask({}, { faults: { dropped: 1 }, latency: { median: 9, p99: 9 } });
    expect(outcome).toMatchObject({ delay: 9, counted: 'dropped', break: 'drop' });
    expect(outcome).not.toHaveProperty('usage');
  });

  it('is a malformed answer of either kind', () => {
    const outcomes = Array.from({ length: 50 }, (_, index) =>
      ask({ messages: [user(`${index}`)] }, { faults: { malformed: 1 } }),
    );
    const cut = outcomes.filter((outcome) => outcome.break === 'cut');
    const broken = outcomes.filter((outcome) => outcome.break === undefined);
    expect(cut.length).toBeGreaterThan(10);
    expect(broken.length).toBeGreaterThan(10);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ counted: 'malformed', reply: { status: 200 } });
      expect(outcome).not.toHaveProperty('usage');
    }
    for (const { reply } of cut) expect(() => JSON.parse(reply.body) as unknown).not.toThrow();
    for (const { reply } of broken) expect(() => JSON.parse(reply.body) as unknown).toThrow(SyntaxError);
  });
});
