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
const paused = [{ model: 'mistral-small-latest', wait: 11_500 }];

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
      'a paused model',
      { paused },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  waiting for quota 12 s  $0.031  1m 48s left',
    ],
    [
      'an interrupt',
      { stopping: draining, paused },
      80,
      '█████░░░░░░░░  412/1,000  3 failed  finishing 12 in flight  5.4/s  $0.031',
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
          total_tokens: fc.option(fc.nat(1e12)),
          cost_usd: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
        })
        .map(usageOf),
      paused: fc.constantFrom([], paused),
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
