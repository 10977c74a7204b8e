import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/diagnostic/printable.ts';
import type { Paint } from '../../src/report/output.ts';
import { progressLine } from '../../src/report/progress-line.ts';
import type { Progress } from '../../src/report/tally.ts';
import { progressOf, usageOf } from './samples.ts';

const plain: Paint = (_, text) => text;
const reason = { kind: 'interrupted', code: 'interrupted', message: 'interrupted' } as const;
const draining = { type: 'run_stopping', how: 'draining', reason } as const;
const waits: Progress['waits'] = [{ model: 'mistral-small-latest', reason: 'rate_limited', left: 11_500 }];
const down = { model: 'mistral-small-latest', reason: 'unavailable', left: 185_000 } as const;

describe('the line of the progress bar', () => {
  it.each<[string, Partial<Progress>, number, string]>([
    [
      'everything',
      {},
      120,
      '████████░░░░░░░░░░░░  412/1,000  3 failed  5.4/s  1.2M tokens  $0.031  1m 48s left',
    ],
    ['80 columns', {}, 80, '█████░░░░░░░░  412/1,000  3 failed  5.4/s  1.2M tokens  $0.031  1m 48s left'],
    ['40 columns', { failed: 0 }, 40, '██░░░░  412/1,000  $0.031  1m 48s left'],
    ['40 columns and failures', {}, 40, '412/1,000  3 failed  1m 48s left'],
    ['20 columns', {}, 20, '412/1,000  3 failed'],
    ['5 columns', {}, 5, ''],
    ['no columns', {}, 0, ''],
    [
      'the beginning',
      {
        done: 0,
        failed: 0,
        usage: usageOf({ requests: 0, total_tokens: 0, cost_usd: 0 }),
        perSecond: null,
        remaining: null,
      },
      80,
      '░░░░░░░░░░░░░  0/1,000  $0.00',
    ],
    [
      'the end',
      { done: 1000, failed: 0, remaining: null },
      80,
      '█████████████  1,000/1,000  5.4/s  1.2M tokens  $0.031',
    ],
    [
      'an unknown total',
      { total: null, remaining: null },
      80,
      '412 records  3 failed  5.4/s  1.2M tokens  $0.031  1m 16s elapsed',
    ],
    [
      'no records',
      { total: 0, done: 0, failed: 0, perSecond: null, remaining: null },
      80,
      '█████████████  0/0  1.2M tokens  $0.031',
    ],
    [
      'an unknown price',
      { usage: usageOf({ cost_usd: null }) },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  5.4/s  200 tokens  1m 48s left',
    ],
    [
      'a lower bound',
      { usage: usageOf({ unmetered_requests: 1, cost_usd: 1.5 }) },
      120,
      '████████░░░░░░░░░░░░  412/1,000  3 failed  5.4/s  200 tokens  $1.50+  1m 48s left',
    ],
    [
      'a simulated run',
      { simulated: true },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  5.4/s  1.2M tokens  simulated  1m 48s left',
    ],
    [
      'a wait for quota',
      { waits },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  waits 12 s for quota  $0.031  1m 48s left',
    ],
    [
      'the pace of the limits',
      { waits: [{ model: 'm', reason: 'limits', left: 42_000 }] },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  waits 42 s for limits  $0.031  1m 48s left',
    ],
    [
      'a model that is down',
      { waits: [down, ...waits], remaining: null },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  no answer, trying again for 3m 05s  $0.031',
    ],
    [
      'a model that is down for who knows how long',
      { waits: [{ ...down, left: null }], remaining: null },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  no answer, trying again  5.4/s  $0.031',
    ],
    [
      'a run that is resumed',
      { total: 1_000_000, done: 950_000, kept: 950_000, failed: 0, perSecond: null, remaining: null },
      80,
      '████████████░  950,000/1,000,000  1.2M tokens  $0.031',
    ],
    [
      'answers from the cache',
      { failed: 0, usage: usageOf({ cached_requests: 120, total_tokens: 1_234_567 }) },
      90,
      '██████░░░░░░░░░  412/1,000  5.4/s  120 cached  1.2M tokens  $0.00036  1m 48s left',
    ],
    [
      'nothing but answers from the cache',
      { failed: 0, usage: usageOf({ requests: 0, cached_requests: 12_345, total_tokens: 0, cost_usd: 0 }) },
      80,
      '█████░░░░░░░░  412/1,000  5.4/s  12.3K cached  $0.00  1m 48s left',
    ],
    [
      'a budget of dollars',
      { budget: { usd: 5 } },
      120,
      '████████░░░░░░░░░░░░  412/1,000  3 failed  5.4/s  1.2M tokens  $0.031 of $5.00  1m 48s left',
    ],
    [
      'a budget of tokens',
      { budget: { tokens: 2_000_000 }, failed: 0 },
      80,
      '█████░░░░░░░░  412/1,000  5.4/s  1.2M of 2M tokens  $0.031  1m 48s left',
    ],
    [
      'a budget of both in little room',
      { budget: { usd: 5, tokens: 2_000_000 }, failed: 0 },
      80,
      '█████░░░░░░░░  412/1,000  1.2M of 2M tokens  $0.031 of $5.00  1m 48s left',
    ],
    [
      'a budget of a simulated run',
      { budget: { usd: 5 }, simulated: true, failed: 0 },
      80,
      '█████░░░░░░░░  412/1,000  5.4/s  simulated  $0.031 of $5.00  1m 48s left',
    ],
    [
      'an interrupt',
      { stopping: draining, waits },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  finishing 12 in flight  5.4/s  $0.031',
    ],
    [
      'an interrupt with a time of grace',
      { stopping: draining, graceLeft: 27_200 },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  finishing 12 in flight  28 s at most',
    ],
    [
      'a second interrupt',
      { stopping: { ...draining, how: 'aborting' } },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  ending 12 in flight  5.4/s  $0.031',
    ],
  ])('shows %s', (_, changes, columns, line) => {
    expect(progressLine(progressOf(changes), columns, plain)).toBe(line);
  });

  it('colours the same text', () => {
    const marked: Paint = (style, text) => `<${style}>${text}</>`;
    expect(progressLine(progressOf(), 80, marked)).toBe(
      '<green>█████</><dim>░░░░░░░░</>  412/1,000  <red>3 failed</>  <dim>5.4/s</>  <dim>1.2M tokens</>  $0.031  1m 48s left',
    );
  });

  it('is always shorter than the terminal is wide, and says what matters most where that fits', () => {
    const count = fc.nat(10_000_000);
    const changes = fc.record({
      total: fc.option(count),
      done: count,
      failed: count,
      inFlight: count,
      perSecond: fc.option(fc.double({ min: 0.0001, max: 1e5, noNaN: true })),
      remaining: fc.option(fc.nat(1e9)),
      usage: fc
        .record({
          cached_requests: count,
          total_tokens: fc.option(fc.nat(1e12)),
          cost_usd: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
        })
        .map(usageOf),
      budget: fc.constantFrom({}, { usd: 5 }, { usd: 1e6, tokens: 1e12 }),
      waits: fc.constantFrom([], waits, [down]),
      graceLeft: fc.option(fc.nat(1e9)),
      stopping: fc.constantFrom(null, draining),
      simulated: fc.boolean(),
    });
    fc.assert(
      fc.property(changes, fc.nat(200), (changes, columns) => {
        const progress = progressOf(changes);
        const line = progressLine(progress, columns, plain);
        expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(0, columns - 1));
        expect(columns <= 40 || line.includes(progress.done.toLocaleString('en-US'))).toBe(true);
      }),
    );
  });
});
