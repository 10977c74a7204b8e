import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isExactNumber } from '../../src/diagnostic/exact-number.ts';

describe('isExactNumber', () => {
  it.each([
    ['0', true],
    ['-0', true],
    ['9007199254740991', true],
    ['-9007199254740991', true],
    ['9007199254740992', false],
    ['0x1fffffffffffff', true],
    ['0x20000000000000', false],
    ['0o17', true],
    ['0.1', true],
    ['1.500', true],
    ['.5', true],
    ['5.', true],
    ['-1e-7', true],
    ['1E+2', true],
    ['100e-2', true],
    ['1e22', true],
    ['123456789.123456789', false],
    ['3.14159265358979323846', false],
    ['1e400', false],
    ['1e-400', false],
    ['0e-400', true],
    ['9007199254740993.0', false],
    [`0.${'1'.repeat(2000)}`, false],
  ])('%s: %s', (digits, exact) => {
    expect(isExactNumber(digits, Number(digits))).toBe(exact);
  });

  it('holds for every number as JavaScript writes it, but integers beyond 2^53', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const isLarge =
          Number.isInteger(value) && !Number.isSafeInteger(value) && !String(value).includes('e');
        expect(isExactNumber(String(value), value)).toBe(!isLarge);
      }),
    );
  });
});
