import { describe, expect, it } from 'vitest';
import { createEventQueue } from '../../src/run/event-queue.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { settled } from './support/clock.ts';

const event = (index: number): RunEvent => ({ type: 'record_started', index, key: `${index}` });
const done = { value: undefined, done: true };

describe('createEventQueue', () => {
  it('gives events in order, to who asked before and who asks after', async () => {
    const queue = createEventQueue(() => {});
    const early = [queue.next(), queue.next()];
    for (let index = 0; index < 5000; index++) queue.push(event(index));
    const told = await Promise.all(early);
    for (let index = 2; index < 5000; index++) told.push(await queue.next());
    expect(told.map(({ value }) => (value?.type === 'record_started' ? value.index : undefined))).toEqual(
      Array.from({ length: 5000 }, (_, index) => index),
    );
  });

  it('says when it is full, and calls when it is not any more', async () => {
    let drained = 0;
    const queue = createEventQueue(() => (drained += 1));
    for (let index = 0; index < 1023; index++) queue.push(event(index));
    expect(queue.full).toBe(false);
    queue.push(event(1023));
    queue.push(event(1024));
    expect(queue.full).toBe(true);
    await queue.next();
    expect([queue.full, drained]).toEqual([true, 0]);
    await queue.next();
    expect([queue.full, drained]).toEqual([false, 1]);
    await queue.next();
    expect(drained).toBe(1);
  });

  it('tells what it holds before it ends', async () => {
    const queue = createEventQueue(() => {});
    queue.push(event(0));
    queue.close();
    queue.push(event(1));
    expect(await queue.next()).toEqual({ value: event(0), done: false });
    expect(await queue.next()).toEqual(done);
    expect(await queue.next()).toEqual(done);
  });

  it('ends for those who wait', async () => {
    const queue = createEventQueue(() => {});
    const asked = [queue.next(), queue.next()];
    queue.close();
    expect(await Promise.all(asked)).toEqual([done, done]);
  });

  it('gives all that waits at once, and else what comes in one turn of the event loop', async () => {
    const queue = createEventQueue(() => {});
    const indexes = async () =>
      (await queue.nextBatch()).value?.map((told) => (told.type === 'record_started' ? told.index : -1));
    for (let index = 0; index < 3; index++) queue.push(event(index));
    await queue.next();
    expect(await indexes()).toEqual([1, 2]);
    const asked = indexes();
    queue.push(event(3));
    await Promise.resolve();
    queue.push(event(4));
    expect(await asked).toEqual([3, 4]);
    const ending = indexes();
    queue.push(event(5));
    queue.close();
    expect([await ending, await indexes(), await indexes()]).toEqual([[5], undefined, undefined]);
  });

  it('ends for who waits for a batch', async () => {
    const queue = createEventQueue(() => {});
    const asked = queue.nextBatch();
    queue.close();
    expect(await asked).toEqual(done);
  });

  it('calls when a batch was all that it was full of', async () => {
    let drained = 0;
    const queue = createEventQueue(() => (drained += 1));
    for (let index = 0; index < 1023; index++) queue.push(event(index));
    await queue.nextBatch();
    expect(drained).toBe(0);
    for (let index = 0; index < 1024; index++) queue.push(event(index));
    expect(queue.full).toBe(true);
    await queue.nextBatch();
    expect([queue.full, drained]).toEqual([false, 1]);
  });

  it('goes on where whoever hears that there is room tells more at once', async () => {
    let more = 3;
    const queue = createEventQueue(() => {
      if (more > 0) queue.push(event(-1));
      more -= 1;
    });
    const counts: (number | 'done')[] = [];
    const consumed = (async () => {
      for (;;) {
        const { value } = await queue.nextBatch();
        counts.push(value?.length ?? 'done');
        if (value === undefined) return;
      }
    })();
    for (let burst = 0; burst < 3; burst++) {
      for (let index = 0; index < 1100; index++) queue.push(event(index));
      for (let turn = 0; turn < 3; turn++) await settled();
    }
    expect(counts).toEqual([1100, 1, 1100, 1, 1100, 1]);
    queue.close();
    await consumed;
    expect(counts.at(-1)).toBe('done');
  });

  it('gives one batch to each who has asked', async () => {
    const queue = createEventQueue(() => {});
    const asked = [queue.nextBatch(), queue.nextBatch()];
    queue.push(event(0));
    expect((await asked[0])?.value).toEqual([event(0)]);
    queue.push(event(1));
    expect((await asked[1])?.value).toEqual([event(1)]);
  });

  it('forgets what it holds when told so', async () => {
    const queue = createEventQueue(() => {});
    queue.push(event(0));
    queue.close('discard');
    expect(await queue.next()).toEqual(done);
  });
});
