import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveView } from '../../src/report/live-view.ts';
import { createPlainLog, plainLine } from '../../src/report/plain-log.ts';
import type { Progress } from '../../src/report/tally.ts';
import { createManualClock } from './replay.ts';
import { createOutput, progressOf, usageOf } from './samples.ts';

function createScene(total: number | null) {
  const clock = createManualClock();
  let done = 0;
  const moments: number[] = [];
  const output = { ...createOutput(), write: () => void moments.push(clock.now()) };
  const log: LiveView = createPlainLog({ output, clock, read: () => progressOf({ total, done }) });
  return { clock, log, moments, finish: (count: number) => (done += count) };
}

describe('a plain line now and then', () => {
  it('comes every ten seconds', () => {
    const { clock, log, moments, finish } = createScene(10_000);
    log.start();
    for (let second = 1; second <= 35; second += 1) {
      finish(1);
      clock.advanceTo(second * 1000);
    }
    expect(moments).toEqual([10_000, 20_000, 30_000]);
  });

  it('comes when a twentieth has been done, but not before five seconds', () => {
    const { clock, log, moments, finish } = createScene(100);
    log.start();
    finish(4);
    clock.advanceTo(6000);
    expect(moments).toEqual([]);
    finish(1);
    clock.advanceTo(7000);
    expect(moments).toEqual([7000]);
    finish(50);
    clock.advanceTo(11_000);
    expect(moments).toEqual([7000]);
    clock.advanceTo(12_000);
    expect(moments).toEqual([7000, 12_000]);
  });

  it('is none of a run that takes four seconds', () => {
    const { clock, log, moments, finish } = createScene(20);
    log.start();
    for (let second = 1; second <= 4; second += 1) {
      finish(5);
      clock.advanceTo(second * 1000);
    }
    log.stop();
    expect(moments).toEqual([]);
  });

  it('comes every minute where nothing is done', () => {
    const { clock, log, moments } = createScene(100);
    log.start();
    clock.advanceTo(185_000);
    expect(moments).toEqual([60_000, 120_000, 180_000]);
  });

  it('comes every ten seconds at most where the total is unknown', () => {
    const { clock, log, moments, finish } = createScene(null);
    log.start();
    for (let second = 1; second <= 25; second += 1) {
      finish(1_000_000);
      clock.advanceTo(second * 1000);
    }
    expect(moments).toEqual([10_000, 20_000]);
  });

  it('counts what was done before for no advance, and takes its share from what was left to do', () => {
    const { clock, log, moments, finish } = createScene(1000);
    finish(900);
    log.start();
    finish(4);
    clock.advanceTo(6000);
    expect(moments).toEqual([]);
    finish(1);
    clock.advanceTo(7000);
    expect(moments).toEqual([7000]);
  });

  it('starts once, ends when it is told to, and leaves no timer', () => {
    const { clock, log, moments } = createScene(100);
    log.start();
    log.start();
    expect(clock.ticking).toBe(1);
    log.stop();
    log.stop();
    expect(clock.ticking).toBe(0);
    clock.advanceTo(600_000);
    expect(moments).toEqual([]);
  });

  it('keeps between five seconds and a minute, whatever the pace', () => {
    const steps = fc.array(fc.tuple(fc.nat(20_000), fc.nat(100)), { maxLength: 100 });
    fc.assert(
      fc.property(steps, (steps) => {
        const { clock, log, moments, finish } = createScene(2000);
        log.start();
        for (const [wait, count] of steps) {
          clock.advanceTo(clock.now() + wait);
          finish(count);
        }
        const gaps = [0, ...moments].map((moment, at, all) => (all[at + 1] ?? clock.now()) - moment);
        expect(gaps.slice(0, -1).filter((gap) => gap < 5000)).toEqual([]);
        expect(gaps.filter((gap) => gap > 60_000)).toEqual([]);
      }),
    );
  });
});

