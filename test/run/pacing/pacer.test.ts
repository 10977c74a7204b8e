import { describe, expect, it } from 'vitest';
import { createPacer, longestOutage } from '../../../src/run/pacing/pacer.ts';
import { manualClock, settled } from '../support/clock.ts';

const never = new AbortController().signal;

function paced({ random = 0, max_delay = 60_000 } = {}) {
  const clock = manualClock(0);
  const end = new AbortController();
  const pauses: number[] = [];
  const pacer = createPacer({
    retry: { attempts: 3, max_delay },
    signal: end.signal,
    paused: (milliseconds) => pauses.push(milliseconds),
    now: clock.now,
    sleep: clock.sleep,
    random: () => random,
  });
  /** Asks for so many requests; counts those that were admitted. */
  const ask = (requests: number, signal = never) => {
    const asked = { admitted: 0, refused: 0 };
    for (let request = 0; request < requests; request++) {
      pacer.admit(signal).then(
        () => (asked.admitted += 1),
        () => (asked.refused += 1),
      );
    }
    return asked;
  };
  return { pacer, clock, end, pauses, ask };
}

describe('createPacer', () => {
  it('lets everything through while no 429 has come', async () => {
    const { ask } = paced();
    const asked = ask(100);
    await settled();
    expect(asked.admitted).toBe(100);
  });

  it('holds everything for as long as Retry-After says, then lets one probe and, once it is answered, all others', async () => {
    const { pacer, clock, pauses, ask } = paced();
    expect(pacer.limited(30_000)).toBe('wait');
    expect(pauses).toEqual([30_000]);
    const asked = ask(10);
    await clock.advance(29_999);
    expect(asked.admitted).toBe(0);
    await clock.advance(1);
    expect(asked.admitted).toBe(1);
    pacer.answered();
    await settled();
    expect(asked.admitted).toBe(10);
    const later = ask(5);
    await settled();
    expect(later.admitted).toBe(5);
  });

  it('takes the 429s of requests that were sent together for one', async () => {
    const { pacer, clock, pauses, ask } = paced();
    for (let request = 0; request < 16; request++) expect(pacer.limited(null)).toBe('wait');
    expect(pauses).toEqual([1000]);
    const asked = ask(1);
    await clock.advance(1000);
    expect(asked.admitted).toBe(1);
  });

  it('makes a pause longer when a later answer asks for more, never shorter', async () => {
    const { pacer, clock, pauses, ask } = paced();
    pacer.limited(10_000);
    const asked = ask(1);
    await clock.advance(4000);
    pacer.limited(20_000);
    pacer.limited(1000);
    pacer.limited(null);
    expect(pauses).toEqual([10_000, 20_000]);
    await clock.advance(19_999);
    expect(asked.admitted).toBe(0);
    await clock.advance(1);
    expect(asked.admitted).toBe(1);
  });

  it('doubles the pause with each probe that is refused, up to max_delay', async () => {
    const { pacer, clock, pauses, ask } = paced({ max_delay: 20_000 });
    const asked = ask(0);
    pacer.limited(null);
    for (let probes = 1; probes <= 6; probes++) {
      const probe = ask(1);
      await clock.advance(pauses.at(-1) ?? 0);
      expect(probe.admitted).toBe(1);
      pacer.limited(null);
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
    expect(asked.admitted).toBe(0);
  });

  it.each([
    [0, 1000],
    [0.5, 1500],
    [1, 2000],
  ])('with chance at %d pauses for %d ms at first', (random, first) => {
    const { pacer, pauses } = paced({ random });
    pacer.limited(null);
    expect(pauses).toEqual([first]);
  });

  it('keeps to a max_delay below a second', () => {
    const { pacer, pauses } = paced({ random: 1, max_delay: 300 });
    pacer.limited(null);
    expect(pauses).toEqual([300]);
  });

  it('begins with short pauses again after an answer', async () => {
    const { pacer, clock, pauses } = paced();
    pacer.limited(null);
    await clock.advance(1000);
    pacer.limited(null);
    await clock.advance(2000);
    pacer.answered();
    pacer.limited(null);
    expect(pauses).toEqual([1000, 2000, 1000]);
  });

  it('does not let a Retry-After of nothing make it hammer', async () => {
    const { pacer, clock, pauses, ask } = paced();
    pacer.limited(0);
    for (let probes = 1; probes <= 3; probes++) {
      ask(1);
      await clock.advance(pauses.at(-1) ?? 0);
      pacer.limited(0);
    }
    expect(pauses).toEqual([0, 2000, 4000, 8000]);
  });

  it('is not opened by the answer to a request that was sent before the pause', async () => {
    const { pacer, clock, ask } = paced();
    pacer.limited(10_000);
    const asked = ask(2);
    pacer.answered();
    await clock.advance(9999);
    expect(asked.admitted).toBe(0);
    await clock.advance(1);
    expect(asked.admitted).toBe(1);
  });

  it('sends another probe every five seconds when a probe dies without an answer', async () => {
    const { pacer, clock, ask } = paced();
    pacer.limited(1000);
    const asked = ask(4);
    await clock.advance(1000);
    expect(asked.admitted).toBe(1);
    await clock.advance(4999);
    expect(asked.admitted).toBe(1);
    await clock.advance(1);
    expect(asked.admitted).toBe(2);
    await clock.advance(5000);
    expect(asked.admitted).toBe(3);
    pacer.answered();
    await settled();
    expect(asked.admitted).toBe(4);
    await clock.advance(60_000);
    expect(clock.sleeping).toEqual([]);
  });

  it('probes with a request that comes after the pause, within five seconds', async () => {
    const { pacer, clock, ask } = paced();
    pacer.limited(1000);
    await clock.advance(2000);
    const asked = ask(1);
    await clock.advance(4000);
    expect(asked.admitted).toBe(1);
  });

  it('gives up after five minutes of nothing but 429, with a last probe at the bound', async () => {
    const { pacer, clock, pauses, ask } = paced();
    let verdict = pacer.limited(null);
    let probes = 0;
    while (verdict === 'wait') {
      const asked = ask(1);
      await clock.advance(pauses.at(-1) ?? 0);
      expect(asked.admitted).toBe(1);
      probes += 1;
      verdict = pacer.limited(null);
    }
    expect(clock.now()).toBe(longestOutage);
    expect(probes).toBe(pauses.length);
  });

  it('counts the outage from the first 429 after an answer', async () => {
    const { pacer, clock } = paced();
    pacer.limited(null);
    await clock.advance(longestOutage - 1);
    pacer.answered();
    expect(pacer.limited(null)).toBe('wait');
    await clock.advance(longestOutage - 1);
    expect(pacer.limited(null)).toBe('wait');
    await clock.advance(1);
    expect(pacer.limited(null)).toBe('give-up');
  });

  it('gives up at once when Retry-After is longer than it would wait', () => {
    expect(paced().pacer.limited(longestOutage)).toBe('wait');
    const { pacer, pauses } = paced();
    expect(pacer.limited(longestOutage + 1)).toBe('give-up');
    expect(pauses).toEqual([]);
  });

  it('lets a caller leave who is told to stop, and forgets him', async () => {
    const { pacer, clock, ask } = paced();
    const caller = new AbortController();
    pacer.limited(1000);
    const leaving = ask(1, caller.signal);
    const staying = ask(1);
    caller.abort(new Error('stop'));
    await settled();
    expect(leaving).toEqual({ admitted: 0, refused: 1 });
    await clock.advance(1000);
    expect(staying.admitted).toBe(1);
    await expect(pacer.admit(caller.signal)).rejects.toThrow('stop');
  });

  it('leaves no timer behind when the run ends', async () => {
    const { pacer, clock, end } = paced();
    pacer.limited(1000);
    expect(clock.sleeping).toEqual([1000]);
    end.abort();
    await settled();
    expect(clock.sleeping).toEqual([]);
  });
});
