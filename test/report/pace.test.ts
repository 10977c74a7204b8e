import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPace } from '../../src/report/pace.ts';

/** Records that end every so many milliseconds from one moment to another, each asked for a second before. */
function go(pace: ReturnType<typeof createPace>, from: number, to: number, every: number): void {
  for (let now = from + every; now <= to; now += every) pace.count(now, now - 1000);
}

describe('the pace', () => {
  it('is unknown until a second has passed and a record has ended', () => {
    const pace = createPace(5000);
    expect(pace.perSecond(9000)).toBeNull();
    expect(pace.timeFor(10, 9000)).toBeNull();
    pace.count(9000, 5000);
    expect(pace.perSecond(9000)).toBe(0.25);
    expect(pace.timeFor(10, 9000)).toBe(40_000);
  });

  it('stands still while a model is not asked', () => {
    const pace = createPace(0);
    go(pace, 0, 20_000, 100);
    pace.rest(80_000, 20_000);
    for (const now of [20_000, 50_000, 79_999, 80_000]) expect(pace.perSecond(now)).toBeCloseTo(10, 1);
    expect(pace.timeFor(100, 50_000)).toBeCloseTo(10_000 + 30_000, -3);
    go(pace, 80_000, 81_000, 100);
    expect(pace.perSecond(81_000)).toBeCloseTo(10, 1);
  });

  it('stands still in a second one too', () => {
    const pace = createPace(0);
    go(pace, 0, 10_000, 100);
    pace.rest(50_000, 10_000);
    go(pace, 50_000, 55_000, 100);
    pace.rest(90_000, 55_000);
    expect(pace.perSecond(90_000)).toBeCloseTo(10, 1);
  });

  it('counts what ends in a rest, and the time that it took', () => {
    const pace = createPace(0);
    go(pace, 0, 20_000, 100);
    pace.rest(80_000, 20_000);
    go(pace, 20_000, 80_000, 200);
    expect(pace.perSecond(80_000)).toBeCloseTo(5, 0);
  });

  it('takes no account of a straggler that ends in a rest', () => {
    const pace = createPace(0);
    go(pace, 0, 20_000, 100);
    pace.rest(80_000, 20_000);
    pace.count(60_000, 15_000);
    expect(pace.perSecond(80_000)).toBeCloseTo(10, 1);
  });

  it('ends a rest that is taken back, and prolongs one', () => {
    const pace = createPace(0);
    go(pace, 0, 10_000, 100);
    pace.rest(300_000, 10_000);
    pace.rest(-Infinity, 20_000);
    go(pace, 20_000, 30_000, 100);
    expect(pace.perSecond(30_000)).toBeCloseTo(10, 1);
    pace.rest(32_000, 30_000);
    pace.rest(90_000, 31_000);
    expect(pace.perSecond(89_000)).toBeCloseTo(10, 1);
  });

  it('expects rests such as there were, but takes one for no rule', () => {
    const pace = createPace(0);
    const told: number[] = [];
    // Ten seconds of work, fifty of rest, as with a quota by the minute: 100 records a minute.
    for (let minute = 0; minute < 20; minute += 1) {
      const began = minute * 60_000;
      go(pace, began, began + 10_000, 100);
      told.push((pace.timeFor(1000, began + 10_000) ?? 0) / 60_000);
      pace.rest(began + 60_000, began + 10_000);
    }
    expect(told.every((minutes, at) => at === 0 || minutes > (told[at - 1] ?? 0))).toBe(true);
    expect(told[1]).toBeLessThan(5);
    expect(told.at(-1)).toBeGreaterThan(8);
    expect(told.at(-1)).toBeLessThan(10.5);
  });

  it('promises nothing for others from a thousand that came from the cache', () => {
    const pace = createPace(0);
    for (let now = 1; now <= 1000; now += 1) pace.count(now);
    expect(pace.perSecond(1000)).toBe(1000);
    go(pace, 1000, 3000, 100);
    expect(pace.perSecond(3000)).toBeLessThan(30);
    go(pace, 3000, 11_000, 100);
    expect(pace.perSecond(11_000)).toBeCloseTo(10, 0);
    expect(pace.timeFor(100, 11_000)).toBeCloseTo(10_000, -3);
  });

  it('follows those from the cache that are spread among the others', () => {
    const pace = createPace(0);
    for (let index = 1; index <= 3000; index += 1) {
      const now = index * 10;
      if (index % 10 === 0) pace.count(now, now - 1000);
      else pace.count(now);
    }
    expect(pace.perSecond(30_000)).toBeGreaterThan(60);
    expect(pace.perSecond(30_000)).toBeLessThanOrEqual(100);
    expect(pace.askedShare).toBeCloseTo(0.1, 0);
  });

  it('is a number above 0 or unknown, whatever happens, and asking changes nothing', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('count' as const), wait: fc.nat(3000), asked: fc.boolean() }),
      fc.record({ kind: fc.constant('rest' as const), wait: fc.nat(3000), length: fc.nat(90_000) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60_000), (steps, after) => {
        const [watched, alone] = [createPace(0), createPace(0)];
        let now = 0;
        for (const { wait, ...happens } of steps) {
          now += wait;
          watched.perSecond(now);
          watched.timeFor(10, now);
          for (const pace of [watched, alone]) {
            if (happens.kind === 'rest') pace.rest(now + happens.length, now);
            else if (happens.asked) pace.count(now, Math.max(0, now - 500));
            else pace.count(now);
          }
        }
        now += after;
        expect(watched.perSecond(now)).toBe(alone.perSecond(now));
        const [rate, time] = [watched.perSecond(now), watched.timeFor(10, now)];
        expect(rate === null || (rate > 0 && rate < Infinity)).toBe(true);
        expect(time === null || (time > 0 && time < Infinity)).toBe(true);
        expect(rate === null).toBe(time === null);
      }),
    );
  });
});
