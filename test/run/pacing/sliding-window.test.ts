import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSlidingWindow } from '../../../src/run/pacing/sliding-window.ts';

describe('a sliding window', () => {
  it('counts never too little, and a part too long at most', () => {
    const takes = fc.array(
      fc.record({ wait: fc.oneof(fc.nat(50), fc.nat(5000)), amount: fc.integer({ min: 1, max: 9 }) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(takes, fc.constantFrom(10, 100, 250), (all, parts) => {
        const window = createSlidingWindow(1000, parts);
        const taken: { readonly time: number; readonly amount: number }[] = [];
        let time = 0;
        for (const { wait, amount } of all) {
          time += wait;
          window.add(amount, time);
          taken.push({ time, amount });
          const within = (length: number): number =>
            taken.reduce((sum, one) => sum + (one.time > time - length ? one.amount : 0), 0);
          expect(window.sum(time)).toBeGreaterThanOrEqual(within(1000));
          expect(window.sum(time)).toBeLessThanOrEqual(within(1000 + 1000 / parts));
        }
      }),
    );
  });

  it('says when so little is left in it', () => {
    const window = createSlidingWindow(1000, 100);
    for (const [amount, time] of [
      [3, 0],
      [2, 500],
      [5, 999],
    ] as const)
      window.add(amount, time);
    expect([10, 8, 7, 5, 4, 0].map((amount) => window.until(amount, 999))).toEqual([
      0, 11, 11, 511, 1001, 1001,
    ]);
    expect(window.until(7, 1010)).toBe(0);
    expect(window.sum(1010)).toBe(7);
  });

  it('corrects what is in it, and nothing else', () => {
    const window = createSlidingWindow(1000, 100);
    window.add(10, 0);
    window.add(-4, 0);
    window.add(1, 600);
    expect(window.sum(600)).toBe(7);
    expect(window.sum(1100)).toBe(1);
    window.add(-6, 0);
    expect(window.sum(1100)).toBe(1);
  });

  it('corrects the oldest that is in it, too, and asked when it is empty, has forgotten all', () => {
    const window = createSlidingWindow(1000, 100);
    window.add(10, 0);
    window.add(1, 1000);
    window.add(-4, 0);
    expect(window.sum(1009)).toBe(7);
    expect(window.until(0, 9999)).toBe(0);
  });

  it('tells what has passed since a time', () => {
    const window = createSlidingWindow(1000, 100);
    for (const time of [0, 100, 200, 300]) window.add(1, time);
    expect([0, 100, 150, 300, 400].map((start) => window.sumSince(start, 400))).toEqual([4, 3, 2, 1, 0]);
    expect(window.sumSince(0, 1250)).toBe(1);
  });
});
