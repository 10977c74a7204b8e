import type { Price } from './prices.ts';
import type { Usage } from './usage.ts';

/**
 * US dollars for these tokens. Nothing used costs nothing, whatever the price. Null where the tokens or the price are
 * unknown. Input that nobody said was cached is charged in full.
 */
export function costOf(
  tokens: Pick<Usage, 'input_tokens' | 'cached_input_tokens' | 'output_tokens' | 'total_tokens'>,
  price: Price | undefined,
): number | null {
  const { input_tokens: input, cached_input_tokens: cached, output_tokens: output } = tokens;
  if (tokens.total_tokens === 0) return 0;
  if (input === null || output === null || price === undefined) return null;
  const fromCache = Math.min(cached ?? 0, input);
  const dollarsForAMillion =
    (input - fromCache) * price.input +
    fromCache * (price.cached_input ?? price.input) +
    output * price.output;
  return roundCost(dollarsForAMillion / 1_000_000);
}

/**
 * Costs are whole billionths of a dollar: the list prices come out exact, and sums of them stay so up to millions of
 * dollars, where bare floating point would show a user 0.30000000000000004.
 */
export function roundCost(dollars: number): number {
  return Math.round(dollars * 1e9) / 1e9;
}
