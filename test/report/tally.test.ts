import { describe, expect, it } from 'vitest';
import { createTally } from '../../src/report/tally.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { createManualClock } from './replay.ts';
import { begun, called, failed, kept, paused, skipped, started, succeeded, usageOf } from './samples.ts';

function createTimedTally() {
  const clock = createManualClock();
  return { clock, tally: createTally(() => clock.now()) };
}

describe('the tally', () => {
  it('counts outcomes and what is in flight', () => {
    const { tally } = createTimedTally();
    tally.add(started({ total: 10 }));
    for (const index of [0, 1, 2, 3, 4]) tally.add(begun(index));
    tally.add(succeeded(0));
    tally.add(failed(1));
    tally.add(skipped(2));
    expect(tally.read()).toMatchObject({
      total: 10,
      done: 3,
      kept: 0,
      failed: 1,
      skipped: 1,
      inFlight: 2,
    });
  });

  it('says how many wait, where more are begun than calls may be under way', () => {
    const { tally } = createTimedTally();
    tally.add(started({ total: 10, concurrency: 2 }));
    for (const index of [0, 1, 2]) tally.add(begun(index));
    expect(tally.read()).toMatchObject({ inFlight: 3, waiting: 1 });
    tally.add(succeeded(0));
    expect(tally.read()).toMatchObject({ inFlight: 2, waiting: 0 });
  });

  it('counts records as skipped that were before', () => {
    const { tally } = createTimedTally();
    tally.add(started({ total: 10, resumed: { kept: 2, usage: zeroUsage } }));
    tally.add(kept(0));
    tally.add(kept(1, 'skipped'));
    tally.add(skipped(2));
    expect(tally.read()).toMatchObject({ done: 3, skipped: 2 });
  });

  /** A record that a model is asked for, at this cost. */
  const record = (index: number, cost_usd: number | null) =>
    [begun(index), { ...called(usageOf({ cost_usd })), index }, succeeded(index)] as const;

  it('projects the cost from the records that a model was asked for', () => {
    const { tally } = createTimedTally();
    tally.add(started({ total: 100 }));
    for (let index = 0; index < 4; index += 1) record(index, 0.5).forEach((event) => tally.add(event));
    expect(tally.read().projectedCost).toBeNull();
    record(4, 0.5).forEach((event) => tally.add(event));
    expect(tally.read().projectedCost).toBe(50);
    // What one in flight has cost is part of what it will.
    tally.add(begun(5));
    tally.add({ ...called(usageOf({ cost_usd: 0.4 })), index: 5 });
    expect(tally.read().projectedCost).toBe(50);
  });

  it('projects that records from the cache go on costing nothing', () => {
    const { tally } = createTimedTally();
    tally.add(started({ total: 1000 }));
    for (let index = 0; index < 500; index += 1) {
      const isAsked = index % 2 === 1;
      const usage = usageOf(isAsked ? { cost_usd: 1 } : { requests: 0, cached_requests: 1, cost_usd: 0 });
      for (const event of [begun(index), { ...called(usage), index }, succeeded(index)]) tally.add(event);
    }
    const { projectedCost } = tally.read();
    expect(projectedCost).toBeGreaterThan(480);
    expect(projectedCost).toBeLessThan(520);
  });

  it.each<[string, number | null, number | null]>([
    ['a price is unknown', 1000, null],
    ['the total is unknown', null, 0.5],
    ['all is done', 10, 0.5],
  ])('projects no cost where %s', (_, total, cost) => {
    const { tally } = createTimedTally();
    tally.add(started({ total }));
    for (let index = 0; index < 10; index += 1) record(index, cost).forEach((event) => tally.add(event));
    expect(tally.read().projectedCost).toBeNull();
  });

  it('foresees neither time nor cost of a run that stops', () => {
    const { clock, tally } = createTimedTally();
    tally.add(started({ total: 100 }));
    for (let index = 0; index < 10; index += 1) record(index, 0.5).forEach((event) => tally.add(event));
    clock.advanceTo(2000);
    expect(tally.read()).toMatchObject({ remaining: 18_000, projectedCost: 50 });
    const reason = { kind: 'interrupted', code: 'interrupted', message: 'interrupted' } as const;
    tally.add({ type: 'run_stopping', how: 'draining', reason });
    expect(tally.read()).toMatchObject({ remaining: null, projectedCost: null });
  });

  it('tells that the budget holds calls up where that lasts', () => {
    const { clock, tally } = createTimedTally();
    const hold = (held: boolean) => tally.add({ type: 'budget_held', held });
    tally.add(started({ budget: { usd: 5 } }));
    hold(true);
    clock.advanceTo(900);
    expect(tally.read().waits).toEqual([]);
    hold(false);
    clock.advanceTo(1000);
    hold(true);
    expect(tally.read().waits).toEqual([{ reason: 'budget' }]);
    hold(false);
    clock.advanceTo(1900);
    expect(tally.read().waits).toEqual([{ reason: 'budget' }]);
    clock.advanceTo(2000);
    expect(tally.read().waits).toEqual([]);
  });

  it('tells how long calls took, once there are twenty', () => {
    const { tally } = createTimedTally();
    for (let call = 1; call <= 19; call += 1) tally.add({ ...called(usageOf()), duration: call });
    tally.add({ ...called(usageOf({ requests: 0, cached_requests: 1 })), duration: 0 });
    tally.add({ ...called(usageOf()), ok: false, duration: 90_000 });
    expect(tally.latency()).toBeUndefined();
    tally.add({ ...called(usageOf()), duration: 20 });
    expect(tally.latency()).toEqual({ p50: 10, p95: 19 });
    for (let call = 1; call <= 20; call += 1)
      tally.add({ ...called(usageOf()), step: 'reply', duration: 100 });
    expect(tally.latency()).toEqual({ p50: 20, p95: 100, slowest: { step: 'reply', p50: 100, p95: 100 } });
    tally.add({ ...called(usageOf()), step: 'rare', duration: 5000 });
    expect(tally.latency()).toEqual({ p50: 100, p95: 100 });
  });

  it('does not take a row that never began for one in flight', () => {
    const { tally } = createTimedTally();
    tally.add(started());
    tally.add(begun(0));
    tally.add(failed(1, { code: 'invalid_record' }, { step: null }));
    expect(tally.read()).toMatchObject({ failed: 1, inFlight: 1 });
  });

  it('adds up what calls used, and keeps an unknown cost unknown', () => {
    const { tally } = createTimedTally();
    tally.add(started());
    expect(tally.read().usage).toEqual(zeroUsage);
    tally.add(called(usageOf()));
    tally.add(called(usageOf()));
    expect(tally.read().usage).toMatchObject({ requests: 2, total_tokens: 400, cost_usd: 0.00072 });
    tally.add(called(usageOf({ cost_usd: null })));
    expect(tally.read().usage).toMatchObject({ requests: 3, total_tokens: 600, cost_usd: null });
  });

  it('counts calls beyond the first of a record in its step', () => {
    const { tally } = createTimedTally();
    for (const call of [1, 2, 1, 3]) tally.add({ ...called(zeroUsage), call });
    expect(tally.read().further).toBe(2);
  });

  it('counts answers that were cut off', () => {
    const { tally } = createTimedTally();
    for (const finish_reason of ['stop', 'length', null, 'length', 'tool_calls'])
      tally.add({ ...called(usageOf()), finish_reason });
    expect(tally.read().cut).toBe(2);
  });

  it('tells the time to go from the rate', () => {
    const { clock, tally } = createTimedTally();
    clock.advanceTo(7000);
    tally.add(started({ total: 100 }));
    expect(tally.read()).toMatchObject({ perSecond: null, remaining: null, elapsed: 0 });
    for (let index = 0; index < 20; index += 1) {
      clock.advanceTo(7000 + index * 500);
      tally.add(succeeded(index));
    }
    clock.advanceTo(17_000);
    expect(tally.read()).toMatchObject({ perSecond: 2, remaining: 40_000, elapsed: 10_000 });
  });

  it.each([
    ['the total is unknown', null],
    ['all is done', 20],
    ['more is done than was said', 10],
  ])('tells no time to go when %s', (_, total) => {
    const { clock, tally } = createTimedTally();
    tally.add(started({ total }));
    for (let index = 0; index < 20; index += 1) tally.add(succeeded(index));
    clock.advanceTo(10_000);
    expect(tally.read()).toMatchObject({ perSecond: 2, remaining: null });
  });

  it('begins a resumed run where it stands', () => {
    const { tally } = createTimedTally();
    const usage = usageOf({ requests: 700, cost_usd: 1.2 });
    tally.add(started({ total: 1000, resumed: { kept: 700, usage } }));
    expect(tally.read()).toMatchObject({ done: 700, kept: 700, failed: 0, inFlight: 0, usage });
    tally.add(called(usageOf()));
    expect(tally.read().usage).toMatchObject({ requests: 701, cost_usd: 1.20036 });
  });

  it('counts no record twice that is told to be kept, and one that was not said to be', () => {
    const { tally } = createTimedTally();
    tally.add(started({ total: 10, resumed: { kept: 2, usage: zeroUsage } }));
    tally.add(kept(0));
    tally.add(succeeded(1));
    tally.add(kept(2, 'skipped'));
    expect(tally.read()).toMatchObject({ done: 3, kept: 2 });
    tally.add(kept(3));
    expect(tally.read()).toMatchObject({ done: 4, kept: 3 });
  });

  it('takes rate and time to go from what this session does, from its first record on', () => {
    const { clock, tally } = createTimedTally();
    tally.add(started({ total: 100, resumed: { kept: 60, usage: zeroUsage } }));
    for (let index = 0; index < 60; index += 1) tally.add(kept(index));
    clock.advanceTo(20_000);
    expect(tally.read()).toMatchObject({ perSecond: null, remaining: null, elapsed: 20_000 });
    for (let index = 60; index < 80; index += 1) tally.add(begun(index));
    for (let index = 60; index < 80; index += 1) {
      clock.advanceTo(20_000 + (index - 60) * 500);
      tally.add(succeeded(index));
    }
    clock.advanceTo(30_000);
    expect(tally.read()).toMatchObject({ done: 80, perSecond: 2, remaining: 10_000, elapsed: 30_000 });
  });

  it('foresees no end while a model gives no answer', () => {
    const { clock, tally } = createTimedTally();
    tally.add(started({ total: 100 }));
    for (let index = 0; index < 20; index += 1) tally.add(succeeded(index));
    clock.advanceTo(10_000);
    tally.add(paused({ model: 'large' }));
    // What it waits for comes on top.
    expect(tally.read().remaining).toBe(52_000);
    tally.add(paused({ model: 'small', reason: 'unavailable' }));
    expect(tally.read().remaining).toBeNull();
    tally.add(called(usageOf(), 'small'));
    expect(tally.read().remaining).toBe(52_000);
  });

  it.each([
    ['from the cache', { ok: true, usage: usageOf({ requests: 0, cached_requests: 1 }) }],
    ['of another model', { ok: true, model: 'large' }],
    ['that never came', { ok: false }],
  ])('takes an answer %s for no sign of life', (_, changes) => {
    const { tally } = createTimedTally();
    tally.add(started());
    tally.add(paused({ model: 'small', reason: 'unavailable' }));
    tally.add({ ...called(usageOf(), 'small'), ...changes });
    expect(tally.read().waits).toEqual([{ model: 'small', reason: 'unavailable', left: null }]);
  });

  it('knows the budget', () => {
    const { tally } = createTimedTally();
    expect(tally.read().budget).toEqual({});
    tally.add(started({ budget: { usd: 5 } }));
    expect(tally.read().budget).toEqual({ usd: 5 });
  });

  it('knows how long what is in flight may still take', () => {
    const { clock, tally } = createTimedTally();
    const reason = { kind: 'interrupted', code: 'interrupted', message: 'interrupted' } as const;
    tally.add(started());
    expect(tally.read().graceLeft).toBeNull();
    tally.add({ type: 'run_stopping', how: 'draining', reason, grace: 30_000 });
    clock.advanceTo(12_000);
    expect(tally.read().graceLeft).toBe(18_000);
    clock.advanceTo(31_000);
    expect(tally.read().graceLeft).toBe(0);
    tally.add({ type: 'run_stopping', how: 'aborting', reason });
    expect(tally.read().graceLeft).toBeNull();
  });

  it('keeps the last word on stopping', () => {
    const { tally } = createTimedTally();
    const reason = { kind: 'interrupted', code: 'interrupted', message: 'interrupted' } as const;
    expect(tally.read().stopping).toBeNull();
    tally.add({ type: 'run_stopping', how: 'draining', reason });
    tally.add({ type: 'run_stopping', how: 'aborting', reason });
    expect(tally.read().stopping).toMatchObject({ how: 'aborting' });
  });
});
