import { describe, expect, it } from 'vitest';
import { createBudgetHold } from '../../src/report/budget-hold.ts';

describe('whether calls wait for the budget', () => {
  it('is told once it has lasted a second, and gaps of less make no difference', () => {
    const hold = createBudgetHold();
    expect(hold.read(0)).toBe(false);
    hold.set(true, 5000);
    expect(hold.read(5999)).toBe(false);
    expect(hold.read(6000)).toBe(true);
    hold.set(false, 6500);
    hold.set(true, 7400);
    hold.set(false, 7500);
    expect(hold.read(8499)).toBe(true);
    expect(hold.read(8500)).toBe(false);
  });

  it('begins anew after a gap', () => {
    const hold = createBudgetHold();
    hold.set(true, 0);
    hold.set(false, 3000);
    hold.set(true, 4000);
    expect(hold.read(4900)).toBe(false);
    expect(hold.read(5000)).toBe(true);
  });

  it('is not told of waits that are over at once', () => {
    const hold = createBudgetHold();
    for (let now = 0; now < 60_000; now += 2000) {
      hold.set(true, now);
      hold.set(false, now + 100);
      expect(hold.read(now + 500)).toBe(false);
    }
  });
});
