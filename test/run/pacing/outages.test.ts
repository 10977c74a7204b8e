import { describe, expect, it } from 'vitest';
import { settled } from '../support/clock.ts';
import type { PacedPermit } from '../../../src/run/pacing/pacer.ts';
import {
  aborted,
  answered,
  limited,
  never,
  pacing,
  requestOf,
  unavailable,
  unreachable,
} from './support/pacing.ts';

/** A pacer whose requests, of different calls, have all failed just now, the last one let out after the others had. */
async function failing(requests = 3, options = {}, end = unavailable()) {
  const paced = pacing(options);
  const first = paced.ask(requests - 1);
  await settled();
  const uses = first.permits.map((permit) => permit.settle(end));
  const later = paced.ask(1);
  await settled();
  uses.push(...later.permits.map((permit) => permit.settle(end)));
  return { ...paced, uses };
}

type Ask = ReturnType<typeof pacing>['ask'];

/** What the next who asks is told. */
async function refusalOf(ask: Ask) {
  const asked = ask(1);
  await asked.ended();
  return asked.refusals[0];
}

/** Requests that were let out before an outage began, and have not ended. */
async function underWayInOutage(ask: Ask, requests: number) {
  const slow = ask(requests);
  const first = ask(2);
  await settled();
  for (const permit of first.permits) permit.settle(unavailable());
  (await ask(1).next()).settle(unavailable());
  return slow.permits;
}

const passing = [
  ['failed', unavailable()],
  ['unreached', unreachable()],
] as const;

describe('different calls that fail in a row', () => {
  it('make an outage of it where one of them came when others had failed: then they use up no attempt', async () => {
    const { ask, uses } = await failing(3);
    expect(uses).toEqual(['used', 'used', 'free']);
    const probe = await ask(1).next();
    expect(probe.settle(unavailable())).toBe('free');
  });

  it('make an outage of it where they do not reach the model, though all were under way together', async () => {
    const { ask, clock } = pacing();
    const rows = Array.from({ length: 10 }, () => ({}));
    const down = clock.now() + 20_000;
    let under = rows.map((call) => ({ call, asked: ask(1, call) }));
    const used = new Map<object, number>();
    while (under.length > 0) {
      await settled();
      const out = under.filter(({ asked }) => asked.permits.length > 0);
      under = under.filter(({ asked }) => asked.permits.length === 0);
      for (const { call, asked } of out) {
        if (clock.now() >= down) asked.permits[0]?.settle(answered);
        else {
          if (asked.permits[0]?.settle(unreachable()) === 'used') used.set(call, (used.get(call) ?? 0) + 1);
          under.push({ call, asked: ask(1, call) });
        }
      }
      await clock.advance(clock.sleeping[0] ?? 0);
    }
    expect([...used.values()]).toEqual([1, 1]);
  });

  it('make an outage of it where three do not reach the model, among others that fail by themselves', async () => {
    const { ask } = pacing();
    const { permits } = ask(6);
    await settled();
    const ends = [unavailable(), unreachable(), unavailable(), unreachable(), unreachable(), unavailable()];
    const uses = ends.map((end, nth) => permits[nth]?.settle(end));
    expect(uses).toEqual(['used', 'used', 'used', 'used', 'free', 'free']);
  });

  it('make none of it where all were under way together, as the last of a run are: each uses its attempts', async () => {
    const { ask, clock } = pacing();
    const last = Array.from({ length: 6 }, () => ({}));
    for (let attempt = 0; attempt < 5; attempt++) {
      const asked = last.map((call) => ask(1, call));
      await settled();
      for (const [permit] of asked.map(({ permits }) => permits))
        expect(permit?.settle(unavailable())).toBe('used');
    }
    expect(clock.sleeping).toEqual([]);
  });

  it.each(passing)(
    'make none of it where they were %s before, while others were answered',
    async (_how, end) => {
      const { ask } = pacing();
      const poisoned = [{}, {}, {}, {}];
      const fail = async (call: object) => {
        const { permits } = ask(1, call);
        await settled();
        return permits[0]?.settle(end);
      };
      for (const call of poisoned) {
        await fail(call);
        (await ask(1).next()).settle(answered);
      }
      for (let attempt = 0; attempt < 5; attempt++) {
        for (const call of poisoned) expect(await fail(call)).toBe('used');
      }
    },
  );

  it.each(passing)(
    'make none of it where they are %s, and their records failed in an earlier session',
    async (_how, end) => {
      const { pacer } = pacing();
      for (let nth = 0; nth < 10; nth++) {
        const admitted = await pacer.admit({ ...requestOf(), failed_before: true }, never);
        expect(admitted.ok && admitted.value.settle(end)).toBe('used');
      }
    },
  );

  it.each(passing)(
    'make none of it where they are %s, while another is answered in between',
    async (_how, end) => {
      const { ask, clock } = pacing();
      const { permits } = ask(40);
      await settled();
      const uses = permits.map((permit, nth) => permit.settle(nth % 3 === 2 ? answered : end));
      expect(uses).toEqual(permits.map(() => 'used'));
      const next = ask(10);
      await settled();
      expect(next.permits.length).toBe(10);
      expect(clock.sleeping).toEqual([]);
    },
  );

  it.each(passing)('make none of it where one or two are %s, however often', async (_how, end) => {
    const { ask, clock } = pacing();
    for (let attempt = 0; attempt < 10; attempt++) {
      for (const call of ['one', 'other'].map((name) => calls[name])) {
        const { permits } = ask(1, call);
        await settled();
        expect(permits[0]?.settle(end)).toBe('used');
      }
    }
    expect(clock.sleeping).toEqual([]);
  });

  it('make none of it where one always fails, and all others are answered', async () => {
    const { ask } = pacing();
    for (let attempt = 0; attempt < 10; attempt++) {
      const poisoned = ask(1, calls['one']);
      const good = ask(3);
      await settled();
      expect(poisoned.permits[0]?.settle(unavailable())).toBe('used');
      for (const permit of good.permits) permit.settle(answered);
    }
  });

  it('make none of it where we ended them ourselves', async () => {
    const { ask } = pacing();
    const { permits } = ask(10);
    await settled();
    for (const permit of permits) expect(permit.settle(aborted)).toBe('used');
    const next = ask(5);
    await settled();
    expect(next.permits.length).toBe(5);
  });
});

