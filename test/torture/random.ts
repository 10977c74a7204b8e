/** Draws by a seed: the same seed draws the same, on every machine. */
export interface Random {
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number;
  chance(share: number): boolean;
  pick<Value>(values: readonly Value[]): Value;
  /** A part of the values, in their order; at least one of them. */
  some<Value>(values: readonly Value[]): readonly Value[];
}

export function createRandom(seed: number): Random {
  // Mulberry32: 32 bits of state, more than enough to choose what to break.
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  function pick<Value>(values: readonly Value[]): Value {
    const picked = values[whole(0, values.length - 1)];
    if (picked === undefined) throw new Error('there is nothing to pick from');
    return picked;
  }
  return {
    whole,
    chance: (share) => next() < share,
    pick,
    some(values) {
      const chosen = values.filter(() => next() < 0.5);
      return chosen.length > 0 ? chosen : [pick(values)];
    },
  };
}
