/** What a number is at least, most likely, and at most; null where nobody can tell. */
export interface Range {
  readonly min: number | null;
  readonly expected: number | null;
  readonly max: number | null;
}

/** The sum; null where one of the numbers is. */
export function addOrUnknown(...numbers: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const number of numbers) {
    if (number === null) return null;
    sum += number;
  }
  return sum;
}

/** So often what is known; nothing of what is not known is nothing all the same. */
export function times(count: number, number: number | null): number | null {
  return count === 0 ? 0 : number === null ? null : count * number;
}

export function sumRanges(ranges: readonly Range[]): Range {
  const sum = (bound: keyof Range) => addOrUnknown(...ranges.map((range) => range[bound]));
  return { min: sum('min'), expected: sum('expected'), max: sum('max') };
}

export function mapRange({ min, expected, max }: Range, map: (number: number) => number): Range {
  const of = (number: number | null) => (number === null ? null : map(number));
  return { min: of(min), expected: of(expected), max: of(max) };
}