const calls: { readonly [name: string]: object } = { one: {}, other: {} };

describe('in an outage', () => {
  it('one request at a time is let out, by a back-off of at most ten seconds', async () => {
    const { ask, clock, pauses } = await failing();
    const waits: number[] = [];
    const waiting = ask(20);
    for (let probe = 0; probe < 12; probe++) {
      const began = clock.now();
      while (waiting.permits.length === probe) await clock.advance(clock.sleeping[0] ?? NaN);
      waits.push(Math.round((clock.now() - began) / 100) / 10);
      await clock.advance(30);
      expect(waiting.permits.length).toBe(probe + 1);
      expect(waiting.permits[probe]?.settle(unavailable())).toBe('free');
    }
    expect(waits).toEqual([0.5, 0.8, 1.1, 1.7, 2.5, 3.8, 5.7, 8.5, 10, 10, 10, 10]);
    expect(pauses.map(([, reason]) => reason)).toEqual(pauses.map(() => 'unavailable'));
    // The first, however short it is; then those of more than a second.
    expect(pauses.slice(0, 3)).toEqual([
      [500, 'unavailable', 300_000],
      [1125, 'unavailable', 298_690],
      [1688, 'unavailable', 297_535],
    ]);
    expect(pauses.at(-1)?.slice(0, 2)).toEqual([10_000, 'unavailable']);
  });

  it('the wait grows to five seconds where `max_delay`, which is for the attempts of a call, is shorter', async () => {
    const { ask, clock } = await failing(3, { retry: { max_delay: 200 } });
    const waits: number[] = [];
    for (const asked of [null, null, null, null, null, null, null, null, 60_000]) {
      const began = clock.now();
      (await ask(1).next()).settle(unavailable(asked));
      waits.push(clock.now() - began);
    }
    expect(waits).toEqual([500, 750, 1125, 1688, 2532, 3797, 5000, 5000, 5000]);
    const began = clock.now();
    await ask(1).next();
    expect(clock.now() - began).toBe(5000);
  });

  it('users are told at once, and once, however short the waits are', async () => {
    const { ask, clock, pauses } = pacing({ retry: { outage: 60_000 }, chance: 0 });
    const fail = async () => {
      for (let request = 0; request < 3; request++) (await ask(1).next()).settle(unreachable());
    };
    await fail();
    (await ask(1).next()).settle(unreachable());
    expect(pauses).toEqual([[250, 'unavailable', 60_000]]);
    (await ask(1).next()).settle(answered);
    await clock.advance(1000);
    await fail();
    expect(pauses.length).toBe(2);
  });

  it('a Retry-After is heeded, up to `max_delay`', async () => {
    const { ask, clock } = await failing(3, { retry: { max_delay: 20_000 } }, unavailable(90_000));
    const waiting = ask(1);
    await clock.advance(19_999);
    expect(waiting.permits.length).toBe(0);
    await clock.advance(1);
    expect(waiting.permits.length).toBe(1);
  });

  it('so it is where what asks for it was sent before the outage began', async () => {
    const { ask, clock } = pacing({ retry: { max_delay: 20_000 } });
    const [slow] = await underWayInOutage(ask, 1);
    slow?.settle(unavailable(90_000));
    const waiting = ask(1);
    await clock.advance(19_999);
    expect(waiting.permits.length).toBe(0);
    await clock.advance(1);
    expect(waiting.permits.length).toBe(1);
  });

  it.each([
    ['a probe', async (ask: Ask) => ask(1).next()],
    ['a request that was sent before it', async (_ask: Ask, [slow]: readonly PacedPermit[]) => slow],
  ])('the last probe comes just at the end, whatever %s is asked to wait for', async (_who, asked) => {
    const { ask, clock } = pacing({ retry: { outage: 20_000 } });
    const slow = await underWayInOutage(ask, 1);
    const ends = clock.now() + 20_000;
    (await asked(ask, slow))?.settle(unavailable(50_000));
    const last = await ask(1).next();
    expect(clock.now()).toBe(ends);
    last.settle(unavailable());
    expect((await refusalOf(ask))?.code).toBe('outage');
  });

  it('another probe follows one that hangs, after ten seconds', async () => {
    const { ask, clock } = await failing();
    const waiting = ask(5);
    await clock.advance(500);
    expect(waiting.permits.length).toBe(1);
    await clock.advance(9999);
    expect(waiting.permits.length).toBe(1);
    await clock.advance(1);
    expect(waiting.permits.length).toBe(2);
  });

  it('another probe follows at once where we ended the one before', async () => {
    const { ask, clock } = await failing();
    const waiting = ask(5);
    await clock.advance(500);
    waiting.permits[0]?.settle(aborted);
    await settled();
    expect(waiting.permits.length).toBe(2);
  });

  it('the first answer opens the gate, to twice as many each time, and to all in the end', async () => {
    const { ask, clock } = await failing();
    const waiting = ask(200);
    await clock.advance(500);
    const open: number[] = [];
    for (let ended = 0; ended < 200;) {
      const underWay = waiting.permits.slice(ended);
      open.push(underWay.length);
      ended += underWay.length;
      for (const permit of underWay) permit.settle(answered);
      await settled();
    }
    expect(open).toEqual([1, 2, 4, 8, 16, 32, 64, 73]);
    const late = ask(300);
    await settled();
    expect(late.permits.length).toBe(300);
    expect(clock.sleeping).toEqual([]);
  });

  it('so it is in one that follows another', async () => {
    const { ask } = await failing();
    const first = ask(40);
    await first.ended();
    for (let ended = 0; ended < 40; ended++) {
      first.permits[ended]?.settle(answered);
      await settled();
    }
    const failed = ask(3);
    await settled();
    for (const permit of failed.permits.slice(0, 2)) permit.settle(unavailable());
    (await ask(1).next()).settle(unavailable());
    const waiting = ask(20);
    await waiting.ended();
    waiting.permits[0]?.settle(answered);
    await settled();
    expect(waiting.permits.length).toBe(3);
  });

  it('an answer that nobody waited for opens the gate no further', async () => {
    const { ask } = await failing();
    (await ask(1).next()).settle(answered);
    const waiting = ask(20);
    await settled();
    expect(waiting.permits.length).toBe(2);
  });

  it('no pause is told of by what was sent before it, while a probe is under way', async () => {
    const { ask, pauses } = pacing();
    const [slow] = await underWayInOutage(ask, 1);
    await ask(1).next();
    const told = pauses.length;
    slow?.settle(unavailable());
    expect(pauses.length).toBe(told);
  });

  it('another follows those that hang after the first answer, every ten seconds', async () => {
    const { ask, clock } = await failing();
    const waiting = ask(6);
    await clock.advance(500);
    waiting.permits[0]?.settle(answered);
    await settled();
    expect(waiting.permits.length).toBe(3);
    await clock.advance(9999);
    expect(waiting.permits.length).toBe(3);
    await clock.advance(1);
    expect(waiting.permits.length).toBe(4);
    await clock.advance(10_000);
    expect(waiting.permits.length).toBe(5);
  });

  it('is over with an answer to a request that was sent before it, too', async () => {
    const { ask } = pacing();
    const [slow] = await underWayInOutage(ask, 1);
    const waiting = ask(3);
    await settled();
    expect(waiting.permits.length).toBe(0);
    slow?.settle(answered);
    await settled();
    expect(waiting.permits.length).toBeGreaterThan(0);
  });

  it('nobody is left waiting where those who follow the first answer fail or are ended', async () => {
    const { ask, clock } = await failing();
    const waiting = ask(50);
    await clock.advance(500);
    waiting.permits[0]?.settle(answered);
    for (let settledSoFar = 1; waiting.permits.length < 50;) {
      await clock.advance(10_000);
      const next = waiting.permits.slice(settledSoFar);
      expect(next.length).toBeGreaterThan(0);
      const ends = [unavailable(), aborted, answered];
      next.forEach((permit, nth) => permit.settle(ends[(settledSoFar + nth) % 3] ?? answered));
      settledSoFar += next.length;
    }
  });

  it('records are not failed one by one: the calls that wait are refused when it has lasted too long', async () => {
    const { ask, clock } = await failing(3, { retry: { outage: 60_000 } });
    const began = clock.now();
    const waiting = ask(30);
    for (let probe = 0; waiting.refusals.length === 0; probe++) {
      while (waiting.permits.length === probe) await clock.advance(clock.sleeping[0] ?? NaN);
      expect(waiting.permits[probe]?.settle(unavailable())).toBe('free');
      await settled();
    }
    expect(clock.now() - began).toBe(60_000);
    expect(waiting.permits.length + waiting.refusals.length).toBe(30);
    expect(waiting.refusals[0]).toEqual({
      code: 'outage',
      message:
        'no request succeeded for 1m 00s (at the last: a.example answered with an error (500)): run `pipe resume` later, or raise `retry.outage`',
    });
    expect(clock.sleeping).toEqual([]);
  });

  it('that has lasted too long, what is still under way uses no attempt, and late comers are refused', async () => {
    const { ask, clock } = pacing({ retry: { outage: 1000 } });
    const [one, other] = await underWayInOutage(ask, 2);
    await clock.advance(1000);
    const probe = await ask(1).next();
    expect(probe.settle(unavailable())).toBe('free');
    expect(one?.settle(unavailable())).toBe('free');
    expect(other?.settle(answered)).toBe('used');
    const late = ask(1);
    await settled();
    expect(late.refusals.map(({ code }) => code)).toEqual(['outage']);
  });

  it('that ends in 429s, it is these that are told', async () => {
    const { ask, clock } = await failing(3, { retry: { outage: 5000 } });
    const waiting = ask(30);
    for (let ended = 0; waiting.refusals.length === 0; ended++) {
      while (waiting.permits.length === ended) await clock.advance(clock.sleeping[0] ?? NaN);
      waiting.permits[ended]?.settle(limited());
      await settled();
    }
    expect(waiting.refusals[0]?.code).toBe('rate_limited');
  });
});

