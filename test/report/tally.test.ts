import { describe, expect, it } from 'vitest';
import { createTally } from '../../src/report/tally.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { createManualClock } from './replay.ts';
import { begun, called, failed, skipped, started, succeeded, usageOf } from './samples.ts';

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
      succeeded: 1,
      failed: 1,
      skipped: 1,
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

  it('knows which models wait, and for how long', () => {
    const { clock, tally } = createTimedTally();
    const pause = (model: string, duration: number) =>
      tally.add({ type: 'model_paused', model, duration, reason: 'rate_limited' });
    tally.add(started());
    pause('small', 5000);
    pause('large', 12_000);
    expect(tally.read().paused).toEqual([
      { model: 'large', wait: 12_000 },
      { model: 'small', wait: 5000 },
    ]);
    clock.advanceTo(5000);
    expect(tally.read().paused).toEqual([{ model: 'large', wait: 7000 }]);
    pause('large', 1000);
    expect(tally.read().paused).toEqual([{ model: 'large', wait: 1000 }]);
    clock.advanceTo(6000);
    expect(tally.read().paused).toEqual([]);
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
