import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLimit } from '../../../src/run/pacing/limit.ts';

const minute = 60_000;

/** The most that was taken in any window of so many milliseconds. */
function most(taken: readonly { readonly time: number; readonly amount: number }[], length: number): number {
  return Math.max(
    0,
    ...taken.map(({ time: start }) =>
      taken.reduce((sum, { time, amount }) => sum + (time >= start && time < start + length ? amount : 0), 0),
    ),
  );
}

describe('a limit', () => {
  it('is never exceeded in any window, however requests come and however late timers are', () => {
    const demands = fc.array(fc.record({ rest: fc.oneof(fc.constant(0), fc.nat(1500)), late: fc.nat(80) }), {
      minLength: 50,
      maxLength: 300,
    });
    fc.assert(
      fc.property(
        demands,
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(1000, minute),
        (all, told, length) => {
          const limit = createLimit({ told, length });
          const taken: { readonly time: number; readonly amount: number }[] = [];
          let time = 0;
          for (const { rest, late } of all) {
            time += rest;
            for (let wait = limit.wait(1, time); wait > 0; wait = limit.wait(1, time))
              time += Math.ceil(wait) + late;
            limit.take(1, time);
            taken.push({ time, amount: 1 });
          }
          expect(most(taken, length)).toBeLessThanOrEqual(told);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of amounts is never exceeded, but by one that is larger than all of it, alone', () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(amounts, (all) => {
        const limit = createLimit({ told: 50, length: minute });
        const taken: { readonly time: number; readonly amount: number }[] = [];
        let time = 0;
        for (const amount of all) {
          for (let wait = limit.wait(amount, time); wait > 0; wait = limit.wait(amount, time))
            time += Math.ceil(wait);
          limit.take(amount, time);
          taken.push({ time, amount });
        }
        expect(
          most(
            taken.filter(({ amount }) => amount <= 50),
            minute,
          ),
        ).toBeLessThanOrEqual(50);
        for (const { time: at, amount } of taken.filter((one) => one.amount > 50)) {
          const after = taken.filter(({ time }) => time >= at && time < at + minute);
          expect(most(after, minute)).toBe(amount);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('lets a fifth of a second pass at once after a rest, and at least one', () => {
    const atOnce = (told: number): number => {
      const limit = createLimit({ told, length: 1000 });
      let count = 0;
      for (; limit.wait(1, 60_000) === 0; count++) limit.take(1, 60_000);
      return count;
    };
    expect([0.5, 1, 5, 10, 100, 1000].map(atOnce)).toEqual([1, 1, 1, 2, 20, 199]);
  });

  it('that is a fraction holds on the average', () => {
    const limit = createLimit({ told: 1.5, length: 1000 });
    let time = 0;
    for (let count = 0; count < 150; count++) {
      time += limit.wait(1, time);
      limit.take(1, time);
    }
    expect(time).toBeGreaterThan(99_000);
    expect(time).toBeLessThan(102_000);
  });

  it('gives back what was taken too much of, and takes what was too little', () => {
    const limit = createLimit({ told: 60_000, length: minute });
    limit.take(990, 0);
    expect(limit.wait(1, 0)).toBeCloseTo(1000, -1);
    limit.correct(-495, 0);
    expect(limit.wait(1, 0)).toBeCloseTo(500, -1);
    limit.correct(990, 0);
    expect(limit.wait(1, 0)).toBeCloseTo(1500, -1);
  });

  it('that nobody has told holds nothing back', () => {
    const limit = createLimit({ told: undefined, length: 1000 });
    for (let count = 0; count < 10_000; count++) {
      expect(limit.wait(1_000_000, 0)).toBe(0);
      limit.take(1_000_000, 0);
    }
  });

  it('that is learned counts what has passed before', () => {
    const limit = createLimit({ told: undefined, length: minute });
    for (let count = 0; count < 10; count++) limit.take(1, 0);
    limit.learn(10, null, 100);
    expect(limit.wait(1, 100)).toBeGreaterThanOrEqual(minute - 100);
  });

  it('that is learned to be another is that from then on', () => {
    const limit = createLimit({ told: 600, length: minute });
    const pace = (time: number): number => {
      limit.take(1, time);
      limit.take(1, time);
      return limit.wait(1, time);
    };
    const seconds = [600, 60, 1200].map((said, nth) => {
      limit.learn(said, null, nth * minute * 2);
      return Math.round(pace((nth + 1) * minute * 2 - 1000) / 100) / 10;
    });
    // A fifth of a second less each, which may pass at once after a rest.
    expect(seconds).toEqual([0, 1.8, 0]);
  });

  it('that turns out to be used up lets no more pass at once when there is room again', () => {
    const limit = createLimit({ told: undefined, length: 1000 });
    limit.take(100, 0);
    limit.learn(100, null, 0);
    const room = Math.ceil(limit.wait(1, 0));
    expect(room).toBeGreaterThan(1000);
    expect(limit.wait(1, room)).toBe(0);
    limit.take(1, room);
    expect(limit.wait(1, room)).toBeGreaterThan(9);
  });
});

describe('a limit that was learned and is not believed any more', () => {
  it('is forgotten with what it has moved', () => {
    const limit = createLimit({ told: 6000, length: minute });
    limit.learn(1, 0, 0);
    limit.take(100, 0);
    expect(limit.wait(1, 0)).toBeGreaterThan(90 * minute);
    limit.forget();
    expect(limit.learned).toBe(Infinity);
    expect(limit.wait(1, 0)).toBe(0);
  });

  it('is learned again where the server tells it again', () => {
    const limit = createLimit({ told: undefined, length: minute });
    limit.learn(10, null, 0);
    limit.forget();
    limit.learn(10, 0, 0);
    expect(limit.learned).toBe(10);
    expect(limit.wait(1, 0)).toBe(minute / 10);
  });
});

describe('what others use of a limit', () => {
  /** Of 60 a minute, of which this process has used none. */
  function learned(left: number | null) {
    const limit = createLimit({ told: undefined, length: minute });
    limit.learn(60, left, 0);
    return limit;
  }

  it('is held against it, and comes back at its pace', () => {
    const limit = learned(20);
    expect(limit.wait(20, 0)).toBe(0);
    expect(limit.wait(25, 0)).toBe(5000);
    expect(limit.wait(35, 10_000)).toBe(5000);
    expect(limit.wait(60, 40_000)).toBe(0);
    expect(limit.wait(60, 80_000)).toBe(0);
  });

  it('is what is neither left nor used here, and is waited for no longer than it takes them', () => {
    const limit = createLimit({ told: undefined, length: minute });
    limit.take(50, 0);
    limit.learn(60, 0, 50_000);
    expect(limit.wait(5, 50_000)).toBe(5000);
    // Ten of the fifty that this process has used have to leave the window before it.
    expect(limit.wait(20, 50_000)).toBeGreaterThan(10_000);
    expect(limit.wait(20, 50_000)).toBeLessThan(11_000);
  });

  it('is forgotten where the server tells that more is left, or that its word does not hold', () => {
    const limit = learned(0);
    expect(limit.wait(30, 0)).toBe(30_000);
    limit.learn(60, 60, 0);
    expect(limit.wait(30, 0)).toBe(0);
    limit.learn(60, 0, 0);
    limit.forget();
    expect(limit.wait(30, 0)).toBe(0);
  });

  it('is unknown where the server does not tell both the limit and what is left of it', () => {
    expect(learned(null).wait(60, 0)).toBe(0);
    const unlimited = createLimit({ told: undefined, length: minute });
    unlimited.learn(null, 0, 0);
    expect(unlimited.wait(60, 0)).toBe(0);
  });
});