describe('what a plain line says', () => {
  it.each<[string, Partial<Progress>, string]>([
    [
      'all',
      {},
      '412/1,000 records (41 %), 3 failed, 12 in flight, 5.4/s, 1,234,567 tokens, $0.031 of ~$0.076, 1m 48s left',
    ],
    [
      'an unknown total',
      { total: null, remaining: null, failed: 0, projectedCost: null },
      '412 records, 12 in flight, 5.4/s, 1,234,567 tokens, $0.031',
    ],
    [
      'nothing yet',
      {
        done: 0,
        failed: 0,
        inFlight: 0,
        perSecond: null,
        remaining: null,
        projectedCost: null,
        usage: usageOf({ total_tokens: 0, cost_usd: 0 }),
      },
      '0/1,000 records (0 %), $0.00',
    ],
    [
      'an unknown price',
      { failed: 0, usage: usageOf({ cost_usd: null }) },
      '412/1,000 records (41 %), 12 in flight, 5.4/s, 200 tokens, cost unknown, 1m 48s left',
    ],
    [
      'unknown tokens',
      { failed: 0, usage: usageOf({ total_tokens: null, cost_usd: null }) },
      '412/1,000 records (41 %), 12 in flight, 5.4/s, cost unknown, 1m 48s left',
    ],
    [
      'a lower bound',
      { failed: 0, projectedCost: 0.5, usage: usageOf({ unmetered_requests: 1 }) },
      '412/1,000 records (41 %), 12 in flight, 5.4/s, 200 tokens, $0.00036+ of ~$0.50, 1m 48s left',
    ],
    [
      'a simulated run',
      { failed: 0, simulated: true },
      '412/1,000 records (41 %), 12 in flight, 5.4/s, 1,234,567 tokens, simulated, 1m 48s left',
    ],
    [
      'answers from the cache',
      { failed: 0, skipped: 7, projectedCost: null, usage: usageOf({ cached_requests: 1200 }) },
      '412/1,000 records (41 %), 7 skipped, 12 in flight, 5.4/s, 1,200 calls cached, 200 tokens, $0.00036, 1m 48s left',
    ],
    [
      'a budget',
      { failed: 0, budget: { usd: 5, tokens: 2_000_000 } },
      '412/1,000 records (41 %), 12 in flight, 5.4/s, 1,234,567 of 2,000,000 tokens, $0.031 of ~$0.076, budget $5.00, 1m 48s left',
    ],
    [
      'a budget of a simulated run',
      { failed: 0, simulated: true, budget: { usd: 5 } },
      '412/1,000 records (41 %), 12 in flight, 5.4/s, 1,234,567 tokens, simulated, $0.031 of ~$0.076, budget $5.00, 1m 48s left',
    ],
    [
      'no records',
      { total: 0, done: 0, failed: 0, inFlight: 0, perSecond: null, remaining: null, projectedCost: null },
      '0/0 records, 1,234,567 tokens, $0.031',
    ],
    [
      'a budget that is set aside',
      { failed: 0, waits: [{ reason: 'budget' }] },
      '412/1,000 records (41 %), 12 in flight, 5.4/s, 1,234,567 tokens, $0.031 of ~$0.076, 1m 48s left, waits for what calls under way leave of the budget',
    ],
    [
      'models that wait',
      {
        failed: 0,
        remaining: null,
        waits: [
          { model: 'c', reason: 'unavailable', left: 185_000 },
          { model: 'a\u001B[2J', reason: 'rate_limited', left: 9500 },
          { model: 'b'.repeat(60), reason: 'limits', left: 61_000 },
        ],
      },
      [
        '412/1,000 records (41 %), 12 in flight, 5.4/s, 1,234,567 tokens, $0.031 of ~$0.076',
        'no answer from c, trying again for 3m 05s',
        'a\\x1b[2J waits 10 s for quota',
        `${'b'.repeat(39)}… waits 1m 01s for its limits`,
      ].join(', '),
    ],
  ])('is right for %s', (_, changes, line) => {
    expect(plainLine(progressOf(changes))).toBe(line);
  });
});
