import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binEdges, createLatencies } from '../../../src/report/figures/latency.ts';

const of = (values: readonly number[]) => {
  const latencies = createLatencies();
  for (const value of values) latencies.add(value);
  return latencies;
};

describe('latencies', () => {
  it('know nothing of no calls', () => {
    const none = of([]);
    expect([none.percentile(0.5), none.least, none.most, none.counts([1, 10])]).toEqual([
      null,
      null,
      null,
      [0],
    ]);
  });

  it('are exact where they are short', () => {
    const values = of(Array.from({ length: 100 }, (_, at) => at + 1));
    expect([0.5, 0.9, 0.99, 1].map((share) => values.percentile(share))).toEqual([50, 90, 99, 100]);
  });

  it('are within 1 % of the nearest rank where they are long, and never beyond what was seen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 4_000_000 }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.9, 0.99, 1),
        (values, share) => {
          const sorted = values.toSorted((one, other) => one - other);
          const exact = sorted[Math.max(1, Math.ceil(share * values.length)) - 1] ?? 0;
          const told = of(values).percentile(share) ?? -1;
          expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.01);
          expect(told).toBeLessThanOrEqual(sorted.at(-1) ?? 0);
        },
      ),
    );
  });

  it('fall into bins, each into one', () => {
    const edges = [10, 20, 50, 100];
    expect(of([10, 19, 20, 99, 100]).counts(edges)).toEqual([2, 1, 2]);
    expect(of([5, 500]).counts(edges)).toEqual([1, 0, 1]);
  });
});

describe('the edges of bins', () => {
  it('go from a round number to a round number, ten times as large at least', () => {
    expect(binEdges(30, 2100, 2).map(Math.round)).toEqual([20, 316, 5000]);
    expect(binEdges(7, 8, 1)).toEqual([5, 50]);
    expect(binEdges(0, 0, 1)).toEqual([1, 10]);
  });
});
