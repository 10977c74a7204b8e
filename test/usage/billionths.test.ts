import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billionthsDown, billionthsUp, dollarsOf } from '../../src/usage/billionths.ts';

describe('billionths of a dollar', () => {
  it('are exact for what costs are written with, up to a million dollars', () => {
    fc.assert(
      fc.property(fc.nat({ max: 1e15 }), (billionths) => {
        const dollars = Number(`${billionths}e-9`);
        expect(dollarsOf(billionths)).toBe(dollars);
        expect(billionthsUp(dollars)).toBe(billionths);
        expect(billionthsDown(dollars)).toBe(billionths);
      }),
    );
  });

  it.each([
    [0, 0, 0],
    [1e-10, 0, 1],
    [0.1 + 0.2, 300_000_000, 300_000_001],
    [1.0000000004, 1_000_000_000, 1_000_000_001],
    [1.0000000006, 1_000_000_000, 1_000_000_001],
  ])('of %d dollars are %d, rounded up %d', (dollars, down, up) => {
    expect(billionthsDown(dollars)).toBe(down);
    expect(billionthsUp(dollars)).toBe(up);
  });
});
