import { describe, expect, it } from 'vitest';
import type { ModelPaused } from '../../../src/run/events.ts';
import { createAnnouncer } from '../../../src/run/pacing/announcer.ts';

/** What is told of waits of so many milliseconds, each at its time. */
function told(
  waits: readonly (readonly [time: number, milliseconds: number, reason: ModelPaused['reason']])[],
) {
  const all: number[] = [];
  const announcer = createAnnouncer((milliseconds) => all.push(milliseconds));
  for (const [time, milliseconds, reason] of waits) announcer.tell(milliseconds, reason, time);
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
      [20_000, 5000, 'unavailable'],
    ] as const;
    expect(told(waits)).toEqual([10_000, 7001, 5000]);
  });

  it('for the limits of the file are told above five seconds, and then where they are longer', () => {
    const waits = [5000, 5001, 5900, 6002, 4000, 6100, 30_000].map(
      (milliseconds, nth) => [nth * 60_000, milliseconds, 'limits'] as const,
    );
    expect(told(waits)).toEqual([5001, 6002, 30_000]);
  });
});
