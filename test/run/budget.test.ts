import { describe, expect, it } from 'vitest';
import type { PlanBudget } from '../../src/plan.ts';
import type { Bound } from '../../src/run/budget-bound.ts';
import type { Actual } from '../../src/run/budget.ts';
import type { BudgetReport } from '../../src/run/totals.ts';
import { budgeted, nothing, statesOf } from './support/budgets.ts';
import { settled } from './support/clock.ts';

const never = new AbortController().signal;

const tokens = (count: number): Bound => ({ usd: null, tokens: count });
const usd = (dollars: number): Bound => ({ usd: dollars, tokens: 1 });

describe('a budget', () => {
  it('lets so much go as fits, to the last billionth', async () => {
    const { ask, budget } = budgeted({ usd: 0.3 });
    // Bare doubles make more of these than 0.3.
    const asked = await ask(usd(0.1), usd(0.1), usd(0.1), usd(0.000000001));
    expect(statesOf(asked)).toEqual(['granted', 'granted', 'granted', 'waiting']);
    expect(budget.report()).toEqual({ usd: { limit: 0.3, spent: 0.3 }, tokens: null });
  });

  it('gives each the bound that it asked for', async () => {
    const { ask } = budgeted({ tokens: 10 });
    const [asked] = await ask({ usd: 0.5, tokens: 7 });
    expect(asked?.reservation?.bound).toEqual({ usd: 0.5, tokens: 7 });
  });

  it('lets whoever waits go when others have used less than was reserved', async () => {
    const { ask, settle } = budgeted({ tokens: 100 });
    const asked = await ask(tokens(90), tokens(50), tokens(30));
    expect(statesOf(asked)).toEqual(['granted', 'waiting', 'waiting']);
    await settle(asked[0], { total_tokens: 20, cost_usd: null });
    expect(statesOf(asked)).toEqual(['granted', 'granted', 'granted']);
  });

  it('tells when requests begin to wait for others, and when none does any more', async () => {
    const { ask, settle, holds } = budgeted({ tokens: 100 });
    const [first, second] = await ask(tokens(60), tokens(40));
    expect(holds).toEqual([]);
    const [third, fourth] = await ask(tokens(50), tokens(10));
    expect(holds).toEqual([true]);
    await settle(second, 'free');
    expect(holds).toEqual([true]);
    await settle(first, { total_tokens: 30, cost_usd: null });
    expect(statesOf([...(third ? [third] : []), ...(fourth ? [fourth] : [])])).toEqual([
      'granted',
      'granted',
    ]);
    expect(holds).toEqual([true, false]);
    const [last] = await ask(tokens(50));
    last?.abort.abort();
    await settled();
    expect(holds).toEqual([true, false, true, false]);
  });

  it('lets no small request pass by a large one that waits', async () => {
    const { ask, settle } = budgeted({ tokens: 100 });
    const asked = await ask(tokens(60), tokens(60), tokens(1));
    expect(statesOf(asked)).toEqual(['granted', 'waiting', 'waiting']);
    await settle(asked[0], { total_tokens: 10, cost_usd: null });
    expect(statesOf(asked)).toEqual(['granted', 'granted', 'granted']);
  });

  it.each<[string, Actual, number, number]>([
    ['what was used', { total_tokens: 10, cost_usd: 0.1 }, 10, 0.1],
    ['nothing, where the request was free', 'free', 0, 0],
    ['all of it, where nobody says what was used', 'unknown', 50, 0.5],
    ['all of the dollars, where no price is known', { total_tokens: 10, cost_usd: null }, 10, 0.5],
    ['all of the tokens, where they were not counted', { total_tokens: null, cost_usd: 0.1 }, 50, 0.1],
    ['more than was reserved, where more is charged', { total_tokens: 500, cost_usd: 5 }, 500, 5],
  ])('counts as spent %s', async (_name, actual, spentTokens, spentUsd) => {
    const { ask, settle, budget } = budgeted({ usd: 1, tokens: 100 });
    const [asked] = await ask({ usd: 0.5, tokens: 50 });
    expect(budget.report()).toEqual({ usd: { limit: 1, spent: 0.5 }, tokens: { limit: 100, spent: 50 } });
    await settle(asked, actual);
    expect(budget.report()).toEqual({
      usd: { limit: 1, spent: spentUsd },
      tokens: { limit: 100, spent: spentTokens },
    });
  });

  it('covers what earlier sessions have spent', async () => {
    const { ask, budget } = budgeted({ usd: 5, tokens: 100 }, { usd: 4.5, tokens: 40 });
    expect(budget.report()).toEqual({ usd: { limit: 5, spent: 4.5 }, tokens: { limit: 100, spent: 40 } });
    const asked = await ask({ usd: 0.5, tokens: 60 }, { usd: 0.000000001, tokens: 0 });
    expect(statesOf(asked)).toEqual(['granted', 'waiting']);
  });

  it('says of a bound that there is not that there is none', async () => {
    const { ask, settle, budget } = budgeted({ tokens: 10 });
    const [asked] = await ask({ usd: 1e6, tokens: 5 });
    await settle(asked, { total_tokens: 5, cost_usd: 1e6 });
    expect(budget.report()).toEqual({ usd: null, tokens: { limit: 10, spent: 5 } });
  });
});

