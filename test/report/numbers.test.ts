import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAmount,
  formatCompact,
  formatCount,
  formatMoney,
  formatPercent,
  formatRate,
  formatSeconds,
} from '../../src/report/numbers.ts';

describe('numbers for people', () => {
  it.each([
    [0, '$0.00'],
    [0.0000000004, '<$0.000001'],
    [0.0000012, '$0.0000012'],
    [0.00031, '$0.00031'],
    [0.00099795, '$0.0010'],
    [0.0031, '$0.0031'],
    [0.0312, '$0.031'],
    [0.05, '$0.050'],
    [0.21, '$0.21'],
    [0.999, '$1.00'],
    [1, '$1.00'],
    [12.4, '$12.40'],
    [12.3999, '$12.40'],
    [1234567.891, '$1,234,567.89'],
  ])('writes %d dollars as %s', (dollars, text) => {
    expect(formatMoney(dollars)).toBe(text);
  });

  it('never writes money that was spent as nothing, nor far from what it is', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (dollars) => {
        const shown = Number(formatMoney(dollars).replaceAll(/[$,]/g, ''));
        expect(Math.abs(shown - dollars)).toBeLessThanOrEqual(dollars * 0.0501);
        expect(shown).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567, '1,234,567'],
  ])('writes the count %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it('groups whole numbers as Intl does', () => {
    const intl = new Intl.NumberFormat('en-US');
    const numbers = [0, 7, 99, 100, 999, 1000, 12_345, 999_999, 1e6, 1e9 - 1, 1e15, Number.MAX_SAFE_INTEGER];
    for (const count of numbers) expect(formatCount(count)).toBe(intl.format(count));
  });

  it.each([
    [0, '0'],
    [9999, '9,999'],
    [12_345, '12.3K'],
    [999_999, '1M'],
    [1_234_567, '1.2M'],
    [4_500_000_000, '4.5B'],
  ])('writes the count %d in little room as %s', (count, text) => {
    expect(formatCompact(count)).toBe(text);
  });

  it.each([
    [0, '0 records'],
    [1, '1 record'],
    [1200, '1,200 records'],
  ])('writes an amount of %d', (count, text) => {
    expect(formatAmount(count, 'record')).toBe(text);
  });

  it.each([
    [0, 3, '0 %'],
    [29, 100, '29 %'],
    [999, 1000, '99 %'],
    [7, 7, '100 %'],
  ])('writes %d of %d in whole percent as %s', (part, whole, text) => {
    expect(formatPercent(part, whole)).toBe(text);
  });

  it.each([
    [1234, '1,234/s'],
    [240.4, '240/s'],
    [9.96, '10/s'],
    [5.42, '5.4/s'],
    [1, '1.0/s'],
    [0.5, '30/min'],
    [0.05, '3.0/min'],
    [1 / 60, '1.0/min'],
    [1 / 1440, '2.5/h'],
  ])('writes a rate of %d a second as %s', (rate, text) => {
    expect(formatRate(rate)).toBe(text);
  });

  it.each([
    [0, '1 s'],
    [1, '1 s'],
    [1000, '1 s'],
    [1001, '2 s'],
    [59_000, '59 s'],
    [59_001, '1m 00s'],
    [125_000, '2m 05s'],
    [7_800_000, '2h 10m'],
    [35_999_940_000, '9999h 59m'],
    [36_000_000_000, '10,000+ h'],
    [1e22, '10,000+ h'],
    [Infinity, '10,000+ h'],
  ])('writes %d ms in whole seconds as %s', (milliseconds, text) => {
    expect(formatSeconds(milliseconds)).toBe(text);
  });
});
