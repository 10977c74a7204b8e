import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndexSet } from '../../src/records/index-set.ts';

describe('a set of indexes', () => {
  it('does what a Set does', () => {
    const index = fc.oneof(
      fc.nat(50),
      fc.maxSafeNat(),
      fc.nat(1000).map((n) => n * 2 ** 32),
    );
    fc.assert(
      fc.property(fc.array(index, { maxLength: 500 }), (indexes) => {
        const set = createIndexSet();
        const model = new Set<number>();
        for (const one of indexes) {
          expect(set.add(one)).toBe(!model.has(one));
          model.add(one);
        }
        expect([...set].sort((one, other) => one - other)).toEqual(
          [...model].sort((one, other) => one - other),
        );
      }),
    );
  });

  it.each([
    ['one after another', 1],
    ['spread', 50],
    ['spread over powers of two', 4096],
    ['beyond 32 bits', 2 ** 20 + 1],
  ])('takes many: %s', (_, step) => {
    const set = createIndexSet();
    for (let at = 0; at < 200_000; at += 1) if (!set.add(at * step)) throw new Error(`${at} was there`);
    expect(set.add(199_999 * step)).toBe(false);
    let count = 0;
    for (const index of set) count += index % step === 0 ? 1 : 0;
    expect(count).toBe(200_000);
  });
});
