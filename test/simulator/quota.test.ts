import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../src/simulator/options.ts';
import type { SimulatorOptions } from '../../src/simulator/options.ts';
import { createQuota } from '../../src/simulator/quota.ts';
import { bodyOf, chatWith, user } from './support.ts';

/** A clock that stands still until it is told. */
function clock(start = 1_767_225_600_000) {
  let time = start;
  return {
    now: () => time,
    pass: (seconds: number) => {
      time += seconds * 1000;
    },
  };
}

function quotaOf(options: SimulatorOptions, now: () => number) {
  return createQuota(withDefaults({ ...options, now }));
}

function headersOf(flat: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : [])),
  );
}

describe('a quota of requests', () => {
  it('lets so many pass in a minute', () => {
    const { now, pass } = clock();
    const quota = quotaOf({ requests_per_minute: 3 }, now);
    expect([1, 2, 3, 4].map(() => quota.take(10))).toEqual([true, true, true, false]);
    pass(59);
    expect(quota.take(10)).toBe(false);
    pass(2);
    expect([1, 2, 3, 4].map(() => quota.take(10))).toEqual([true, true, true, false]);
  });

  it('tells when there will be room', () => {
    const { now, pass } = clock();
    const quota = quotaOf({ requests_per_minute: 2 }, now);
    quota.take(10);
    pass(20);
    quota.take(10);
    expect(quota.take(10)).toBe(false);
    expect(quota.wait(10)).toBe(41);
    pass(40);
    expect(quota.take(10)).toBe(false);
    pass(1);
    expect(quota.take(10)).toBe(true);
    expect(quota.wait(10)).toBe(20);
  });

  it('never lets more pass in any minute, and keeps its word', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(45_000), tokens: fc.nat(60) }), { maxLength: 80 });
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 60, max: 150 }),
        (taken, rpm, tpm) => {
          const { now, pass } = clock();
          const quota = quotaOf({ requests_per_minute: rpm, tokens_per_minute: tpm }, now);
          const passed: { at: number; tokens: number }[] = [];
          const take = (tokens: number): boolean => {
            const isTaken = quota.take(tokens);
            if (isTaken) passed.push({ at: now(), tokens });
            return isTaken;
          };
          for (const { wait, tokens } of taken) {
            pass(wait / 1000);
            if (take(tokens)) continue;
            pass(quota.wait(tokens) ?? NaN);
            expect(take(tokens)).toBe(true);
          }
          for (const { at } of passed) {
            const minute = passed.filter((other) => other.at >= at && other.at < at + 60_000);
            expect(minute.length).toBeLessThanOrEqual(rpm);
            expect(minute.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(tpm);
          }
        },
      ),
    );
  });

  it('lets pass whoever keeps a hair below it', () => {
    const limits = fc.integer({ min: 1, max: 2000 });
    fc.assert(
      fc.property(limits, fc.nat(59_999), (limit, phase) => {
        const { now, pass } = clock(1_767_225_600_000 + phase);
        const quota = quotaOf({ requests_per_minute: limit }, now);
        for (let request = 0; request < 3 * limit; request++) {
          expect(quota.take(0)).toBe(true);
          pass(60 / (limit * 0.99));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('lets in again what is a minute ago, to a tenth of a second', () => {
    const { now, pass } = clock();
    const quota = quotaOf({ requests_per_minute: 600 }, now);
    for (let request = 0; request < 600; request++) {
      expect(quota.take(0)).toBe(true);
      pass(0.05);
    }
    expect(quota.take(0)).toBe(false);
    expect(quota.wait(0)).toBe(31);
    // The first two came in the first tenth of a second.
    pass(30.1);
    expect([1, 2, 3].map(() => quota.take(0))).toEqual([true, true, false]);
    pass(0.1);
    expect([1, 2, 3].map(() => quota.take(0))).toEqual([true, true, false]);
  });

  it('makes nobody wait for what a clock that is set back puts in the future', () => {
    const { now, pass } = clock();
    const quota = quotaOf({ requests_per_minute: 2 }, now);
    expect([1, 2, 3].map(() => quota.take(0))).toEqual([true, true, false]);
    pass(-3600);
    expect([1, 2, 3].map(() => quota.take(0))).toEqual([true, true, false]);
    expect(quota.wait(0)).toBe(61);
  });
});

describe('a quota of tokens', () => {
  it('lets so many pass in a minute', () => {
    const { now, pass } = clock();
    const quota = quotaOf({ tokens_per_minute: 100 }, now);
    expect([quota.take(60), quota.take(60), quota.take(40), quota.take(1)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(headersOf(quota.headers())).toMatchObject({ 'x-ratelimit-remaining-tokens-minute': '0' });
    expect(quota.wait(1)).toBe(61);
    pass(61);
    expect(quota.take(100)).toBe(true);
  });

  it('never fits a request that is larger than all of it', () => {
    const quota = quotaOf({ tokens_per_minute: 100 }, clock().now);
    expect(quota.take(101)).toBe(false);
    expect(quota.wait(101)).toBeNull();
  });
});

describe('the headers of a quota', () => {
  it('tell what is allowed and what is left', () => {
    const { now, pass } = clock();
    const quota = quotaOf({ requests_per_minute: 60, tokens_per_minute: 1000 }, now);
    quota.take(250);
    expect(headersOf(quota.headers())).toEqual({
      'x-ratelimit-limit-req-minute': '60',
      'x-ratelimit-remaining-req-minute': '59',
      'x-ratelimit-limit-tokens-minute': '1000',
      'x-ratelimit-remaining-tokens-minute': '750',
    });
    pass(61);
    expect(headersOf(quota.headers())).toMatchObject({ 'x-ratelimit-remaining-req-minute': '60' });
  });

  it('tell of plenty where there is none', () => {
    const quota = quotaOf({}, clock().now);
    quota.take(1_000_000);
    expect(headersOf(quota.headers())).toEqual({
      'x-ratelimit-limit-req-minute': '1000000',
      'x-ratelimit-remaining-req-minute': '999999',
      'x-ratelimit-limit-tokens-minute': '1000000000',
      'x-ratelimit-remaining-tokens-minute': '999999999',
    });
  });
});

describe('a request above the quota', () => {
  const body = (text: string) => bodyOf({ messages: [user(text)] });

  it('is a 429 that tells how long to wait', () => {
    const { now, pass } = clock();
    const chat = chatWith({ requests_per_minute: 1, latency: { median: 9, p99: 9 }, now });
    expect(chat(body('one')).counted).toBe('200');
    pass(10);
    const { reply, delay, counted, ...rest } = chat(body('two'));
    expect({ delay, counted, status: reply.status }).toEqual({ delay: 0, counted: '429', status: 429 });
    expect(headersOf(reply.headers)).toEqual({ 'x-ratelimit-tokens-query-cost': '5', 'retry-after': '51' });
    expect(JSON.parse(reply.body)).toEqual({
      object: 'error',
      message: 'Rate limit exceeded',
      type: 'rate_limited',
      param: null,
      code: '1300',
    });
    expect(rest).not.toHaveProperty('usage');
    pass(51);
    expect(chat(body('two')).counted).toBe('200');
  });

  it('uses nothing of it, nor does one that is wrong', () => {
    const { now, pass } = clock();
    const chat = chatWith({ requests_per_minute: 2, now });
    expect(chat(bodyOf({ temperature: 5 })).counted).toBe('422');
    expect(chat(bodyOf({ model: 'nonsense' })).counted).toBe('400');
    expect([1, 2, 3, 4].map((nth) => chat(body(`${nth}`)).counted)).toEqual(['200', '200', '429', '429']);
    pass(61);
    expect([5, 6, 7].map((nth) => chat(body(`${nth}`)).counted)).toEqual(['200', '200', '429']);
  });

  it('tells no wait where none is to be told', () => {
    const chat = chatWith({ requests_per_minute: 1, retry_after: null, now: clock().now });
    chat(body('one'));
    expect(headersOf(chat(body('two')).reply.headers)).not.toHaveProperty('retry-after');
  });

  it.each([{ requests_per_minute: 0 }, { tokens_per_minute: 0 }])(
    'is refused for ever where the plan has no model: %j',
    (options) => {
      const { reply } = chatWith({ ...options, now: clock().now })(body('one'));
      expect(reply.status).toBe(429);
      expect(headersOf(reply.headers)).not.toHaveProperty('retry-after');
    },
  );

  it('counts the tokens of the prompt and of the answer', () => {
    const chat = chatWith({ tokens_per_minute: 20, now: clock().now });
    const first = chat(body('12345'));
    expect(first.usage?.total_tokens).toBe(13);
    expect(chat(body('123')).counted).toBe('429');
    expect(chat(body('x')).counted).toBe('200');
  });

  it('meets its own faults afterwards, as it would have without a quota', () => {
    const { now, pass } = clock();
    const options = { faults: { server_error: 0.5 }, seed: 4 };
    const chat = chatWith({ ...options, requests_per_minute: 1, now });
    const free = chatWith(options);
    for (let index = 0; index < 20; index += 1) {
      pass(61);
      chat(body(`before ${index}`));
      expect(chat(body(`${index}`)).counted).toBe('429');
      pass(61);
      expect(chat(body(`${index}`)).counted).toBe(free(body(`${index}`)).counted);
    }
  });
});
