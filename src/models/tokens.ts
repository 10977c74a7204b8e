import { isObject } from '../json/json.ts';
import type { JsonValue } from '../json/json.ts';
import { zeroUsage } from '../usage/add.ts';
import type { Usage } from '../usage/usage.ts';

/** What one answer says of its tokens. The totals are always there: half a count would pass for a whole one. */
export interface Tokens {
  readonly input_tokens: number;
  readonly cached_input_tokens: number | null;
  readonly output_tokens: number;
  readonly reasoning_tokens: number | null;
  readonly total_tokens: number;
}

/** Reads the `usage` of a completion; null where it does not count both what went in and what came out. */
export function readTokens(usage: JsonValue | undefined): Tokens | null {
  if (!isObject(usage)) return null;
  const input = countOf(usage['prompt_tokens']);
  const output = countOf(usage['completion_tokens']);
  if (input === null || output === null) return null;
  return {
    input_tokens: input,
    cached_input_tokens: countOf(detail(usage['prompt_tokens_details'], 'cached_tokens')),
    output_tokens: output,
    reasoning_tokens: countOf(detail(usage['completion_tokens_details'], 'reasoning_tokens')),
    total_tokens: Math.max(countOf(usage['total_tokens']) ?? 0, input + output),
  };
}

/**
 * The usage of one HTTP request. `charged`: whether it may have been paid for. The cost is left open: who holds the
 * price table works it out. A prompt has tokens: who counts none of them has not counted.
 */
export function requestUsage(
  request: { readonly sent: boolean; readonly charged: boolean; readonly tokens: Tokens | null },
  first: boolean,
): Usage {
  if (!request.sent) return zeroUsage;
  const tokens = request.tokens?.input_tokens === 0 ? null : request.tokens;
  const unknown = request.charged ? null : 0;
  return {
    requests: 1,
    retries: first ? 0 : 1,
    cached_requests: 0,
    unmetered_requests: request.charged && tokens === null ? 1 : 0,
    input_tokens: tokens?.input_tokens ?? unknown,
    cached_input_tokens: tokens?.cached_input_tokens ?? unknown,
    output_tokens: tokens?.output_tokens ?? unknown,
    reasoning_tokens: tokens?.reasoning_tokens ?? unknown,
    total_tokens: tokens?.total_tokens ?? unknown,
    cost_usd: unknown,
  };
}

function detail(details: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(details) ? details[name] : undefined;
}

/** A number of tokens; null where it says none. */
export function countOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
