import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundOf } from '../../src/run/budget-bound.ts';
import { costOf } from '../../src/usage/cost.ts';

const price = { input: 0.15, cached_input: 0.015, output: 0.6 };

describe('the most that a request may use', () => {
  it.each([
    ['its bytes and its answer', { bytes: 1000, images: 0, max_output_tokens: 800 }, 2824, 0.0007836],
    ['images that the body only names', { bytes: 1000, images: 2, max_output_tokens: 1 }, 102_025, 0.0153042],
    ['next to nothing', { bytes: 0, images: 0, max_output_tokens: 1 }, 1025, 0.0001542],
  ])('counts %s', (_name, request, tokens, usd) => {
    expect(boundOf(request, price)).toEqual({ usd, tokens });
  });

  it('is priced by the dearer kind of input', () => {
    const request = { bytes: 976, images: 0, max_output_tokens: 1 };
    expect(boundOf(request, { input: 1, output: 0, cached_input: 3 }).usd).toBe(0.006);
    expect(boundOf(request, { input: 3, output: 0, cached_input: 1 }).usd).toBe(0.006);
    expect(boundOf(request, { input: 3, output: 0 }).usd).toBe(0.006);
  });

  it('is rounded up to a billionth', () => {
    const request = { bytes: 0, images: 0, max_output_tokens: 1 };
    expect(boundOf(request, { input: 0, output: 0.0000001 }).usd).toBe(1e-9);
    expect(boundOf(request, { input: 0, output: 0 }).usd).toBe(0);
  });

  it('is in tokens alone where no price is known', () => {
    expect(boundOf({ bytes: 10, images: 0, max_output_tokens: 5 }, undefined)).toEqual({
      usd: null,
      tokens: 1039,
    });
  });

  it('is not asked for where nothing bounds the answer', () => {
    const request = { bytes: 10, images: 0, max_output_tokens: null };
    expect(() => boundOf(request, price)).toThrow('nothing bounds');
  });

  it('is never less than what is charged', () => {
    const dollars = fc.integer({ min: 0, max: 200_000 }).map((thousandths) => thousandths / 1000);
    const used = fc.record({
      bytes: fc.nat({ max: 2_000_000 }),
      max_output_tokens: fc.integer({ min: 1, max: 100_000 }),
      images: fc.nat({ max: 3 }),
    });
    const shares = fc.tuple(fc.nat({ max: 100 }), fc.nat({ max: 100 }), fc.nat({ max: 100 }));
    const prices = fc.record({ input: dollars, output: dollars, cached_input: dollars });
    fc.assert(
      fc.property(used, shares, prices, (request, [ofInput, ofCached, ofOutput], price) => {
        const bound = boundOf(request, price);
        const most = bound.tokens - request.max_output_tokens;
        const input_tokens = Math.floor((most * ofInput) / 100);
        const cached_input_tokens = Math.floor((input_tokens * ofCached) / 100);
        const output_tokens = Math.floor((request.max_output_tokens * ofOutput) / 100);
        const total_tokens = input_tokens + output_tokens;
        expect(bound.tokens).toBeGreaterThanOrEqual(total_tokens);
        const tokens = { input_tokens, cached_input_tokens, output_tokens, total_tokens };
        expect(bound.usd).toBeGreaterThanOrEqual(costOf(tokens, price) ?? Infinity);
      }),
    );
  });
});
