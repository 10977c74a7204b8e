import { describe, expect, it } from 'vitest';
import { createAnnouncer, type Wait } from '../../../src/run/pacing/announcer.ts';

/** Waits of so many milliseconds, each at its time. */
type Waits = readonly (readonly [time: number, milliseconds: number, reason: Wait['reason']])[];

/** What is told of them. */
function told(waits: Waits) {
  const all: number[] = [];
  const announcer = createAnnouncer(({ duration }) => all.push(duration));
  for (const [time, duration, reason] of waits) announcer.tell({ duration, reason }, time);
  return all;
}

describe('waits', () => {
  it('of a second or less are not told', () => {
    expect(told([[0, 1000, 'rate_limited']])).toEqual([]);
    expect(told([[0, 1001, 'rate_limited']])).toEqual([1001]);
  });

  it('are told again where they end more than a second later than was told', () => {
    const waits = [
      [0, 10_000, 'rate_limited'],
      [4000, 7000, 'rate_limited'],
      [4000, 7001, 'rate_limited'],
      [20_000, 5000, 'rate_limited'],
    ] as const;
    expect(told(waits)).toEqual([10_000, 7001, 5000]);
  });

  it('are told for each reason, whatever was told of others', () => {
    const waits = [
      [0, 60_000, 'limits'],
      [1000, 30_000, 'rate_limited'],
      [2000, 20_000, 'unavailable'],
      [3000, 10_000, 'rate_limited'],
      [4000, 70_000, 'limits'],
    ] as const;
    expect(told(waits)).toEqual([60_000, 30_000, 20_000, 70_000]);
  });

  it('for the limits of the file are told above five seconds', () => {
    expect(told([[0, 5000, 'limits']])).toEqual([]);
    expect(told([[0, 5001, 'limits']])).toEqual([5001]);
  });

  it('for the limits of the file are told again where they are longer, or when those told are over', () => {
    const waits = [
      [0, 60_000, 'limits'],
      [50_000, 60_000, 'limits'],
      [55_000, 61_000, 'limits'],
      [56_000, 61_001, 'limits'],
      [117_000, 60_000, 'limits'],
      [117_001, 6000, 'limits'],
      [180_000, 6000, 'limits'],
    ] as const;
    expect(told(waits)).toEqual([60_000, 61_001, 6000, 6000]);
  });

  it('for a model that is out are told however short the first is, and again after an answer', () => {
    const all: Wait[] = [];
    const announcer = createAnnouncer((wait) => all.push(wait));
    const tell = (time: number) =>
      announcer.tell({ duration: 200.4, reason: 'unavailable', gives_up_in: 300_000.4 - time }, time);
    tell(0);
    tell(300);
    announcer.answered();
    tell(1000);
    expect(all).toEqual([
      { duration: 200, reason: 'unavailable', gives_up_in: 300_000 },
      { duration: 200, reason: 'unavailable', gives_up_in: 299_000 },
    ]);
  });
});
