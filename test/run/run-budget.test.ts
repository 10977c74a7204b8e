import { describe, expect, it } from 'vitest';
import { isUncounted } from '../../src/run/run-budget.ts';
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

  it('counts all where the run is a new one', () => {
    expect(isUncounted(budgeted, undefined)).toBe(false);
  });
});
