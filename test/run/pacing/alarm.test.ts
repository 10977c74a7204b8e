import { describe, expect, it } from 'vitest';
import { createAlarm } from '../../../src/run/pacing/alarm.ts';
import { manualClock, settled } from '../support/clock.ts';

function alarming() {
  const clock = manualClock();
  const end = new AbortController();
  const rings: number[] = [];
  const began = clock.now();
  const ring = () => rings.push(clock.now() - began);
  const alarm = createAlarm({ elapsed: clock.now, sleep: clock.sleep, signal: end.signal, ring });
  return { alarm, clock, end, rings };
}

describe('an alarm', () => {
  it('rings once, on a whole millisecond', async () => {
    const { alarm, clock, rings } = alarming();
    alarm.set(99.2);
    expect(clock.sleeping).toEqual([100]);
    await clock.advance(1000);
    expect(rings).toEqual([100]);
    expect(clock.sleeping).toEqual([]);
  });

  it('rings within a minute, however far off what is waited for', async () => {
    const { alarm, clock, rings } = alarming();
    alarm.set(3_600_000);
    await clock.advance(60_000);
    expect(rings).toEqual([60_000]);
  });

  it('is set anew for what comes before, and left for what comes after', async () => {
    const { alarm, clock, rings } = alarming();
    alarm.set(1000);
    alarm.set(2000);
    expect(clock.sleeping).toEqual([1000]);
    alarm.set(500);
    await settled();
    expect(clock.sleeping).toEqual([500]);
    await clock.advance(5000);
    expect(rings).toEqual([500]);
  });

  it('rings no more when it is cleared, or when its end has come', async () => {
    const { alarm, clock, end, rings } = alarming();
    alarm.set(1000);
    alarm.clear();
    await settled();
    expect(clock.sleeping).toEqual([]);
    alarm.set(1000);
    end.abort();
    alarm.set(1000);
    await settled();
    expect(clock.sleeping).toEqual([]);
    await clock.advance(5000);
    expect(rings).toEqual([]);
  });
});
