import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addUsage, zeroUsage } from '../../src/usage/add.ts';
import { costOf } from '../../src/usage/cost.ts';
import { builtInPrices, priceOf, priceOfAnswer, withOverrides } from '../../src/usage/prices.ts';
import type { Usage } from '../../src/usage/usage.ts';

const metered: Usage = {
  requests: 1,
  retries: 0,
  cached_requests: 0,
  unmetered_requests: 0,
  input_tokens: 100,
  cached_input_tokens: 64,
  output_tokens: 20,
  reasoning_tokens: 5,
  total_tokens: 120,
  cost_usd: 0.1,
};
const unmetered: Usage = {
  requests: 1,
  retries: 0,
  cached_requests: 0,
  unmetered_requests: 1,
  input_tokens: null,
  cached_input_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  total_tokens: null,
  cost_usd: null,
};
const refused: Usage = { ...zeroUsage, requests: 1 };
const cached: Usage = { ...zeroUsage, cached_requests: 1 };
const unpriced: Usage = { ...metered, cost_usd: null };

describe('addUsage', () => {
  it('adds every number of two metered usages', () => {
    const one: Usage = {
      requests: 3,
      retries: 2,
      cached_requests: 1,
      unmetered_requests: 1,
      input_tokens: 10,
      cached_input_tokens: 4,
      output_tokens: 5,
      reasoning_tokens: 2,
      total_tokens: 15,
      cost_usd: 0.2,
    };
    expect(addUsage(one, metered)).toEqual({
      requests: 4,
      retries: 2,
      cached_requests: 1,
      unmetered_requests: 1,
      input_tokens: 110,
      cached_input_tokens: 68,
      output_tokens: 25,
      reasoning_tokens: 7,
      total_tokens: 135,
      cost_usd: 0.3,
    });
  });

  it.each([
    ['nothing and nothing', zeroUsage, zeroUsage, { total_tokens: 0, cost_usd: 0 }],
    ['nothing and an unmetered request', zeroUsage, unmetered, { total_tokens: null, cost_usd: null }],
    ['a refused and an unmetered request', refused, unmetered, { total_tokens: null, cost_usd: null }],
    ['two unmetered requests', unmetered, unmetered, { total_tokens: null, cost_usd: null }],
    [
      'a metered and an unmetered request',
      metered,
      unmetered,
      { total_tokens: 120, cost_usd: 0.1, unmetered_requests: 1 },
    ],
    ['a metered and a refused request', metered, refused, { total_tokens: 120, cost_usd: 0.1, requests: 2 }],
    ['a metered request and a cached answer', metered, cached, { total_tokens: 120, cached_requests: 1 }],
    ['two cached answers', cached, cached, { total_tokens: 0, cost_usd: 0, cached_requests: 2 }],
    ['a known and an unknown price', metered, unpriced, { total_tokens: 240, cost_usd: null }],
    ['an unmetered request and an unknown price', unmetered, unpriced, { total_tokens: 120, cost_usd: null }],
    [
      'a count that only one was told',
      metered,
      { ...metered, cached_input_tokens: null, reasoning_tokens: null },
      { cached_input_tokens: 64, reasoning_tokens: 5, total_tokens: 240 },
    ],
    [
      'a count that neither was told',
      { ...metered, reasoning_tokens: null },
      { ...metered, reasoning_tokens: null },
      { reasoning_tokens: null },
    ],
  ])('adds %s', (_what, one, other, expected) => {
    expect(addUsage(one, other)).toMatchObject(expected);
    expect(addUsage(other, one)).toEqual(addUsage(one, other));
  });

  it('gives the same sum in any order and grouping', () => {
    const count = fc.nat({ max: 1_000_000 });
    const told = fc.option(count, { nil: null });
    const usage: fc.Arbitrary<Usage> = fc.oneof(
      fc.constantFrom(unmetered, refused, cached, zeroUsage),
      fc.record({
        requests: count,
        retries: count,
        cached_requests: count,
        unmetered_requests: count,
        input_tokens: told,
        cached_input_tokens: told,
        output_tokens: told,
        reasoning_tokens: told,
        total_tokens: fc.integer({ min: 1, max: 1_000_000 }),
        cost_usd: fc.option(
          count.map((billionths) => billionths / 1e9),
          { nil: null },
        ),
      }),
    );
    fc.assert(
      fc.property(usage, usage, usage, (a, b, c) => {
        expect(addUsage(addUsage(a, b), c)).toEqual(addUsage(a, addUsage(b, c)));
        expect(addUsage(a, b)).toEqual(addUsage(b, a));
        expect(addUsage(zeroUsage, a)).toEqual(a);
      }),
    );
  });

  it('sums costs without a drift that a user could see', () => {
    const small = priceOf('mistral-small-latest', builtInPrices);
    const call: Usage = {
      ...metered,
      input_tokens: 13,
      cached_input_tokens: 0,
      output_tokens: 7,
      total_tokens: 20,
    };
    const one = { ...call, cost_usd: costOf(call, small) };
    expect(one.cost_usd).toBe(0.00000615);
    let sum = zeroUsage;
    for (let n = 0; n < 100_000; n += 1) sum = addUsage(sum, one);
    expect(sum.cost_usd).toBe(0.615);
  });
});

