/** Where numbers lie, counted so that a million of them take no more room than a thousand that differ. */
export interface Spread {
  /** A finite number. */
  add(value: number): void;
  readonly count: number;
  /** Null where there are none. */
  readonly least: number | null;
  readonly most: number | null;
  /** The middle one, of an even count the lower: exact, or within 0.5 % where more than 1,000 values differ. */
  median(): number | null;
}

const exactValues = 1000;
/** Digits that are kept of a number beyond those. */
const digits = 3;

export function createSpread(): Spread {
  let counts = new Map<number, number>();
  let isExact = true;
  let count = 0;
  let least = Infinity;
  let most = -Infinity;

  /** There are so many that three digits of each must do. */
  function coarsen(): void {
    isExact = false;
    const exact = counts;
    counts = new Map();
    for (const [value, times] of exact) put(value, times);
  }

  function put(value: number, times: number): void {
    const kept = isExact ? value : Number(value.toPrecision(digits));
    counts.set(kept, (counts.get(kept) ?? 0) + times);
  }

  return {
    add(value) {
      count += 1;
      least = Math.min(least, value);
      most = Math.max(most, value);
      put(value, 1);
      if (isExact && counts.size > exactValues) coarsen();
    },
    get count() {
      return count;
    },
    get least() {
      return count === 0 ? null : least;
    },
    get most() {
      return count === 0 ? null : most;
    },
    median() {
      const rank = Math.ceil(count / 2);
      let before = 0;
      for (const [value, times] of [...counts].sort(([one], [other]) => one - other)) {
        before += times;
        // What was rounded stays between those that are known to the digit.
        if (before >= rank) return Math.min(most, Math.max(least, value));
      }
      return null;
    },
  };
}