describe('a budget that is used up', () => {
  it('refuses whoever waits and whoever asks later, as soon as nothing can make room', async () => {
    const { ask, settle } = budgeted({ tokens: 100 });
    const asked = await ask(tokens(50), tokens(50), tokens(60), tokens(10));
    expect(statesOf(asked)).toEqual(['granted', 'granted', 'waiting', 'waiting']);
    await settle(asked[0], 'unknown');
    // The other reservation may come to nothing, and 60 would still be too much.
    expect(statesOf(asked)).toEqual(['granted', 'granted', 'refused', 'refused']);
    expect(statesOf(await ask(tokens(1)))).toEqual(['refused']);
    await settle(asked[1], 'free');
    expect(statesOf(await ask(tokens(1)))).toEqual(['refused']);
  });

  it('refuses all after more was charged than was possible', async () => {
    const { ask, settle } = budgeted({ usd: 1 });
    const asked = await ask(usd(0.5), usd(0.9));
    await settle(asked[0], { total_tokens: 1, cost_usd: 3 });
    expect(asked[1]?.reason?.message).toContain('$3.00 of the budget of $1.00 is spent');
  });

  it.each<[string, PlanBudget, readonly Bound[], BudgetReport]>([
    [
      'tokens',
      { tokens: 10 },
      [tokens(4), tokens(11), tokens(13), tokens(12)],
      { usd: null, tokens: { limit: 10, spent: 4, wanted: 13 } },
    ],
    [
      'dollars',
      { usd: 0.0000001, tokens: 10 },
      [usd(0.00036)],
      { usd: { limit: 0.0000001, spent: 0, wanted: 0.00036 }, tokens: { limit: 10, spent: 0, wanted: 1 } },
    ],
  ])('reports the most that a refused request could have used: %s', async (_name, limits, bounds, report) => {
    const { ask, budget } = budgeted(limits);
    await ask(...bounds);
    expect(budget.report()).toEqual(report);
  });

  it('gives everybody the same reason', async () => {
    const { ask } = budgeted({ tokens: 10 });
    const [one, other] = await ask(tokens(11), tokens(12));
    expect(one?.reason).toBeDefined();
    expect(other?.reason).toBe(one?.reason);
  });

  it.each<[string, PlanBudget, typeof nothing, Bound, string]>([
    [
      'dollars',
      { usd: 5 },
      { usd: 4.982135, tokens: 0 },
      { usd: 0.03, tokens: 1 },
      '$4.982135 of the budget of $5.00 is spent, and the next call could cost up to $0.03; `pipe resume` goes on with a larger `--budget-usd`',
    ],
    [
      'tokens',
      { tokens: 2_000_000 },
      { usd: 0, tokens: 1_990_000 },
      tokens(12_000),
      '1,990,000 of the budget of 2,000,000 tokens are used, and the next call could use up to 12,000; `pipe resume` goes on with a larger `--set budget.tokens`',
    ],
    [
      'the one that is too small',
      { usd: 5000, tokens: 10 },
      nothing,
      { usd: 1, tokens: 11 },
      '0 of the budget of 10 tokens are used, and the next call could use up to 11; `pipe resume` goes on with a larger `--set budget.tokens`',
    ],
    [
      'both',
      { usd: 0.000000001, tokens: 10 },
      nothing,
      { usd: 1234.5, tokens: 11 },
      '$0.00 of the budget of $0.000000001 is spent, and the next call could cost up to $1,234.50; 0 of the budget of 10 tokens are used, and the next call could use up to 11; `pipe resume` goes on with a larger `--budget-usd` and `--set budget.tokens`',
    ],
  ])('says so: %s', async (_name, limits, earlier, bound, message) => {
    const [asked] = await budgeted(limits, earlier).ask(bound);
    expect(asked?.reason).toEqual({ kind: 'budget', code: 'budget_spent', message });
  });
});

