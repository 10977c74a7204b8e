/**
 * Whether a number, written as JSON or YAML writes decimals, still has its value after it has become a double: yes for
 * 0.1, 1e3, 1.0 and .5, no for 12345678901234567890, 1e400 and 1e-400.
 */
export function survivesAsDouble(number: string): boolean {
  const double = Number(number);
  return Number.isFinite(double) && decimalOf(String(double)) === decimalOf(number);
}

/** The digits that count and the power of ten of the last one, so that equal decimals are equal texts: `125e-1`. */
function decimalOf(number: string): string {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^[-+]?(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(number) ?? [];
  const digits = whole + fraction;
  let start = 0;
  while (digits[start] === '0') start += 1;
  if (start === digits.length) return '0';
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  const power = Number(exponent) - fraction.length + (digits.length - end);
  return `${digits.slice(start, end)}e${power}`;
}
