import { survivesAsDouble } from '../json/decimal.ts';

/** No number that a person means has more digits, and the work on the digits is bounded. */
const longestNumber = 1000;

/**
 * Whether a number of a YAML or JSON file says what its digits say. Integers must be within ±(2^53 - 1), where every
 * one is exact; of other numbers no digit may be lost, as `0.1` loses none and `3.14159265358979323846` does.
 */
export function isExactNumber(digits: string, value: number): boolean {
  if (/^[-+]?(?:\d+|0x[\da-f]+|0o[0-7]+)$/iu.test(digits)) return Number.isSafeInteger(value);
  return digits.length <= longestNumber && survivesAsDouble(digits);
}
