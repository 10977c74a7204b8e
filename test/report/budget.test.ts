import { describe, expect, it } from 'vitest';
import { budgetInWords, costForms, tokensSoFar } from '../../src/report/budget.ts';
import { formatCompact, formatCount } from '../../src/report/numbers.ts';
import type { BudgetReport } from '../../src/run/totals.ts';
import type { Usage } from '../../src/usage/usage.ts';
import { usageOf } from './samples.ts';

describe('what a budget comes to', () => {
  const used = usageOf({ cost_usd: 4.86, total_tokens: 1_204_000 });

  it.each<[string, BudgetReport, Usage, readonly string[]]>([
    ['dollars', { usd: { limit: 5, spent: 4.86 }, tokens: null }, used, ['$4.86 of $5.00 spent']],
    [
      'tokens',
      { usd: null, tokens: { limit: 2_000_000, spent: 1_204_000 } },
      used,
      ['1,204,000 of 2,000,000 tokens used'],
    ],
    [
      'both, and what calls have held back',
      { usd: { limit: 5, spent: 4.98 }, tokens: { limit: 2_000_000, spent: 1_205_200 } },
      used,
      [
        '$4.98 of $5.00 spent, of which $0.12 is held for calls whose usage never came',
        '1,205,200 of 2,000,000 tokens used, of which 1,200 are held for calls whose usage never came',
      ],
    ],
    [
      'usage that nobody told',
      { usd: { limit: 5, spent: 0.3 }, tokens: { limit: 10, spent: 1 } },
      usageOf({ unmetered_requests: 1, cost_usd: null, total_tokens: null }),
      [
        '$0.30 of $5.00 spent, of which $0.30 is held for calls whose usage never came',
        '1 of 10 tokens used, of which 1 is held for calls whose usage never came',
      ],
    ],
    [
      'sums that floating point does not hold exactly',
      { usd: { limit: 1, spent: 0.1 + 0.2 }, tokens: null },
      usageOf({ cost_usd: 0.3 }),
      ['$0.30 of $1.00 spent'],
    ],
    ['no bound', { usd: null, tokens: null }, used, []],
  ])('is told at the end: %s', (_, budget, total, lines) => {
    expect(budgetInWords(budget, { total })).toEqual(lines);
    const least = lines.map((line) => `at least ${line}`);
    expect(budgetInWords(budget, { total, crashed_sessions: 1 })).toEqual(least);
  });

  it.each<[Partial<Usage>, number | null, number | undefined, readonly string[] | undefined]>([
    [{ cost_usd: 1.2 }, null, undefined, ['$1.20', '$1.20']],
    [{ cost_usd: 1.2 }, 3.4, undefined, ['$1.20 of ~$3.40', '$1.20']],
    [{ cost_usd: 1.2 }, null, 5, ['$1.20 of $5.00', '$1.20 of $5.00']],
    [{ cost_usd: 1.2 }, 3.4, 5, ['$1.20 of ~$3.40, budget $5.00', '$1.20 of $5.00']],
    [{ cost_usd: 0 }, null, 0.05, ['$0.00 of $0.050', '$0.00 of $0.050']],
    [{ cost_usd: 1.2, unmetered_requests: 1 }, 3.4, 5, ['$1.20+ of ~$3.40, budget $5.00', '$1.20+ of $5.00']],
    [{ cost_usd: null }, null, 5, undefined],
  ])('is told on the way, in dollars: %o of about %s of %s', (usage, projectedCost, usd, forms) => {
    const budget = usd === undefined ? {} : { usd };
    expect(costForms({ usage: usageOf(usage), budget, projectedCost })).toEqual(forms);
  });

  it.each<[number | null, number | undefined, (count: number) => string, string | undefined]>([
    [1_234_567, undefined, formatCompact, '1.2M tokens'],
    [1_234_567, 2_000_000, formatCompact, '1.2M of 2M tokens'],
    [1_234_567, 2_000_000, formatCount, '1,234,567 of 2,000,000 tokens'],
    [1, undefined, formatCount, '1 token'],
    [0, undefined, formatCount, undefined],
    [0, 2_000_000, formatCompact, '0 of 2M tokens'],
    [null, 2_000_000, formatCompact, undefined],
  ])('is told on the way, in tokens: %s of %s', (total_tokens, tokens, format, words) => {
    const budget = tokens === undefined ? {} : { tokens };
    expect(tokensSoFar(usageOf({ total_tokens }), budget, format)).toBe(words);
  });
});
