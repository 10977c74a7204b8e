import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draw, fingerprint } from '../../src/simulator/chance.ts';
import { createFaults, drawFault } from '../../src/simulator/faults.ts';
import { drawLatency } from '../../src/simulator/latency.ts';
import type { Fault, FaultRates } from '../../src/simulator/options.ts';

const prints = (count: number, seed = 0) =>
  Array.from({ length: count }, (_, index) => fingerprint(seed, `body ${index}`));

/** Four standard deviations of a share observed in so many trials. */
const tolerance = (share: number, trials: number) => 4 * Math.sqrt((share * (1 - share)) / trials);

describe('draw', () => {
  it('is uniform from 0 to 1', () => {
    const draws = prints(20_000).map((print) => draw(print, 'fault'));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const within = draws.filter((value) => value >= tenth / 10 && value < (tenth + 1) / 10).length;
      expect(Math.abs(within / 20_000 - 0.1)).toBeLessThan(tolerance(0.1, 20_000));
    }
  });

  it('differs by seed, body, purpose and count', () => {
    const print = fingerprint(0, 'body');
    const draws = [
      draw(print, 'fault'),
      draw(print, 'fault', 1),
      draw(print, 'latency'),
      draw(fingerprint(1, 'body'), 'fault'),
      draw(fingerprint(0, 'other body'), 'fault'),
    ];
    expect(new Set(draws).size).toBe(draws.length);
    expect(draw(print, 'fault')).toBe(draws[0]);
  });
});

describe('drawLatency', () => {
  it('is always the same where no p99 makes it vary', () => {
    const draws = prints(100).map((print) => drawLatency({ median: 300, p99: 300 }, print));
    expect(new Set(draws)).toEqual(new Set([300]));
  });

  it('has the median and the 99th percentile that were asked for', () => {
    const latency = { median: 300, p99: 3000 };
    const draws = prints(20_000).map((print) => drawLatency(latency, print));
    const below = (limit: number) => draws.filter((milliseconds) => milliseconds < limit).length / 20_000;
    expect(Math.abs(below(300) - 0.5)).toBeLessThan(tolerance(0.5, 20_000));
    expect(Math.abs(below(3000) - 0.99)).toBeLessThan(tolerance(0.99, 20_000));
  });

  it('is above 0 and at most ten times the p99, however wide', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3_600_000 }),
        fc.integer({ min: 0, max: 3_600_000 }),
        fc.string(),
        (median, wider, body) => {
          const p99 = Math.min(median + wider, 3_600_000);
          const milliseconds = drawLatency({ median, p99 }, fingerprint(0, body));
          expect(milliseconds).toBeGreaterThan(0);
          expect(milliseconds).toBeLessThanOrEqual(10 * p99);
        },
      ),
    );
  });
});

describe('drawFault', () => {
  const rates: FaultRates = {
    rate_limited: 0.05,
    server_error: 0.02,
    dropped: 0.01,
    malformed: 0.005,
    truncated: 0.01,
  };

  it.each([0, 1, 2, 3])('meets each fault as often as asked for, with seed %i', (seed) => {
    const drawn = prints(20_000, seed).map((print) => drawFault(rates, print, 0));
    const far = Object.entries(rates).filter(([fault, rate]) => {
      const share = drawn.filter((met) => met === fault).length / 20_000;
      return Math.abs(share - rate) >= tolerance(rate, 20_000);
    });
    expect(far).toEqual([]);
  });

  it('meets a fault always or never', () => {
    const none: FaultRates = { rate_limited: 0, server_error: 0, dropped: 0, malformed: 0, truncated: 0 };
    for (const print of prints(1000)) {
      expect(drawFault(none, print, 0)).toBeNull();
      expect(drawFault({ ...none, dropped: 1 }, print, 0)).toBe('dropped');
    }
  });
});

describe('createFaults', () => {
  const rates: FaultRates = {
    rate_limited: 0.3,
    server_error: 0.1,
    dropped: 0.1,
    malformed: 0.1,
    truncated: 0.1,
  };

  /** What a body meets until it is answered, when it is alone. */
  const alone = (print: string): readonly Fault[] => {
    const next = createFaults(rates);
    const met: Fault[] = [];
    for (let fault = next(print); fault !== null; fault = next(print)) met.push(fault);
    return met;
  };

  it('gives each body its own faults, in whatever order the requests come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 200 }), (order) => {
        const next = createFaults(rates);
        const met = new Map<string, (Fault | null)[]>();
        for (const print of order.map((index) => fingerprint(0, `body ${index}`))) {
          met.set(print, [...(met.get(print) ?? []), next(print)]);
        }
        for (const [print, sequence] of met) {
          const expected = [...alone(print), ...sequence.map(() => null)].slice(0, sequence.length);
          expect(sequence).toEqual(expected);
        }
      }),
    );
  });

  it('lets a retry succeed, and fail again', () => {
    const lengths = prints(1000).map((print) => alone(print).length);
    expect(Math.min(...lengths)).toBe(0);
    expect(Math.max(...lengths)).toBeGreaterThan(2);
  });

  it('forgets the oldest of too many bodies', () => {
    const always: FaultRates = { rate_limited: 0.5, server_error: 0, dropped: 0, malformed: 0, truncated: 0 };
    const twofold = prints(100).filter(
      (print) => drawFault(always, print, 0) !== null && drawFault(always, print, 1) === null,
    );
    const [first, ...others] = twofold;
    if (first === undefined) throw new Error('no such body among these');
    const next = createFaults(always, 3);
    expect([next(first), next(first)]).toEqual(['rate_limited', null]);
    for (const other of others.slice(0, 2)) next(other);
    expect(next(first)).toBeNull();
    for (const other of others.slice(2, 3)) next(other);
    expect(next(first)).toBe('rate_limited');
  });
});
