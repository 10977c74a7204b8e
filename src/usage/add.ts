import { roundCost } from './cost.ts';
import type { Usage } from './usage.ts';

/** Nothing asked, nothing paid: where every sum begins. */
export const zeroUsage: Usage = {
  requests: 0,
  retries: 0,
  cached_requests: 0,
  unmetered_requests: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  total_tokens: 0,
  cost_usd: 0,
};

/**
 * The one addition, associative and commutative, with `zeroUsage` as its zero.
 *
 * By its total a usage is metered (tokens were counted), unmetered (null: it may have cost something, and nobody said
 * what) or free (0: a cached answer, a refused request). Two metered ones add up number by number. Otherwise the one
 * that knows more speaks for both, and `unmetered_requests` tells that its numbers are lower bounds: one request that
 * timed out makes neither the sum of a thousand others unknown, nor, where it is all there is, its own cost 0.
 */
export function addUsage(one: Usage, other: Usage): Usage {
  const both = isMetered(one) && isMetered(other);
  const told = isMetered(one) || (!isMetered(other) && one.total_tokens !== 0) ? one : other;
  // One literal, because this is called for every request, and spreads cost many times as much.
  return {
    requests: one.requests + other.requests,
    retries: one.retries + other.retries,
    cached_requests: one.cached_requests + other.cached_requests,
    unmetered_requests: one.unmetered_requests + other.unmetered_requests,
    input_tokens: both ? addKnown(one.input_tokens, other.input_tokens) : told.input_tokens,
    cached_input_tokens: both
      ? addKnown(one.cached_input_tokens, other.cached_input_tokens)
      : told.cached_input_tokens,
    output_tokens: both ? addKnown(one.output_tokens, other.output_tokens) : told.output_tokens,
    reasoning_tokens: both ? addKnown(one.reasoning_tokens, other.reasoning_tokens) : told.reasoning_tokens,
    total_tokens: both ? addKnown(one.total_tokens, other.total_tokens) : told.total_tokens,
    cost_usd: both ? addCosts(one.cost_usd, other.cost_usd) : told.cost_usd,
  };
}

/** Both used tokens: where one's price is unknown, a sum would pass for the price of both. */
function addCosts(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : roundCost(one + other);
}

function isMetered(usage: Usage): boolean {
  return usage.total_tokens !== null && usage.total_tokens > 0;
}

function addKnown(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : one + other;
}
