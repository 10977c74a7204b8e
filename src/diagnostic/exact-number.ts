/** No number that a person means has more digits, and the work on the digits is bounded. */
const longestNumber = 1000;

/**
 * Whether a JSON number says what its digits say. Integers must be within ±(2^53 - 1), where every one is exact; of
 * other numbers no digit may be lost, as `0.1` loses none and `3.14159265358979323846` does.
 */
export function isExactNumber(digits: string, value: number): boolean {
  if (!Number.isFinite(value) || digits.length > longestNumber) return false;
  if (/^[-+]?(?:\d+|0x[\da-f]+|0o[0-7]+)$/iu.test(digits)) return Number.isSafeInteger(value);
  return significance(digits) === significance(String(value));
}

/** A decimal number as its digits without outer zeros and a power of ten, so that `1.50` and `15e-1` are alike. */
function significance(decimal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/iu.exec(decimal) ?? [];
  const digits = (whole + fraction).replace(/^0+/u, '');
  const significant = digits.replace(/0+$/u, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign === '-' ? '-' : ''}${significant}e${power}`;
}
