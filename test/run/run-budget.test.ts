import { describe, expect, it } from 'vitest';
import { isOvershot, isUncounted } from '../../src/run/run-budget.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { call, ended, historyOf, journalOf, reserve, resumed } from './journal/journals.ts';
import { failed } from './support/fake-models.ts';
import { plan, step } from './support/plans.ts';

const budgeted = plan([step('one')], { budget: { tokens: 1000 } });
const lost = {
  outcome: failed(
    { code: 'timed_out' },
    { ...zeroUsage, requests: 1, unmetered_requests: 1, total_tokens: null, cost_usd: null },
  ),
};

describe('a budget that a run is gone on with', () => {
  it.each([
    ['nothing where all calls told what they used', [call('a', 'f1'), ended], false],
    ['calls that have not told what they used', [call('a', 'f1', lost), ended], true],
    ['what was in flight when a session without one was killed', [call('a', 'f1')], true],
    ['nothing of a session with one', [ended, resumed(false, true), reserve('a', 1)], false],
  ])('does not count %s', async (_, lines, uncounted) => {
    expect(isUncounted(budgeted, await historyOf(journalOf(...lines)))).toBe(uncounted);
  });

  it.each([
    ['by what the provider counted', 0, 1100, true],
    ['by what was spent of a larger one', 1500, 1500, false],
    ['by what the provider counted on top of that', 1500, 1600, true],
    ['not at all', 400, 1000, false],
  ])('is overshot %s', async (_, before, spent, overshot) => {
    const history = await historyOf(
      journalOf(...(before === 0 ? [] : [reserve('a', 1, { tokens: before })])),
    );
    expect(isOvershot({ usd: null, tokens: { limit: 1000, spent } }, history)).toBe(overshot);
  });

  it('counts all where the run is a new one', () => {
    expect(isUncounted(budgeted, undefined)).toBe(false);
  });
});
