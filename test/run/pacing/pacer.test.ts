import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settled } from '../support/clock.ts';
import { aborted, answered, limited, never, pacing, requestOf, unavailable } from './support/pacing.ts';

describe('while no limit is known, a pacer', () => {
  it('lets everything through at once, without a timer', async () => {
    const { ask, clock } = pacing();
    const asked = ask(1000);
    await settled();
    expect(asked.permits.length).toBe(1000);
    expect(clock.sleeping).toEqual([]);
  });

  it('uses up an attempt for whatever fails', async () => {
    const { ask } = pacing();
    const { permits } = ask(3);
    await settled();
    expect(
      permits.map((permit, nth) => permit.settle([answered, aborted, unavailable()][nth] ?? answered)),
    ).toEqual(['used', 'used', 'used']);
  });

  it('admits nobody who was told to stop before', async () => {
    const { pacer } = pacing();
    await expect(pacer.admit(requestOf(), AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });
});

describe('a 429', () => {
  /** A pacer whose one request has met a 429 just now. */
  async function refusedOnce(retry_after: number | null, options = {}) {
    const paced = pacing(options);
    const { permits } = paced.ask(1);
    await settled();
    expect(permits[0]?.settle(limited(retry_after))).toBe('free');
    return paced;
  }

  it('holds everything back for as long as Retry-After says, then lets one probe', async () => {
    const { ask, clock, pauses } = await refusedOnce(30_000);
    expect(pauses).toEqual([[30_000, 'rate_limited']]);
    const asked = ask(10);
    await clock.advance(29_999);
    expect(asked.permits.length).toBe(0);
    await clock.advance(1);
    expect(asked.permits.length).toBe(1);
    await clock.advance(50);
    expect(asked.permits.length).toBe(1);
  });

  it('lets the others follow the probe that is answered one by one, and never all at once', async () => {
    const { ask, clock } = await refusedOnce(30_000);
    const asked = ask(100);
    await clock.advance(30_000);
    asked.permits[0]?.settle(answered);
    await clock.advance(1000);
    expect(asked.permits.length).toBeGreaterThan(1);
    expect(asked.permits.length).toBeLessThan(10);
    await clock.advance(60_000);
    expect(asked.permits.length).toBe(100);
    expect(clock.sleeping).toEqual([]);
  });

  it.each([
    [0, 250],
    [0.5, 375],
    [1, 500],
  ])('without Retry-After, with chance at %d, pauses for %d ms', async (chance, pause) => {
    const { ask, clock, pauses } = await refusedOnce(null, { chance });
    const asked = ask(1);
    await clock.advance(pause - 1);
    expect(asked.permits.length).toBe(0);
    await clock.advance(1);
    expect(asked.permits.length).toBe(1);
    // Less than a second is not worth a word.
    expect(pauses).toEqual([]);
  });

  it('of a probe makes the next pause longer, up to max_delay', async () => {
    const { ask, clock } = await refusedOnce(null, { retry: { max_delay: 2000 } });
    const waits: number[] = [];
    for (let relapse = 0; relapse < 7; relapse++) {
      const began = clock.now();
      const permit = await ask(1).next();
      waits.push(clock.now() - began);
      permit.settle(limited());
    }
    expect(waits).toEqual([500, 750, 1125, 1688, 2000, 2000, 2000]);
  });

  it('begins with a short pause again after an answer', async () => {
    const { ask, clock } = await refusedOnce(null);
    for (const end of [limited(), limited(), answered, limited()]) {
      (await ask(1).next()).settle(end);
    }
    const { permits } = ask(1);
    await clock.advance(500);
    expect(permits.length).toBe(1);
  });

  it('that comes late, to a probe of an earlier pause, tells nothing where others were answered since', async () => {
    const { ask, clock } = await refusedOnce(null);
    for (let relapse = 0; relapse < 3; relapse++) (await ask(1).next()).settle(limited());
    const slow = await ask(1).next();
    (await ask(1).next()).settle(limited());
    (await ask(1).next()).settle(answered);
    slow.settle(limited());
    (await ask(1).next()).settle(limited());
    const { permits } = ask(1);
    await clock.advance(500);
    expect(permits.length).toBe(1);
  });

  it('with a Retry-After of nothing does not make it hammer', async () => {
    const { ask, clock } = await refusedOnce(0);
    const end = clock.now() + 60_000;
    let requests = 0;
    for (; clock.now() < end; requests++) (await ask(1).next()).settle(limited(0));
    expect(requests).toBeGreaterThan(5);
    expect(requests).toBeLessThan(15);
  });

  it('that is one of many that were sent together counts once', async () => {
    const { ask, clock, pauses } = pacing();
    const { permits } = ask(16);
    await settled();
    for (const permit of permits) expect(permit.settle(limited())).toBe('free');
    const probe = ask(1);
    await clock.advance(500);
    expect(probe.permits.length).toBe(1);
    expect(pauses).toEqual([]);
  });

  it('that comes later makes a pause longer where it asks for more, and never shorter', async () => {
    const { ask, clock, pauses } = pacing();
    const { permits } = ask(4);
    await settled();
    permits[0]?.settle(limited(10_000));
    const probe = ask(1);
    await clock.advance(4000);
    permits[1]?.settle(limited(20_000));
    permits[2]?.settle(limited(1000));
    permits[3]?.settle(limited(null));
    expect(pauses).toEqual([
      [10_000, 'rate_limited'],
      [20_000, 'rate_limited'],
    ]);
    await clock.advance(19_999);
    expect(probe.permits.length).toBe(0);
    await clock.advance(1);
    expect(probe.permits.length).toBe(1);
  });

  it('is not undone by the answer to a request that was sent before the pause', async () => {
    const { ask, clock } = pacing();
    const { permits } = ask(2);
    await settled();
    permits[0]?.settle(limited(10_000));
    const probe = ask(2);
    permits[1]?.settle(answered);
    await clock.advance(9999);
    expect(probe.permits.length).toBe(0);
    await clock.advance(1);
    expect(probe.permits.length).toBe(1);
  });

  it('is not over with such an answer either, while the probe is under way', async () => {
    const { ask, clock } = pacing();
    const { permits } = ask(2);
    await settled();
    permits[0]?.settle(limited(10_000));
    const waiting = ask(2);
    await clock.advance(10_000);
    permits[1]?.settle(answered);
    await settled();
    expect(waiting.permits.length).toBe(1);
  });

  it.each([
    ['aborted', aborted],
    ['failed', unavailable()],
  ])('leaves nobody waiting where the probe is %s: another follows it', async (_what, end) => {
    const { ask, clock } = await refusedOnce(1000);
    const asked = ask(3);
    await clock.advance(1000);
    asked.permits[0]?.settle(end);
    await settled();
    expect(asked.permits.length).toBe(2);
  });

  it('leaves nobody waiting where the probe hangs: it has not been refused for a while', async () => {
    const { ask, clock } = await refusedOnce(1000);
    const asked = ask(3);
    await clock.advance(2000);
    expect(asked.permits.length).toBe(2);
    await clock.advance(5000);
    expect(asked.permits.length).toBe(3);
  });

  it('leaves nobody waiting for longer than ten seconds, however long the refusal took', async () => {
    const { ask, clock } = pacing();
    const slow = await ask(1).next();
    await clock.advance(60_000);
    slow.settle(limited(1000));
    const asked = ask(2);
    await clock.advance(10_999);
    expect(asked.permits.length).toBe(1);
    await clock.advance(1);
    expect(asked.permits.length).toBe(2);
  });

  it('holds back the next one, too, where nobody waited when the pause ended', async () => {
    const { ask, clock } = await refusedOnce(1000);
    await clock.advance(5000);
    const asked = ask(2);
    await settled();
    expect(asked.permits.length).toBe(1);
    expect(clock.sleeping.length).toBe(1);
  });

  it('leaves no timer where nobody waits', async () => {
    const { clock } = await refusedOnce(60_000);
    expect(clock.sleeping).toEqual([]);
  });
});

describe('nothing but 429', () => {
  async function persist(paced: ReturnType<typeof pacing>, retry_after: number | null, call = {}) {
    const began = paced.clock.now();
    for (;;) {
      const asked = paced.ask(1, call);
      await asked.ended();
      const [refusal] = asked.refusals;
      if (refusal !== undefined) return { refusal, after: paced.clock.now() - began };
      expect(asked.permits[0]?.settle(limited(retry_after))).toBe('free');
    }
  }

  it('is borne for as long as `retry.outage` says, with a last probe at its end', async () => {
    const { refusal, after } = await persist(pacing(), null);
    expect(after).toBe(300_000);
    expect(refusal).toEqual({
      code: 'rate_limited',
      message:
        'every request was refused for 5m 00s (at the last: a.example refused for its rate limit (429)): lower `limits`, run `pipe resume` later, or raise `retry.outage`',
    });
  });

  it('is borne for ten minutes where the file says so', async () => {
    const { after } = await persist(pacing({ retry: { outage: 600_000 } }), 7000);
    expect(after).toBe(600_000);
  });

  it('is borne from the first after an answer', async () => {
    const paced = pacing();
    const first = paced.ask(2);
    await settled();
    first.permits[0]?.settle(limited(100_000));
    await paced.clock.advance(100_000);
    first.permits[1]?.settle(answered);
    const { after } = await persist(paced, null);
    expect(after).toBe(300_000);
  });

  it.each([
    ['alone', 0],
    ['while others wait', 3],
  ])('is over with a probe that is not refused, %s, however long its answer takes', async (_how, others) => {
    const { ask, clock } = pacing({ retry: { outage: 60_000 } });
    (await ask(1).next()).settle(limited());
    const probe = await ask(1).next();
    ask(others);
    await clock.advance(100_000);
    probe.settle(unavailable());
    const next = await ask(1).next();
    expect(next.settle(limited())).toBe('free');
    const after = ask(1);
    await after.ended();
    expect(after.refusals).toEqual([]);
  });

  it('is borne no longer where the refusals themselves take long', async () => {
    const { ask, clock } = pacing();
    const began = clock.now();
    for (let refused = 0; refused < 30; refused++) {
      const asked = ask(1);
      await asked.ended();
      if (asked.refusals.length > 0) break;
      await clock.advance(15_000);
      asked.permits[0]?.settle(limited());
    }
    const late = ask(1);
    await settled();
    expect(late.refusals.map(({ code }) => code)).toEqual(['rate_limited']);
    expect(clock.now() - began).toBeLessThan(340_000);
  });

  it('is not borne where Retry-After is longer than that', async () => {
    const { ask, clock, pauses } = pacing();
    const { permits } = ask(2);
    await settled();
    permits[0]?.settle(limited(300_000));
    expect(pauses).toEqual([[300_000, 'rate_limited']]);
    const waiting = ask(3);
    await clock.advance(1000);
    expect(permits[1]?.settle(limited(3_600_000))).toBe('free');
    await settled();
    expect(waiting.refusals.map(({ code }) => code)).toEqual([
      'rate_limited',
      'rate_limited',
      'rate_limited',
    ]);
    expect(waiting.refusals[0]?.message).toBe(
      'the server asks for a pause of 1h 00m, and `retry.outage` is 5m 00s (at the last: a.example refused for its rate limit (429)): lower `limits`, run `pipe resume` later, or raise `retry.outage`',
    );
    expect(clock.sleeping).toEqual([]);
    const late = ask(1);
    await settled();
    expect(late.refusals.length).toBe(1);
  });
});

describe('whoever waits', () => {
  it('is served in the order in which they came', async () => {
    const { pacer, clock } = pacing({ limits: { requests_per_second: 5 } });
    const order: number[] = [];
    for (let nth = 0; nth < 20; nth++)
      void Promise.resolve(pacer.admit(requestOf(), never)).then(() => order.push(nth));
    await clock.advance(5000);
    expect(order).toEqual(Array.from({ length: 20 }, (_, nth) => nth));
  });

  it('leaves at once when told to stop, and holds nobody up', async () => {
    const { ask, clock } = pacing({ limits: { requests_per_second: 1 } });
    const stop = new AbortController();
    const first = ask(1);
    const leaving = ask(100, {}, stop.signal);
    const staying = ask(1);
    await settled();
    stop.abort(new Error('stop'));
    await settled();
    expect([first.permits.length, leaving.left, leaving.permits.length]).toEqual([1, 100, 0]);
    await clock.advance(1100);
    expect(staying.permits.length).toBe(1);
    expect(clock.sleeping).toEqual([]);
  });

  it('leaves no timer behind when all have left', async () => {
    const { ask, clock } = pacing({ limits: { requests_per_minute: 1 } });
    const stop = new AbortController();
    ask(3, {}, stop.signal);
    await settled();
    expect(clock.sleeping.length).toBe(1);
    stop.abort();
    await settled();
    expect(clock.sleeping).toEqual([]);
  });

  it('leaves no timer behind when the run has no more use of the model', async () => {
    const { ask, clock, end } = pacing({ limits: { requests_per_minute: 1 } });
    ask(3);
    await settled();
    end.abort();
    await settled();
    expect(clock.sleeping).toEqual([]);
  });

  it('is let out in the end, whatever comes of those before', async () => {
    const ends = fc.constantFrom(
      answered,
      aborted,
      limited(),
      limited(3000),
      unavailable(),
      unavailable(500),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(ends, { maxLength: 60 }), fc.nat(40), async (script, waiting) => {
        const { ask, clock } = pacing({ retry: { outage: Infinity }, limits: { requests_per_second: 20 } });
        const asked = ask(waiting + script.length);
        let settledSoFar = 0;
        for (let round = 0; asked.permits.length < waiting + script.length; round++) {
          expect(round).toBeLessThan(1000);
          await clock.advance(5000);
          for (const permit of asked.permits.slice(settledSoFar))
            permit.settle(script[settledSoFar++] ?? answered);
        }
        await clock.advance(1);
        expect(clock.sleeping).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the limits of the file', () => {
  it('are told where they make everybody wait for long, and again with the next such wait', async () => {
    const { ask, clock, pauses } = pacing({ limits: { requests_per_minute: 6 } });
    ask(4);
    await clock.advance(9000);
    expect(pauses).toEqual([[10_101, 'limits']]);
    await clock.advance(60_000);
    expect(pauses).toEqual([
      [10_101, 'limits'],
      [10_100, 'limits'],
      [10_100, 'limits'],
    ]);
  });

  it('are not told where the wait is short', async () => {
    const { ask, clock, pauses } = pacing({ limits: { requests_per_minute: 15 } });
    ask(12);
    await clock.advance(60_000);
    expect(pauses).toEqual([]);
  });
});
