import { describe, expect, it } from 'vitest';
import type { Quota } from '../../../src/models/contract.ts';
import { settled } from '../support/clock.ts';
import { answered, limited, pacing } from './support/pacing.ts';
import { fixedWindow, slidingTokens, slidingWindow } from './support/servers.ts';
import { createWorld, logNormal, seeded } from './support/world.ts';

const second = 1000;
const minute = 60_000;
const headers = { headers: true, retryAfter: true };
const latency = () => logNormal(300, 3000, seeded(7));

describe('a limit that the headers of answers tell', () => {
  it.each([
    { limit: 60, concurrency: 16 },
    { limit: 60, concurrency: 256 },
    { limit: 600, concurrency: 64 },
    { limit: 3000, concurrency: 256 },
  ])('of $limit a minute is kept from the first answer on, at concurrency $concurrency', async (row) => {
    for (const make of [slidingWindow, fixedWindow]) {
      const server =
        make === slidingWindow
          ? slidingWindow(row.limit, minute, headers)
          : fixedWindow(row.limit, minute, 0, headers);
      const world = createWorld();
      const requests = Math.min(4000, row.limit * 5);
      const load = { requests, concurrency: row.concurrency, server, latency: latency() };
      const { duration, limited } = await world.run(load);
      expect(limited.filter((time) => time > second)).toEqual([]);
      expect(duration / ((requests * minute) / row.limit) - 1).toBeLessThan(0.03);
    }
  });

  it('of tokens is kept, too', async () => {
    const world = createWorld();
    const { duration, limited } = await world.run({
      requests: 1500,
      concurrency: 64,
      server: slidingTokens(500_000, { headers: true }),
      latency: latency(),
      tokens: () => ({ input: 1000, output: 200 }),
    });
    expect(limited.filter((time) => time > second)).toEqual([]);
    expect(duration / ((1500 * 1200 * minute) / 500_000) - 1).toBeLessThan(0.03);
  });

  it('goes before a higher one that is told', async () => {
    const world = createWorld({ limits: { requests_per_minute: 6000 } });
    const server = slidingWindow(600, minute, headers);
    const { limited } = await world.run({ requests: 1800, concurrency: 16, server, latency: latency() });
    expect(limited).toEqual([]);
  });

  it('does not go before a lower one that is told', async () => {
    const world = createWorld({ limits: { requests_per_minute: 300 } });
    const server = slidingWindow(600, minute, headers);
    const { duration } = await world.run({ requests: 900, concurrency: 64, server, latency: latency() });
    expect(duration).toBeGreaterThan(2.9 * minute);
    expect(duration).toBeLessThan(3 * minute * 1.03);
  });

  it.each<[string, Partial<Quota>]>([
    [
      'is huge',
      { requests: 1_000_000, requests_left: 999_999, tokens: 1_000_000_000, tokens_left: 999_999_999 },
    ],
    ['is nothing', { requests: 0, tokens: 0 }],
    ['is not told, though what is left of it is', { requests_left: 0, tokens_left: 0 }],
  ])('that %s limits nothing', async (_what, told) => {
    const { ask, clock } = pacing();
    const quota: Quota = { requests: null, requests_left: null, tokens: null, tokens_left: null, ...told };
    for (let round = 0; round < 10; round++) {
      const { permits } = ask(1000);
      await settled();
      expect(permits.length).toBe(1000);
      for (const permit of permits) permit.settle({ ...answered, quota });
    }
    expect(clock.sleeping).toEqual([]);
  });
});

describe('a limit of tokens that is smaller than a request which was answered', () => {
  const quota: Quota = { requests: null, requests_left: null, tokens: 1, tokens_left: 0 };
  const used = { ...answered.usage, input_tokens: 400, output_tokens: 100, total_tokens: 500 };

  it.each([
    ['comes with the answer', false],
    ['came with a 429 before', true],
  ])('holds nobody up where it %s, and is told of once', async (_how, isRefusedFirst) => {
    const { ask, clock, notices } = pacing();
    if (isRefusedFirst) (await ask(1).next()).settle({ ...limited(1000), quota });
    for (let request = 0; request < 3; request++) {
      const permit = await ask(1).next();
      permit.settle({ ...answered, usage: used, quota });
    }
    const asked = ask(10);
    await clock.advance(20_000);
    expect(asked.permits.length).toBe(10);
    expect(notices).toEqual([
      "the server's headers limit it to 1 token a minute, and it has answered a request of 500 tokens: that limit is not believed",
    ]);
  });

  it.each<[string, Partial<Quota>]>([
    ['as large as that request', { tokens: 500 }],
    ['none at all', { tokens: 0 }],
    ['not told', { tokens: null }],
  ])('is no cause for doubt where it is %s', async (_what, told) => {
    const { ask, notices } = pacing();
    for (let request = 0; request < 3; request++)
      (await ask(1).next()).settle({ ...answered, usage: used, quota: { ...quota, ...told } });
    expect(notices).toEqual([]);
  });

  it('leaves the limit of the file as it was', async () => {
    const { ask, clock } = pacing({ limits: { tokens_per_minute: 1000 } });
    (await ask(1).next()).settle({ ...answered, usage: used, quota });
    const asked = ask(2);
    await clock.advance(25_000);
    expect(asked.permits.length).toBe(0);
    await clock.advance(10_000);
    expect(asked.permits.length).toBe(1);
    await clock.advance(20_000);
    expect(asked.permits.length).toBe(1);
  });

  it('is believed where most of that request was cached by the provider', async () => {
    const { ask, clock, notices } = pacing();
    const cached = { ...used, cached_input_tokens: 399 };
    (await ask(1).next()).settle({ ...answered, usage: cached, quota: { ...quota, tokens: 200 } });
    const asked = ask(3);
    await clock.advance(10_000);
    expect(asked.permits.length).toBe(0);
    expect(notices).toEqual([]);
  });
});

describe('a quota that others use, too,', () => {
  it.each([100, 300, 450])('by %d a minute of 600 leaves us the others, with few 429s', async (byOthers) => {
    const world = createWorld({ limits: { requests_per_minute: 600 } });
    const server = slidingWindow(600, minute, { ...headers, others: byOthers / 60 });
    const ours = 600 - byOthers;
    const load = { requests: ours * 5, concurrency: 64, server, latency: latency() };
    const { duration, limited } = await world.run(load);
    expect(duration / (5 * minute) - 1).toBeLessThan(0.2);
    expect(limited.length).toBeLessThan(ours * 5 * 0.05);
  });

  it('slows us down where there is less left than we believe, and no longer when there is more', async () => {
    const { ask, clock } = pacing({ limits: { requests_per_minute: 600 } });
    const quota = { requests: 600, requests_left: 0, tokens: null, tokens_left: null };
    const first = await ask(1).next();
    first.settle({ ...answered, quota });
    const asked = ask(100);
    await clock.advance(50);
    expect(asked.permits.length).toBe(0);
    await clock.advance(1000);
    const slow = asked.permits.length;
    expect(slow).toBeGreaterThan(0);
    expect(slow).toBeLessThanOrEqual(10);
    asked.permits[0]?.settle({ ...answered, quota: { ...quota, requests_left: 500 } });
    await clock.advance(1000);
    expect(asked.permits.length - slow).toBeGreaterThanOrEqual(9);
  });
});
