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
      inFlight: 2,
    });
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
    expect(tally.read().remaining).toBe(40_000);
    tally.add(paused({ model: 'small', reason: 'unavailable' }));
    expect(tally.read().remaining).toBeNull();
    tally.add(called(usageOf(), 'small'));
    expect(tally.read().remaining).toBe(40_000);
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