describe('costOf', () => {
  const price = { input: 0.15, cached_input: 0.015, output: 0.6 };
  const tokens = {
    input_tokens: 1_000_000,
    cached_input_tokens: 0,
    output_tokens: 500_000,
    total_tokens: 1_500_000,
  };

  it.each([
    ['input and output', tokens, price, 0.45],
    ['cached input', { ...tokens, cached_input_tokens: 1_000_000 }, price, 0.315],
    [
      'cached input without a price of its own',
      { ...tokens, cached_input_tokens: 1_000_000 },
      { input: 0.15, output: 0.6 },
      0.45,
    ],
    ['input of which nobody said how much was cached', { ...tokens, cached_input_tokens: null }, price, 0.45],
    ['more cached input than input', { ...tokens, cached_input_tokens: 2_000_000 }, price, 0.315],
    ['an unknown price', tokens, undefined, null],
    [
      'tokens that nobody counted',
      { input_tokens: null, cached_input_tokens: null, output_tokens: null, total_tokens: null },
      price,
      null,
    ],
    ['output that nobody counted', { ...tokens, output_tokens: null }, price, null],
    ['input that nobody counted', { ...tokens, input_tokens: null }, price, null],
    ['nothing at an unknown price', zeroUsage, undefined, 0],
    ['a model that is free', tokens, { input: 0, output: 0 }, 0],
  ])('prices %s', (_what, tokens, price, expected) => {
    expect(costOf(tokens, price)).toBe(expected);
  });
});

describe('prices', () => {
  it.each([
    ['mistral-large-latest', 'mistral-large-2512', { input: 0.5, output: 1.5 }],
    ['mistral-medium-latest', 'mistral-medium-3-5', { input: 1.5, output: 7.5 }],
    ['mistral-small-latest', 'mistral-small-2603', { input: 0.15, output: 0.6 }],
    ['ministral-3b-latest', 'ministral-3b-2512', { input: 0.1, output: 0.1 }],
    ['ministral-8b-latest', 'ministral-8b-2512', { input: 0.15, output: 0.15 }],
    ['ministral-14b-latest', 'ministral-14b-2512', { input: 0.2, output: 0.2 }],
    ['codestral-latest', 'codestral-2508', { input: 0.3, output: 0.9 }],
    ['open-mistral-nemo', 'open-mistral-nemo-2407', { input: 0.15, output: 0.15 }],
    ['magistral-medium-latest', 'magistral-medium-2509', { input: 2, output: 5 }],
  ])('prices %s as %s', (alias, model, expected) => {
    expect(priceOf(alias, builtInPrices)).toMatchObject(expected);
    expect(priceOf(model, builtInPrices)).toEqual(priceOf(alias, builtInPrices));
  });

  it('prices cached input at a tenth of input', () => {
    for (const { input, cached_input } of Object.values(builtInPrices.models)) {
      expect(cached_input).toBeCloseTo(input / 10, 12);
    }
  });

  it('says the day on which they were read', () => {
    expect(builtInPrices.date).toMatch(/^2026-08-\d\d$/);
  });

  it.each(['mistral-next', 'Mistral-Small-Latest', '', 'constructor', '__proto__'])(
    'knows no price of "%s"',
    (model) => {
      expect(priceOf(model, builtInPrices)).toBeUndefined();
    },
  );

  it('lets a user replace and add prices', () => {
    const table = withOverrides(builtInPrices, {
      'mistral-small-latest': { input: 1, output: 2 },
      'my-model': { input: 0, output: 0 },
    });
    expect(priceOf('mistral-small-latest', table)).toEqual({ input: 1, output: 2 });
    expect(priceOf('my-model', table)).toEqual({ input: 0, output: 0 });
    expect(priceOf('mistral-large-latest', table)).toEqual(priceOf('mistral-large-latest', builtInPrices));
    expect(priceOf('my-model', builtInPrices)).toBeUndefined();
    expect(table.date).toBe(builtInPrices.date);
  });

  it.each([
    ['of an alias before the built-in one of what answers', ['mistral-small-latest'], 1],
    ['of what answers before that of the alias', ['mistral-small-latest', 'mistral-small-2603'], 2],
    ['of what answers alone', ['mistral-small-2603'], 2],
    ['of another model not at all', ['mistral-large-latest'], 0.15],
  ])('prices an answer by a price of the user’s %s', (_, names, input) => {
    const own = { 'mistral-small-latest': 1, 'mistral-small-2603': 2, 'mistral-large-latest': 3 };
    const given = Object.entries(own).filter(([name]) => names.includes(name));
    const overrides = Object.fromEntries(
      given.map(([name, price]) => [name, { input: price, output: price }]),
    );
    const table = withOverrides(builtInPrices, overrides);
    const priced = priceOfAnswer('mistral-small-latest', 'mistral-small-2603', table);
    expect(priced?.input).toBe(input);
  });
});
