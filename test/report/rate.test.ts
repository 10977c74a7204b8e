import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateMeter } from '../../src/report/rate.ts';

const window = 30;

/** The same by keeping every moment. */
function slowRate(moments: readonly number[], start: number, now: number): number | null {
  const elapsed = (now - start) / 1000;
  if (moments.length === 0 || elapsed < 1) return null;
  const oldest = Math.floor(elapsed) - window + 1;
  const recent = moments.filter((moment) => Math.floor((moment - start) / 1000) >= oldest).length;
  if (recent === 0) return moments.length / elapsed;
  return recent / (oldest <= 0 ? elapsed : elapsed - oldest);
}

describe('the rate', () => {
  it('is unknown until a second has passed and something was counted', () => {
    const meter = createRateMeter(5000);
    expect(meter.perSecond(9000)).toBeNull();
    meter.count(5100);
    const early = createRateMeter(5000);
    early.count(5100);
    expect(early.perSecond(5999)).toBeNull();
    expect(early.perSecond(6000)).toBe(1);
  });

  it('follows a change within its window', () => {
    const meter = createRateMeter(0);
    for (let now = 0; now < 60_000; now += 100) meter.count(now);
    expect(meter.perSecond(60_000)).toBeCloseTo(10, 0);
    for (let now = 60_000; now < 120_000; now += 1000) meter.count(now);
    expect(meter.perSecond(120_000)).toBeCloseTo(1, 0);
  });

  it('takes all the time there was where records take longer than the window', () => {
    const meter = createRateMeter(0);
    meter.count(10_000);
    meter.count(20_000);
    expect(meter.perSecond(100_000)).toBe(0.02);
  });

  it('says what a record of every moment would say', () => {
    const gaps = fc.array(fc.oneof(fc.nat(50), fc.nat(3000), fc.nat(90_000)), { maxLength: 80 });
    fc.assert(
      fc.property(fc.nat(1e9), gaps, fc.nat(60_000), (start, gaps, rest) => {
        const meter = createRateMeter(start);
        const moments: number[] = [];
        let now = start;
        for (const gap of gaps) {
          now += gap;
          meter.count(now);
          moments.push(now);
        }
        now += rest;
        const expected = slowRate(moments, start, now);
        expect(meter.perSecond(now) ?? -1).toBeCloseTo(expected ?? -1, 6);
      }),
    );
  });
});
