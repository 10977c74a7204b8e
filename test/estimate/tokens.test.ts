import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../../src/models/contract.ts';
import { createChance } from '../../src/estimate/chance.ts';
import { textOf } from '../../src/estimate/request-text.ts';
import { createTokenMeter, createTokenSum } from '../../src/estimate/token-meter.ts';
import { openTokenizer, tokenizerOf } from '../../src/estimate/tokenizer.ts';

describe('the tokenizer', () => {
  it.each([
    ['mistral-small-latest', 'tekken'],
    ['open-mistral-nemo', 'tekken'],
    ['ministral-8b-2512', 'tekken'],
    ['gpt-4o-mini', 'tekken'],
    ['open-mistral-7b', 'sentencepiece'],
    ['open-mixtral-8x22b', 'sentencepiece'],
    ['mistral-large-2402', 'sentencepiece'],
    ['codestral-2405', 'sentencepiece'],
    ['codestral-2508', 'tekken'],
  ])('of %s is %s', (name, expected) => {
    expect(tokenizerOf({ name })).toBe(expected);
  });

  it.each([
    ['Hello world!', 3],
    ['', 0],
    ['1234', 4],
    ['日本語', 2],
  ])('counts %j, also when it is asked again', (text, tokens) => {
    expect(openTokenizer('tekken').count(text)).toBe(tokens);
    expect(openTokenizer('tekken').count(text)).toBe(tokens);
  });

  it('counts long texts in pieces, and the longest by a part of them', () => {
    const tokenizer = openTokenizer('tekken');
    const count = (text: string) => tokenizer.count(text);
    const sentence = 'Where is my parcel? It was due on Monday. ';
    const one = count(sentence.repeat(4)) / 4;
    for (const times of [100, 5000]) {
      expect(Math.abs(count(sentence.repeat(times)) / (one * times) - 1)).toBeLessThan(0.03);
    }
  });

  it('is not held up by a word without end', () => {
    const began = performance.now();
    expect(openTokenizer('tekken').count('a'.repeat(90_000))).toBeGreaterThan(1000);
    // In one piece it would take minutes.
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});

const request: ModelRequest = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Look:' },
        { type: 'image_url', image_url: 'https://a.b/c.png' },
      ],
    },
    { role: 'assistant', content: '', tool_calls: [{ id: 'abc', name: 'look', arguments: '{}' }] },
    { role: 'tool', content: 'a cat', tool_call_id: 'abc' },
  ],
  tools: [{ name: 'look', parameters: { type: 'object' } }],
  response_format: { type: 'json_schema', name: 'a', schema: { type: 'object' } },
};

it('finds every text of a request', () => {
  expect(textOf(request)).toEqual({
    texts: [
      'Be brief.',
      'Look:',
      '',
      '[{"name":"look","arguments":"{}","id":"abc"}]',
      'a cat',
      'abc',
      '[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}]',
    ],
    marks: 1 + 2 + 2 + 1 + 1 + 2 + 2,
    images: 1,
    schema: '{"type":"object"}',
  });
});

describe('a meter', () => {
  /** A token a character, so that a sample is as good as the whole. */
  const tokenizer = () => ({ count: (text: string) => text.length });
  const asking = (text: string): ModelRequest => ({ messages: [{ role: 'user', content: text }] });

  function measured(count: number, most?: { requests: number; characters: number }) {
    const meter = createTokenMeter({ tokenizer, random: createChance(1), ...(most && { most }) });
    const sum = createTokenSum();
    let counted = 0;
    for (let nth = 0; nth < count; nth += 1) {
      const size = meter.measure(asking('x'.repeat(nth % 100)));
      if (size.tokens !== null) counted += 1;
      sum.add(size);
    }
    return { meter, sum, counted };
  }

  it('counts few requests one by one', () => {
    const { meter, sum, counted } = measured(200);
    expect([counted, meter.sampled]).toEqual([200, false]);
    expect(sum.total(0).expected).toBe(2 * ((99 * 100) / 2) + 200 * 3);
  });

  it('counts a sample of many, and comes to the same', () => {
    const { meter, sum, counted } = measured(100_000, { requests: 500, characters: 1e9 });
    expect(meter.sampled).toBe(true);
    expect(counted).toBeLessThan(2000);
    expect(sum.total(0).expected).toBeCloseTo(1000 * ((99 * 100) / 2) + 100_000 * 3, 0);
  });

  it('adds a margin, and what an image may count', () => {
    const sum = createTokenSum();
    sum.add({ characters: 100, tokens: 100, marks: 0, images: 1, schema: 50 });
    const { min, expected, max } = sum.total(0.1);
    expect([min, expected, max].map(Math.round)).toEqual([90 + 64, 100 + 512, 165 + 4200]);
  });
});
