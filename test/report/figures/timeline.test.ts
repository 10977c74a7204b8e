import { describe, expect, it } from 'vitest';
import { createTimelineFold, type TimedCall } from '../../../src/report/figures/timeline.ts';

const call = (at: number, duration: number, more: Partial<TimedCall> = {}): TimedCall => ({
  at,
  duration,
  limited: 0,
  retries: 0,
  ...more,
});

describe('a timeline', () => {
  it('is none without calls', () => {
    const fold = createTimelineFold();
    fold.session();
    fold.record();
    expect(fold.timeline()).toBeUndefined();
  });

  it('tells what ended when, and how much was under way', () => {
    const fold = createTimelineFold();
    fold.session();
    // Bins of 15.625 ms: the first call fills both, the second the half of the second one.
    fold.call(call(31.25, 31.25));
    fold.call(call(31.24, 7.8125, { limited: 1, retries: 3 }));
    fold.record();
    const timeline = fold.timeline();
    expect(timeline).toMatchObject({ bin_ms: 15.625, length_ms: 31.25, sessions: [0] });
    expect(timeline?.bins.map(({ in_flight }) => Number(in_flight.toFixed(2)))).toEqual([1, 1.5, 0]);
    expect(timeline?.bins[1]).toMatchObject({ calls: 1, limited: 1, retries: 2, records: 0 });
    expect(timeline?.bins[2]).toMatchObject({ calls: 1, records: 1 });
  });

  it('lays sessions end to end', () => {
    const fold = createTimelineFold();
    fold.session();
    fold.call(call(1000, 400));
    fold.session();
    fold.call(call(500, 500));
    expect(fold.timeline()).toMatchObject({ length_ms: 1500, sessions: [0, 1000] });
  });

  it('has a bounded number of bins, and loses nothing when they grow', () => {
    const fold = createTimelineFold();
    fold.session();
    for (let at = 1; at <= 5000; at += 1) {
      fold.call(call(at * 100, 250));
      fold.record();
    }
    const timeline = fold.timeline();
    const bins = timeline?.bins ?? [];
    expect(bins.length).toBeLessThanOrEqual(120);
    expect(bins.reduce((sum, { calls }) => sum + calls, 0)).toBe(5000);
    expect(bins.reduce((sum, { records }) => sum + records, 0)).toBe(5000);
    expect(bins[10]?.in_flight).toBeCloseTo(2.5);
  });
});