describe('one who waits for a budget', () => {
  it('may go away, and lets the next one go', async () => {
    const { ask } = budgeted({ tokens: 100 });
    const asked = await ask(tokens(60), tokens(60), tokens(40));
    asked[1]?.abort.abort();
    await settled();
    expect(statesOf(asked)).toEqual(['granted', 'aborted', 'granted']);
  });

  it('is not let in when it has gone away before', async () => {
    const { budget, ask } = budgeted({ tokens: 100 });
    await expect(budget.reserve(tokens(1), AbortSignal.abort())).rejects.toThrow('aborted');
    expect(statesOf(await ask(tokens(100)))).toEqual(['granted']);
  });

  it('keeps what it was given, though its signal aborts later', async () => {
    const { budget, ask } = budgeted({ tokens: 100 });
    const [asked] = await ask(tokens(60));
    asked?.abort.abort();
    await settled();
    expect(asked?.state).toBe('granted');
    expect(budget.report().tokens?.spent).toBe(60);
  });
});

describe('who does not wait', () => {
  it('is let go where it fits, and counted', async () => {
    const { ask, budget } = budgeted({ tokens: 100 });
    expect(budget.reserveAtOnce(tokens(60))?.bound).toEqual(tokens(60));
    expect(budget.reserveAtOnce(tokens(41))).toBeUndefined();
    expect(statesOf(await ask(tokens(41)))).toEqual(['waiting']);
  });

  it('does not pass by one that waits', async () => {
    const { ask, budget } = budgeted({ tokens: 100 });
    expect(statesOf(await ask(tokens(60), tokens(60)))).toEqual(['granted', 'waiting']);
    expect(budget.reserveAtOnce(tokens(1))).toBeUndefined();
  });

  it('is not let go once another was refused', async () => {
    const { ask, budget } = budgeted({ tokens: 100 });
    expect(statesOf(await ask(tokens(101)))).toEqual(['refused']);
    expect(budget.reserveAtOnce(tokens(1))).toBeUndefined();
  });
});

describe('mistakes of ours', () => {
  it('are not counted twice', async () => {
    const { ask, settle } = budgeted({ tokens: 100 });
    const [asked] = await ask(tokens(60));
    await settle(asked, 'free');
    expect(() => asked?.reservation?.settle('free')).toThrow('settled twice');
  });

  it('are told where dollars are counted and no price is known', async () => {
    await expect(budgeted({ usd: 1 }).budget.reserve(tokens(1), never)).rejects.toThrow('without a price');
  });
});
