import { describe, expect, it } from 'vitest';
import { fixedWindow, slidingTokens, slidingWindow, tokenBucket } from './support/servers.ts';
import { createWorld, logNormal, seeded, type Server } from './support/world.ts';

const second = 1000;
const minute = 60_000;

const servers: readonly (readonly [string, (rate: number) => Server])[] = [
  ['fills a bucket of a second', (rate) => tokenBucket(rate, rate)],
  ['fills a bucket of a fifth of a second', (rate) => tokenBucket(rate, Math.max(1, rate / 5))],
  ['counts whole seconds', (rate) => fixedWindow(rate, second)],
  [
    'counts any minute, and tells how long to wait',
    (rate) => slidingWindow(rate * 60, minute, { retryAfter: true }),
  ],
  ['counts any minute', (rate) => slidingWindow(rate * 60, minute)],
  [
    'counts whole minutes, and tells how long to wait',
    (rate) => fixedWindow(rate * 60, minute, 17_000, { retryAfter: true }),
  ],
  ['counts whole minutes', (rate) => fixedWindow(rate * 60, minute, 17_000)],
];

const loads = [
  { what: 'quick', concurrency: 32, median: 100, p99: 300 },
  { what: 'slow', concurrency: 256, median: 1000, p99: 6000 },
] as const;

describe.each(servers)('with no limit told, a server that says nothing but 429 and %s', (_how, server) => {
  it.each(loads)(
    'is found at most 15 % slower than it is, by few 429s, where it is $what',
    async ({ concurrency, median, p99 }) => {
      for (const rate of [1, 3, 10, 40]) {
        const world = createWorld({ random: seeded(11) });
        const requests = Math.min(rate * 480, 6000);
        const load = {
          requests,
          concurrency,
          server: server(rate),
          latency: logNormal(median, p99, seeded(7)),
        };
        const { duration, succeeded, limited } = await world.run(load);
        expect(succeeded).toBe(requests);
        expect(duration / ((requests * second) / rate) - 1).toBeLessThan(0.15);
        // Those of the first moment, which nothing could have held back, apart.
        expect(limited.filter((time) => time > 5 * second).length).toBeLessThan(100);
        expect(world.timers()).toBe(0);
      }
    },
  );
});

describe('a server with a limit that it does not tell', () => {
  it.each([0.4, 3, 40])('of %d a second is told of, once, where calls wait for it', async (rate) => {
    const world = createWorld();
    await world.run({ requests: 600, concurrency: 256, server: tokenBucket(rate, 5), latency: () => 100 });
    expect(world.notices).toEqual([
      'the server refuses requests for its rate limit (429), and is asked no faster than it was found to bear',
    ]);
  });

  it('is not told of where no call waits for long', async () => {
    const world = createWorld();
    await world.run({ requests: 600, concurrency: 8, server: tokenBucket(40, 5), latency: () => 100 });
    expect(world.notices).toEqual([]);
  });

  it('of tokens is found by the rate of requests', async () => {
    const random = seeded(5);
    const sizes = Array.from({ length: 1200 }, () => ({
      input: Math.ceil(logNormal(1000, 2000, random)()),
      output: Math.ceil(logNormal(200, 400, random)()),
    }));
    const total = sizes.reduce((sum, { input, output }) => sum + input + output, 0);
    const world = createWorld();
    const { duration } = await world.run({
      requests: sizes.length,
      concurrency: 64,
      server: slidingTokens(300_000),
      latency: () => 400,
      tokens: (nth) => sizes[nth] ?? { input: 0, output: 0 },
    });
    expect(duration / ((total / 300_000) * minute) - 1).toBeLessThan(0.15);
  });

  it('that bears twice as much after a while is soon asked for it', async () => {
    const [before, after] = [tokenBucket(10, 10), tokenBucket(20, 20)];
    const world = createWorld();
    const { duration } = await world.run({
      requests: 3000,
      concurrency: 64,
      server: (arrival) => (arrival.time < 100_000 ? before : after)(arrival),
      latency: () => 300,
    });
    // 1000 in the first 100 s, the others in 100 s more.
    expect(duration).toBeLessThan(200_000 * 1.15);
  });

  it('that bears half as much after a while is soon left in peace', async () => {
    const [before, after] = [tokenBucket(20, 20), tokenBucket(10, 10)];
    const world = createWorld();
    const { duration, limited } = await world.run({
      requests: 3000,
      concurrency: 64,
      server: (arrival) => (arrival.time < 100_000 ? before : after)(arrival),
      latency: () => 300,
    });
    expect(duration).toBeLessThan(200_000 * 1.15);
    expect(limited.filter((time) => time > 100_000).length).toBeLessThan(60);
  });

  it('that others have used up before is not left for dead', async () => {
    const world = createWorld();
    const server = slidingWindow(600, minute, { retryAfter: true });
    for (let request = 0; request < 600; request++) server({ time: 0, tokens: 0 });
    const { duration } = await world.run({ requests: 1200, concurrency: 64, server, latency: () => 300 });
    // The first minute is gone, and two more are needed.
    expect(duration).toBeLessThan(3 * minute * 1.15);
  });

  it('that refuses a few of the first by chance is not taken for slow for long', async () => {
    for (const refused of [[2], [2, 5], [1, 4, 9], [3, 12, 30]]) {
      const world = createWorld();
      let arrived = 0;
      const { duration } = await world.run({
        requests: 200,
        concurrency: 4,
        server: () => ({ kind: refused.includes((arrived += 1)) ? 'limited' : 'answered' }),
        latency: () => 50,
      });
      expect(duration).toBeLessThan(30_000);
    }
  });

  it.each([
    [0.02, 16, 30],
    [0.05, 16, 30],
    [0.05, 64, 500],
    [0.2, 16, 30],
    [0.2, 64, 500],
  ])(
    'that refuses %d of all by chance, whatever the pace, is not asked ever more slowly',
    async (share, concurrency, latency) => {
      const [world, random] = [createWorld({ random: seeded(11) }), seeded(3)];
      const { duration, limited } = await world.run({
        requests: 1000,
        concurrency,
        server: () => ({ kind: random() < share ? 'limited' : 'answered' }),
        latency: logNormal(latency, 4 * latency, seeded(7)),
      });
      const pauses = limited.length * 375;
      expect(duration).toBeLessThan(5 * (pauses + (1000 * latency) / concurrency));
    },
  );

  it.each([
    [7, 40],
    [5, 40],
    [2, 60],
  ])('that bears %d in place of 20 after a while is not asked far too often for long', async (rate, most) => {
    const [before, after] = [tokenBucket(20, 20), tokenBucket(rate, rate)];
    const world = createWorld();
    const { duration, limited } = await world.run({
      requests: 2000 + 100 * rate,
      concurrency: 64,
      server: (arrival) => (arrival.time < 100_000 ? before : after)(arrival),
      latency: () => 300,
    });
    expect(duration).toBeLessThan(200_000 * 1.15);
    expect(limited.filter((time) => time > 100_000).length).toBeLessThan(most);
  });
});