it('429s that have lasted too long are told as that, whatever the last of them asks for', async () => {
  const { ask, clock } = pacing({ retry: { outage: 5000 } });
  const ends = clock.now() + 5000;
  while (clock.now() < ends) {
    const probe = await ask(1).next();
    probe.settle(limited(clock.now() < ends ? null : 60_000));
  }
  expect((await refusalOf(ask))?.message).toContain('every request was refused for 5.0 s');
});

describe('calls that may each be at fault themselves', () => {
  it('are not asked again before others that wait, and others are asked for where none does', async () => {
    const { ask, clock, spares } = await failing(3);
    expect(spares).toEqual([1]);
    const [one, other] = [{}, {}];
    (await ask(1, one).next()).settle(unavailable());
    expect(spares).toEqual([1, 2]);
    const again = ask(1, one);
    const fresh = ask(1, other);
    await clock.advance(10_000);
    expect([again.permits.length, fresh.permits.length]).toEqual([0, 1]);
    fresh.permits[0]?.settle(answered);
    expect(spares).toEqual([1, 2, 0]);
    await settled();
    expect(again.permits[0]?.settle(unavailable())).toBe('used');
  });

  it('ask for no others while some wait', async () => {
    const { ask, spares } = await failing(3);
    const waiting = ask(5);
    await waiting.ended();
    waiting.permits[0]?.settle(unavailable());
    expect(spares).toEqual([1]);
  });

  it('probe themselves where there are no others', async () => {
    const { ask } = await failing(3);
    const call = {};
    for (let probe = 0; probe < 5; probe++) {
      const probing = await ask(1, call).next();
      expect(probing.settle(unavailable())).toBe('free');
    }
  });

  it('ask for no more others than can be held', async () => {
    const { ask, spares } = await failing(3, { retry: { outage: 36_000_000 } });
    for (let probe = 0; probe < 100; probe++) (await ask(1).next()).settle(unavailable());
    expect(Math.max(...spares)).toBe(64);
  });

  it('ask for none where the model cannot be reached', async () => {
    const { spares } = await failing(4, {}, unreachable());
    expect(spares).toEqual([]);
  });
});

it('never lets more out than may be under way, however many wait, over all models', async () => {
  const traffic = { underWay: 0, most: 3 };
  const [small, large] = [pacing({ traffic }), pacing({ traffic })];
  const [ofSmall, ofLarge] = [small.ask(2), large.ask(4)];
  await settled();
  expect([ofSmall.permits.length, ofLarge.permits.length]).toEqual([2, 1]);
  ofSmall.permits[0]?.settle(answered);
  await large.clock.advance(50);
  expect(ofLarge.permits.length).toBe(2);
  for (const permit of [...ofSmall.permits.slice(1), ...ofLarge.permits]) permit.settle(answered);
  await settled();
  expect(ofLarge.permits.length).toBe(4);
});

describe('one call that fails for longer than an outage may last', () => {
  it('uses up its own attempts', async () => {
    const { ask, clock } = pacing();
    for (let attempt = 0; attempt < 40; attempt++) {
      const { permits } = ask(1, calls['one']);
      await clock.advance(10_000);
      expect(permits[0]?.settle(unavailable())).toBe('used');
    }
  });
});
