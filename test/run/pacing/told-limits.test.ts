import { describe, expect, it } from 'vitest';
import { fixedWindow, slidingTokens, slidingWindow, tokenBucket } from './support/servers.ts';
import { createWorld, logNormal, seeded, type Server } from './support/world.ts';

const second = 1000;
const minute = 60_000;

/** Share by which a run took longer than the quota's own time. */
function over(duration: number, quotaTime: number): number {
  return duration / quotaTime - 1;
}

/** Timers are late by up to so many milliseconds, or early where that is negative. */
function late(by: number): () => number {
  const random = seeded(3);
  return () => random() * by;
}

/** Medians of 300 ms, and one in a hundred of 3 s. */
const latency = () => logNormal(300, 3000, seeded(7));

interface Row {
  readonly per: 'second' | 'minute';
  readonly limit: number;
  readonly concurrency: number;
}

const rows: readonly Row[] = [
  { per: 'second', limit: 1, concurrency: 4 },
  { per: 'second', limit: 2, concurrency: 64 },
  { per: 'second', limit: 5, concurrency: 16 },
  { per: 'second', limit: 10, concurrency: 256 },
  { per: 'second', limit: 50, concurrency: 64 },
  { per: 'second', limit: 200, concurrency: 256 },
  { per: 'minute', limit: 6, concurrency: 16 },
  { per: 'minute', limit: 60, concurrency: 4 },
  { per: 'minute', limit: 100, concurrency: 256 },
  { per: 'minute', limit: 140, concurrency: 16 },
  { per: 'minute', limit: 600, concurrency: 64 },
  { per: 'minute', limit: 6000, concurrency: 256 },
];

const servers: readonly (readonly [string, (limit: number, length: number) => Server])[] = [
  ['in any window', (limit, length) => slidingWindow(limit, length)],
  ['in fixed windows', (limit, length) => fixedWindow(limit, length, length * 0.3)],
  [
    'by a bucket',
    // What is late is caught up with, so two may come within less than two requests' time.
    (limit, length) => tokenBucket((limit * second) / length, Math.max(2, (limit * second) / length)),
  ],
];

describe.each(servers)('with a limit told that the server counts %s', (_how, server) => {
  it.each(rows)(
    '$limit a $per at concurrency $concurrency: no 429, and at most 3 % over, whether timers are late or early',
    async ({ per, limit, concurrency }) => {
      const length = per === 'second' ? second : minute;
      const requests = Math.min(2500, Math.max(20, Math.ceil((limit * 150_000) / length)));
      for (const lateness of [0, 30, -0.9]) {
        const world = createWorld({ limits: { [`requests_per_${per}`]: limit }, lateness: late(lateness) });
        const load = { requests, concurrency, server: server(limit, length), latency: latency() };
        const { duration, succeeded, limited } = await world.run(load);
        expect(succeeded).toBe(requests);
        expect(limited.filter((time) => time > second)).toEqual([]);
        expect(over(duration, (requests * length) / limit)).toBeLessThan(0.03);
        expect(world.timers()).toBe(0);
      }
    },
  );
});

describe('a limit that is told', () => {
  it.each([1, 4, 16, 64])('far above what %d calls reach holds nothing up', async (concurrency) => {
    const world = createWorld({ limits: { requests_per_second: 1000 } });
    const requests = 40 * concurrency;
    const load = { requests, concurrency, server: slidingWindow(1000, second), latency: () => 200 };
    const { duration, limited } = await world.run(load);
    expect(limited).toEqual([]);
    // Each takes 200 ms, and as many go at a time as may.
    expect(over(duration, 39 * 200)).toBeLessThan(0.03);
  });

  it('holds all limits that are told at once', async () => {
    const world = createWorld({ limits: { requests_per_second: 5, requests_per_minute: 60 } });
    const servers = [slidingWindow(5, second), slidingWindow(60, minute)];
    const server: Server = (arrival) => {
      const replies = servers.map((one) => one(arrival));
      return replies.find(({ kind }) => kind === 'limited') ?? { kind: 'answered' };
    };
    const { duration, limited } = await world.run({
      requests: 180,
      concurrency: 64,
      server,
      latency: latency(),
    });
    expect(limited).toEqual([]);
    expect(over(duration, 180_000)).toBeLessThan(0.03);
  });
});

describe('with a limit of tokens told', () => {
  /** Requests whose sizes vary by so much between the median and one in a hundred. */
  function sizes(requests: number, input: number, output: number, spread: number) {
    const random = seeded(5);
    const draw = (median: number) => Math.ceil(logNormal(median, median * spread, random)());
    return Array.from({ length: requests }, () => ({ input: draw(input), output: draw(output) }));
  }

  it.each([
    { limit: 6000, input: 100, output: 50, requests: 150, concurrency: 4 },
    { limit: 60_000, input: 300, output: 100, requests: 500, concurrency: 256 },
    { limit: 500_000, input: 1000, output: 200, requests: 1500, concurrency: 64 },
    { limit: 500_000, input: 3000, output: 1500, requests: 500, concurrency: 256 },
  ])(
    'of $limit a minute for requests of $input and $output: no 429, and at most 3 % over',
    async ({ limit, input, output, requests, concurrency }) => {
      const world = createWorld({ limits: { tokens_per_minute: limit }, lateness: late(30) });
      const all = sizes(requests, input, output, 1);
      const { duration, limited } = await world.run({
        requests,
        concurrency,
        server: slidingTokens(limit),
        latency: latency(),
        tokens: (nth) => all[nth] ?? { input, output },
      });
      const total = all.reduce((sum, size) => sum + size.input + size.output, 0);
      expect(limited).toEqual([]);
      expect(over(duration, (total / limit) * minute)).toBeLessThan(0.03);
    },
  );

  it('sizes that vary widely, which nobody can foresee, make few 429s and cost little', async () => {
    const limit = 500_000;
    const all = sizes(1500, 1000, 400, 4);
    const world = createWorld({ limits: { tokens_per_minute: limit } });
    const { duration, limited } = await world.run({
      requests: 1500,
      concurrency: 64,
      server: slidingTokens(limit),
      latency: latency(),
      tokens: (nth) => all[nth] ?? { input: 0, output: 0 },
    });
    const total = all.reduce((sum, size) => sum + size.input + size.output, 0);
    expect(limited.length).toBeLessThan(15);
    expect(over(duration, (total / limit) * minute)).toBeLessThan(0.05);
  });

  it('lets a request that is larger than all of it go when nothing else has', async () => {
    const world = createWorld({ limits: { tokens_per_minute: 1000 } });
    const { admitted } = await world.run({
      requests: 3,
      concurrency: 3,
      server: () => ({ kind: 'answered' }),
      latency: () => 100,
      tokens: () => ({ input: 5000, output: 0 }),
    });
    const [first = 0, second = 0, third = 0] = admitted;
    expect(first).toBe(0);
    for (const wait of [second - first, third - second]) {
      // What has gone has to be paid for, at the pace of the limit.
      expect(wait).toBeGreaterThanOrEqual(5 * minute);
      expect(wait).toBeLessThan(5.2 * minute);
    }
  });
});
