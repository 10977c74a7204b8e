import { describe, expect, it } from 'vitest';
import { createSteadyClock } from '../../../src/run/pacing/steady-clock.ts';

function steady(start = 1_767_225_600_000) {
  let now = start;
  const clock = createSteadyClock(() => now);
  return {
    clock,
    pass: (milliseconds: number): number => {
      now += milliseconds;
      return clock.read();
    },
  };
}

describe('a steady clock', () => {
  it('begins at 0 and goes as the clock on the wall', () => {
    const { clock, pass } = steady();
    expect(clock.read()).toBe(0);
    expect([pass(10), pass(0.5), pass(60_000)]).toEqual([10, 10.5, 60_010.5]);
  });

  it('stands still where that is set back, and goes on from there', () => {
    const { pass } = steady();
    expect([pass(1000), pass(-3_600_000), pass(10), pass(3_600_000)]).toEqual([1000, 1000, 1010, 121_010]);
  });

  it('believes no more than two minutes where that is set forward', () => {
    const { pass } = steady();
    expect([pass(86_400_000), pass(10)]).toEqual([120_000, 120_010]);
  });

  it('is as late as a timer that has run, at least', () => {
    const { clock, pass } = steady();
    pass(-1000);
    clock.reach(300);
    expect(clock.read()).toBe(300);
    pass(1000);
    clock.reach(500);
    expect(clock.read()).toBe(1300);
  });

  it('does not run ahead by timers that run too early', () => {
    const { clock, pass } = steady();
    for (let timers = 0; timers < 1000; timers++) {
      clock.reach(clock.read() + 2);
      pass(1);
    }
    expect(clock.read()).toBe(1000);
  });

  it('does not count twice what a timer has told', () => {
    let now = 0;
    const clock = createSteadyClock(() => now);
    now = 500;
    clock.reach(500);
    expect(clock.read()).toBe(500);
  });
});
