import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paintFor, systemClock } from '../../src/report/output.ts';

describe('paint', () => {
  it('colours where colours are wanted, and only there', () => {
    expect(paintFor({ color: true })('red', 'x')).toBe('\u001B[31mx\u001B[39m');
    expect(paintFor({ color: false })('red', 'x')).toBe('x');
  });
});

describe("the machine's clock", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ticks until it is told not to', () => {
    const tick = vi.fn<() => void>();
    const began = systemClock.now();
    const stop = systemClock.every(1000, tick);
    vi.advanceTimersByTime(3500);
    expect(tick).toHaveBeenCalledTimes(3);
    expect(systemClock.now() - began).toBe(3500);
    stop();
    vi.advanceTimersByTime(3500);
    expect(tick).toHaveBeenCalledTimes(3);
    expect(vi.getTimerCount()).toBe(0);
  });
});
