import { describe, expect, it } from 'vitest';
import { simulateSchedule } from '../../src/estimate/schedule.ts';
import { createTimeline } from '../../src/estimate/timeline.ts';
import { plan, step } from '../run/support/plans.ts';

describe('a timeline', () => {
  it('lets things happen in the order of their times, and of their planning', () => {
    const timeline = createTimeline();
    const happened: string[] = [];
    for (const time of [5, 1, 3, 1, 4, 2, 9, 0]) {
      timeline.at(time, () => happened.push(`${timeline.now}`));
    }
    timeline.at(1, () => timeline.at(1, () => happened.push('1 later')));
    expect(timeline.run()).toBe(9);
    expect(happened).toEqual(['0', '1', '1', '1 later', '2', '3', '4', '5', '9']);
  });
});

describe('a schedule', () => {
  const pace = { calls: 1, latency: () => 100, input: 100, output: 50 };
  const every = (count: number, ...steps: readonly boolean[]) => Array.from({ length: count }, () => steps);

  it.each<[string, number, Parameters<typeof simulateSchedule>[0]]>([
    [
      'runs as many calls at a time as may be',
      500,
      { plan: plan([step('one')], { concurrency: 4 }), records: every(20, true), paces: [pace] },
    ],
    [
      'runs the calls of a step one after the other',
      300,
      {
        plan: plan([step('one')], { concurrency: 4 }),
        records: every(4, true),
        paces: [{ ...pace, calls: 3 }],
      },
    ],
    [
      'runs independent steps side by side',
      100,
      {
        plan: plan([step('one'), step('two')], { concurrency: 4 }),
        records: every(2, true, true),
        paces: [pace, pace],
      },
    ],
    [
      'has a step wait for those that it awaits',
      200,
      {
        plan: plan([step('one'), step('two', { after: ['one'] })], { concurrency: 4 }),
        records: every(4, true, true),
        paces: [pace, pace],
      },
    ],
    [
      'takes no time for what is answered',
      100,
      {
        plan: plan([step('one'), step('two', { after: ['one'] })], { concurrency: 4 }),
        records: every(4, false, true),
        paces: [pace, pace],
      },
    ],
  ])('%s', (_, milliseconds, schedule) => {
    expect(simulateSchedule(schedule)).toBe(milliseconds);
  });

  it.each([
    ['requests', { requests_per_minute: 60 }],
    // 150 tokens a call.
    ['tokens', { tokens_per_minute: 9000 }],
  ])('holds the limit of %s', (_, limits) => {
    const limited = plan([step('one')], { concurrency: 16, limits });
    const took = simulateSchedule({ plan: limited, records: every(120, true), paces: [pace] });
    expect(took).toBeGreaterThan(115_000);
    expect(took).toBeLessThan(130_000);
  });
});
