import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/diagnostic/printable.ts';
import type { Paint } from '../../src/report/output.ts';
import { progressLines } from '../../src/report/progress-lines.ts';
import type { Progress } from '../../src/report/tally.ts';
import type { ModelWait } from '../../src/report/waits.ts';
import { progressOf, usageOf } from './samples.ts';

const plain: Paint = (_, text) => text;
const reason = { kind: 'interrupted', code: 'interrupted', message: 'interrupted' } as const;
const draining = { type: 'run_stopping', how: 'draining', reason } as const;
const waits: readonly ModelWait[] = [{ model: 'mistral-small-latest', reason: 'rate_limited', left: 11_500 }];
const down = { model: 'mistral-small-latest', reason: 'unavailable', left: 185_000 } as const;

/** A run of 100,000 rows in its midst, with something of everything. */
const large: Partial<Progress> = {
  total: 100_000,
  done: 41_234,
  failed: 1234,
  skipped: 5678,
  inFlight: 64,
  perSecond: 51.4,
  remaining: 1_143_000,
  usage: usageOf({ total_tokens: 81_234_567, cached_requests: 12_345, cost_usd: 12.4 }),
  projectedCost: 30.1,
};

describe('the lines of the live view', () => {
  it.each<[string, Partial<Progress>, number, readonly [string, string]]>([
    [
      'much in 120 columns',
      large,
      120,
      [
        '████████░░░░░░░░░░░░  41 %  41,234/100,000  1,234 failed  5,678 skipped  64 in flight',
        '19m 03s left  51/s  $12.40 of ~$30.10  81.2M tokens  12.3K cached',
      ],
    ],
    [
      'records that wait, beside those in flight',
      { inFlight: 17, waiting: 1 },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000  3 failed  16 in flight  1 waiting',
        '1m 48s left  5.4/s  $0.031 of ~$0.076  1.2M tokens',
      ],
    ],
    [
      'much in 80 columns',
      large,
      80,
      [
        '█████░░░░░░░░  41 %  41,234/100,000  1,234 failed  5,678 skipped  64 in flight',
        '19m 03s left  51/s  $12.40 of ~$30.10  81.2M tokens  12.3K cached',
      ],
    ],
    [
      'much in 60 columns',
      large,
      60,
      [
        '████░░░░░░  41 %  41,234/100,000  1,234 failed',
        '19m 03s left  51/s  $12.40 of ~$30.10  12.3K cached',
      ],
    ],
    [
      'much in 40 columns',
      large,
      40,
      ['██░░░░  41,234/100,000  1,234 failed', '19m 03s left  51/s  $12.40 of ~$30.10'],
    ],
    ['much in 20 columns', large, 20, ['41.2K/100K', '19m 03s left']],
    ['much in 12 columns', large, 12, ['41.2K/100K', '']],
    ['much in 5 columns', large, 5, ['', '']],
    ['much in no columns', large, 0, ['', '']],
    [
      'much that waits in 80 columns',
      { ...large, waits },
      80,
      [
        '█████░░░░░░░░  41 %  41,234/100,000  1,234 failed  5,678 skipped  64 in flight',
        'waits 12 s for quota  19m 03s left  51/s  $12.40 of ~$30.10',
      ],
    ],
    [
      'much that waits in 40 columns',
      { ...large, waits },
      40,
      ['██░░░░  41,234/100,000  1,234 failed', 'waits 12 s for quota  19m 03s left'],
    ],
    ['much that waits in 20 columns', { ...large, waits }, 20, ['41.2K/100K', 'waits 12 s']],
    ['an outage in 20 columns', { waits: [down], remaining: null }, 20, ['412/1,000  3 failed', 'no answer']],
    [
      'the beginning',
      {
        done: 0,
        failed: 0,
        inFlight: 0,
        usage: usageOf({ requests: 0, total_tokens: 0, cost_usd: 0 }),
        perSecond: null,
        remaining: null,
        projectedCost: null,
      },
      80,
      ['░░░░░░░░░░░░░  0 %  0/1,000', '$0.00'],
    ],
    [
      'the end',
      { done: 1000, failed: 0, inFlight: 0, remaining: null, projectedCost: null },
      80,
      ['█████████████  100 %  1,000/1,000', '5.4/s  $0.031  1.2M tokens'],
    ],
    [
      'that the end is not yet',
      { done: 999, failed: 0, inFlight: 1 },
      80,
      ['████████████░  99 %  999/1,000  1 in flight', '1m 48s left  5.4/s  $0.031 of ~$0.076  1.2M tokens'],
    ],
    [
      'an unknown total',
      { total: null, remaining: null, projectedCost: null },
      80,
      ['412 records  3 failed  12 in flight', '1m 16s elapsed  5.4/s  $0.031  1.2M tokens'],
    ],
    [
      'no records',
      { total: 0, done: 0, failed: 0, inFlight: 0, perSecond: null, remaining: null, projectedCost: null },
      80,
      ['█████████████  0/0', '$0.031  1.2M tokens'],
    ],
    [
      'an unknown price',
      { usage: usageOf({ cost_usd: null }), projectedCost: null },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000  3 failed  12 in flight',
        '1m 48s left  5.4/s  cost unknown  200 tokens',
      ],
    ],
    [
      'a lower bound',
      { usage: usageOf({ unmetered_requests: 1, cost_usd: 1.5 }), projectedCost: 3.6 },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000  3 failed  12 in flight',
        '1m 48s left  5.4/s  $1.50+ of ~$3.60  200 tokens',
      ],
    ],
    [
      'a simulated run',
      { simulated: true },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000  3 failed  12 in flight',
        '1m 48s left  5.4/s  simulated  1.2M tokens',
      ],
    ],
    [
      'a replayed run',
      { replayed: true },
      80,
      ['█████░░░░░░░░  41 %  412/1,000  3 failed  12 in flight', '1m 48s left  5.4/s  replayed  1.2M tokens'],
    ],
    [
      'the pace of the limits',
      { waits: [{ model: 'm', reason: 'limits', left: 42_000 }], failed: 0, inFlight: 0 },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000',
        'waits 42 s for limits of m  1m 48s left  5.4/s  $0.031 of ~$0.076  1.2M tokens',
      ],
    ],
    [
      'a model that is down',
      { waits: [down, ...waits], remaining: null, failed: 0, inFlight: 0 },
      80,
      ['█████░░░░░░░░  41 %  412/1,000', 'no answer, trying again for 3m 05s  5.4/s  $0.031 of ~$0.076'],
    ],
    [
      'a model that is down for who knows how long',
      { waits: [{ ...down, left: null }], remaining: null, failed: 0, inFlight: 0 },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000',
        'no answer from mistral-small-latest, trying again  5.4/s  $0.031 of ~$0.076',
      ],
    ],
    [
      'calls that wait for the budget',
      { waits: [{ reason: 'budget' }], budget: { usd: 5 }, failed: 0, inFlight: 4 },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000  4 in flight',
        'waits for budget  1m 48s left  5.4/s  $0.031 of ~$0.076, budget $5.00',
      ],
    ],
    [
      'a model whose name goes from right to left',
      { waits: [{ model: 'نموذج', reason: 'rate_limited', left: 11_500 }], failed: 0, inFlight: 0 },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000',
        'waits 12 s for quota of \u2068نموذج\u2069  1m 48s left  5.4/s  $0.031 of ~$0.076',
      ],
    ],
    [
      'answers from the cache',
      { failed: 0, usage: usageOf({ cached_requests: 120, total_tokens: 1_234_567 }), projectedCost: 0.001 },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000  12 in flight',
        '1m 48s left  5.4/s  $0.00036 of ~$0.0010  1.2M tokens  120 cached',
      ],
    ],
    [
      'a budget of dollars',
      { budget: { usd: 5 } },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000  3 failed  12 in flight',
        '1m 48s left  5.4/s  $0.031 of ~$0.076, budget $5.00  1.2M tokens',
      ],
    ],
    [
      'a budget of both',
      { budget: { usd: 5, tokens: 2_000_000 }, failed: 0 },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000  12 in flight',
        '1m 48s left  5.4/s  $0.031 of ~$0.076, budget $5.00  1.2M of 2M tokens',
      ],
    ],
    [
      'a budget of a simulated run',
      { budget: { usd: 5 }, simulated: true, failed: 0 },
      80,
      [
        '█████░░░░░░░░  41 %  412/1,000  12 in flight',
        '1m 48s left  5.4/s  simulated  $0.031 of ~$0.076, budget $5.00  1.2M tokens',
      ],
    ],
    [
      'an interrupt',
      { stopping: draining, waits, remaining: null, projectedCost: null },
      80,
      ['█████░░░░░░░░  41 %  412/1,000  3 failed', 'finishing calls of 12  5.4/s  $0.031  1.2M tokens'],
    ],
    [
      'an interrupt with a time of grace',
      { stopping: draining, graceLeft: 27_200, remaining: null, projectedCost: null },
      40,
      ['██░░░░  41 %  412/1,000  3 failed', 'finishing calls of 12  28 s at most'],
    ],
    [
      'an interrupt where there is no room',
      { stopping: draining, remaining: null, projectedCost: null },
      18,
      ['412/1,000', 'finishing calls'],
    ],
    [
      'an input that broke off',
      { stopping: { ...draining, to_the_end: true }, remaining: null, projectedCost: null },
      40,
      ['██░░░░  41 %  412/1,000  3 failed', 'finishing 12 in flight  5.4/s  $0.031'],
    ],
    [
      'a second interrupt',
      { stopping: { ...draining, how: 'aborting' }, remaining: null, projectedCost: null },
      20,
      ['412/1,000  3 failed', 'ending 12 in flight'],
    ],
  ])('show %s', (_, changes, columns, lines) => {
    expect(progressLines(progressOf(changes), columns, plain)).toEqual(lines);
  });

  const marked: Paint = (style, text) => `<${style}>${text}</>`;

  it('colour the same text', () => {
    expect(progressLines(progressOf(), 80, marked)).toEqual([
      '<green>█████</><dim>░░░░░░░░</>  41 %  412/1,000  <red>3 failed</>  <dim>12 in flight</>',
      '1m 48s left  <dim>5.4/s</>  $0.031 of ~$0.076  <dim>1.2M tokens</>',
    ]);
  });

  it('warn where the whole is to cost more than the budget', () => {
    const lineOf = (usd: number) => progressLines(progressOf({ budget: { usd } }), 80, marked)[1];
    expect(lineOf(0.05)).toContain('<yellow>$0.031 of ~$0.076, budget $0.050</>');
    expect(lineOf(0.08)).not.toContain('yellow');
  });

  it('are always shorter than the terminal is wide, without a control, and say what matters most', () => {
    const count = fc.nat(10_000_000);
    const wait = fc.record({
      model: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.string({
          unit: fc.constantFrom('\u001B[2J', '模', 'e\u0301', '👩‍👩‍👧', 'م', '\u202E', '\r', '\n', 'น้ำ'),
        }),
      ),
      reason: fc.constantFrom('rate_limited', 'unavailable', 'limits'),
      left: fc.option(fc.nat(1e9)),
    });
    const changes = fc.record({
      total: fc.option(count),
      done: count,
      failed: count,
      skipped: count,
      inFlight: count,
      perSecond: fc.option(fc.double({ min: 0.0001, max: 1e5, noNaN: true })),
      remaining: fc.option(fc.nat(1e9)),
      usage: fc
        .record({
          cached_requests: count,
          unmetered_requests: fc.nat(1),
          total_tokens: fc.option(fc.nat(1e12)),
          cost_usd: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
        })
        .map(usageOf),
      projectedCost: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
      budget: fc.constantFrom({}, { usd: 5 }, { usd: 1e6, tokens: 1e12 }),
      waits: fc.oneof(
        fc.array(wait, { maxLength: 2 }),
        fc.constant([{ reason: 'budget' }] satisfies Progress['waits']),
      ),
      graceLeft: fc.option(fc.nat(1e9)),
      stopping: fc.constantFrom(null, draining),
      simulated: fc.boolean(),
    });
    fc.assert(
      fc.property(changes, fc.nat(200), (changes, columns) => {
        const progress = progressOf(changes);
        const lines = progressLines(progress, columns, plain);
        for (const line of lines) {
          expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(0, columns - 1));
          expect(line.replaceAll(/[\u2068\u2069]/g, '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
          expect(line.split('\u2068')).toHaveLength(line.split('\u2069').length);
        }
        expect(columns <= 20 || lines[0] !== '').toBe(true);
        const isHeld = progress.stopping !== null || progress.waits.length > 0;
        expect(!isHeld || columns <= 20 || lines[1] !== '').toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
