import { expect, it } from 'vitest';
import { tooDear } from '../../src/cli/cost-gate.ts';
import type { Estimate } from '../../src/estimate/estimate.ts';
import { builtInPrices } from '../../src/usage/prices.ts';

it.each([
  [12.345678, 5, 'up to $12.3, more than the $5 of'],
  [5.01, 5, 'up to $5.01, more than the $5 of'],
  [5.001, 5, 'up to $5.001, more than the $5 of'],
  [1234.000000001, 1234, 'up to $1234.000000001, more than the $1234 of'],
  [0.0000002, 0.0000001, 'up to $0.0000002, more than the $0.0000001 of'],
])('a cost of %d is told from a bound of %d', (max, most, words) => {
  const estimate = { steps: [], total: { cost_usd: { max } } } as unknown as Estimate;
  expect(tooDear(estimate, builtInPrices, most)?.message).toContain(words);
});
