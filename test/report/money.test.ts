import { describe, expect, it } from 'vitest';
import { costCell, costInWords, tokenCell } from '../../src/report/money.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import type { Usage } from '../../src/usage/usage.ts';
import { usageOf, usageReport } from './samples.ts';

const metered = usageOf({ cost_usd: 0.21 });
const unpriced = usageOf({ cost_usd: null });
const unmetered = usageOf({
  unmetered_requests: 3,
  input_tokens: null,
  output_tokens: null,
  total_tokens: null,
  cost_usd: null,
});
const partly = usageOf({ cost_usd: 0.21, unmetered_requests: 1 });

describe('what a run cost, in words', () => {
  it.each<[string, Usage, { readonly [model: string]: Usage }, string]>([
    ['nothing', zeroUsage, {}, '$0.00'],
    ['a known price', metered, { small: metered }, '$0.21'],
    ['no usage at all', unmetered, { small: unmetered }, 'unknown: the usage of 3 requests never came'],
    ['some usage missing', partly, { small: partly }, 'at least $0.21: the usage of 1 request never came'],
    ['no price', unpriced, { own: unpriced }, 'unknown: no price is known for own'],
    [
      'no price for one of two',
      unpriced,
      { small: metered, own: unpriced },
      'at least $0.21: no price is known for own',
    ],
    [
      'no price and missing usage',
      { ...unpriced, unmetered_requests: 2 },
      { small: metered, own: unpriced },
      'at least $0.21: no price is known for own, and the usage of 2 requests never came',
    ],
    ['no price for two', unpriced, { a: unpriced, b: unpriced }, 'unknown: no price is known for a and b'],
    [
      'no price for many',
      unpriced,
      Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, unpriced])),
      'unknown: no price is known for a, b, c and 2 others',
    ],
    ['a hostile name', unpriced, { 'a\u001B[2J\n': unpriced }, 'unknown: no price is known for a\\x1b[2J\\n'],
    ['no model told', unpriced, {}, 'unknown'],
    [
      'a free model beside one without usage',
      unmetered,
      { free: zeroUsage, small: unmetered },
      'unknown: the usage of 3 requests never came',
    ],
  ])('is told for %s', (_, total, models, words) => {
    expect(costInWords(usageReport(total, models))).toBe(words);
  });

  it.each([
    [metered, 1, 'at least $0.21: what was in flight when the run was cut off is not counted'],
    [zeroUsage, 2, 'at least $0.00: what was in flight when the run was cut off 2 times is not counted'],
    [
      partly,
      1,
      'at least $0.21: the usage of 1 request never came, and what was in flight when the run was cut off is not counted',
    ],
  ])('is a lower bound where a session was cut off', (total, crashed_sessions, words) => {
    expect(costInWords({ ...usageReport(total, { small: total }), crashed_sessions })).toBe(words);
  });
});

describe('costInWords of a run that goes on', () => {
  it.each([
    [metered, 0, 'at least $0.21: what is in flight is not counted yet'],
    [
      metered,
      1,
      'at least $0.21: what was in flight when the run was cut off is not counted, and what is in flight is not counted yet',
    ],
  ])('leaves out what is in flight', (total, crashed_sessions, words) => {
    const usage = { ...usageReport(total, { small: total }), crashed_sessions };
    expect(costInWords(usage, { goesOn: true })).toBe(words);
  });
});

describe('cells', () => {
  it.each<[Usage, string, string]>([
    [zeroUsage, '$0.00', '0'],
    [metered, '$0.21', '200'],
    [partly, '$0.21+', '200+'],
    [unmetered, 'unknown', 'unknown'],
    [unpriced, 'unknown', '200'],
  ])('never take unknown for nothing', (usage, cost, tokens) => {
    expect(costCell(usage)).toBe(cost);
    expect(tokenCell(usage, usage.total_tokens)).toBe(tokens);
  });
});
