import { describe, expect, it } from 'vitest';
import { isOvershot, isUncounted, openBudget } from '../../src/run/run-budget.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { call, ended, historyOf, journalOf, reserve, resumed } from './journal/journals.ts';
import { answer, failed, used } from './support/fake-models.ts';
import { plan, step } from './support/plans.ts';

const budgeted = plan([step('one')], { budget: { tokens: 1000 } });
const inDollars = plan([step('one')], { budget: { usd: 1 } });
const lost = {
  outcome: failed(
    { code: 'timed_out' },
    { ...zeroUsage, requests: 1, unmetered_requests: 1, total_tokens: null, cost_usd: null },
  ),
};

describe('the budget of a run', () => {
  it.each([
    ['dollars', { usd: 1 }, { usd: { limit: 1, spent: 0 }, tokens: null }],
    ['tokens', { tokens: 1000 }, { usd: null, tokens: { limit: 1000, spent: 0 } }],
    ['both', { usd: 1, tokens: 1000 }, { usd: { limit: 1, spent: 0 }, tokens: { limit: 1000, spent: 0 } }],
    ['neither', {}, undefined],
  ])('is of what the file bounds: %s', (_, budget, report) => {
    const opened = openBudget(plan([step('one')], { budget }), undefined, () => {});
    expect(opened?.report()).toEqual(report);
  });

  it('has less by what earlier sessions have spent', async () => {
    const history = await historyOf(journalOf(reserve('a', 1, { usd: 0.5 })));
    expect(openBudget(inDollars, history, () => {})?.report().usd).toEqual({ limit: 1, spent: 0.5 });
  });
});

describe('a budget that a run is gone on with', () => {
  it.each([
    ['nothing where all calls told what they used', [call('a', 'f1'), ended], false],
    ['calls that have not told what they used', [call('a', 'f1', lost), ended], true],
    ['what was in flight when a session without one was killed', [call('a', 'f1')], true],
    ['nothing of a session with one', [ended, resumed(false, true), reserve('a', 1)], false],
  ])('does not count %s', async (_, lines, uncounted) => {
    expect(isUncounted(budgeted, await historyOf(journalOf(...lines)))).toBe(uncounted);
  });

  it('counts the tokens of calls whose cost is not known', async () => {
    const unpriced = { outcome: { ...answer(''), usage: { ...used, cost_usd: null } } };
    const history = await historyOf(journalOf(call('a', 'f1', unpriced), ended));
    expect([inDollars, budgeted].map((of) => isUncounted(of, history))).toEqual([true, false]);
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

  it.each([
    ['by what the provider charged', 0, 1.1, true],
    ['by what was spent of a larger one', 1.5, 1.5, false],
    ['by what the provider charged on top of that', 1.5, 1.6, true],
    ['not at all', 0.5, 1, false],
  ])('in dollars is overshot %s', async (_, before, spent, overshot) => {
    const history = await historyOf(journalOf(...(before === 0 ? [] : [reserve('a', 1, { usd: before })])));
    expect(isOvershot({ usd: { limit: 1, spent }, tokens: null }, history)).toBe(overshot);
  });

  it('counts all where the run is a new one', () => {
    expect([budgeted, inDollars].map((of) => isUncounted(of, undefined))).toEqual([false, false]);
  });
});
