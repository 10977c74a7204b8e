import type { IncomingHttpHeaders } from 'node:http';
import type { Quota } from './contract.ts';
import { readHeader } from './header.ts';
import { countOf } from './tokens.ts';

/**
 * What an answer's headers say of the quota of a minute: Mistral's names (`x-ratelimit-limit-req-minute`,
 * `x-ratelimit-remaining-tokens-minute`), or OpenAI's (`x-ratelimit-limit-requests`). Null where they say nothing.
 */
export function readQuota(headers: IncomingHttpHeaders): Quota | null {
  const count = (what: 'limit' | 'remaining', ...units: readonly string[]): number | null => {
    for (const unit of units) {
      const text = readHeader(headers, `x-ratelimit-${what}-${unit}`);
      if (text !== undefined && /^\d+$/.test(text)) return countOf(Number(text));
    }
    return null;
  };
  const quota: Quota = {
    requests: count('limit', 'req-minute', 'requests'),
    requests_left: count('remaining', 'req-minute', 'requests'),
    tokens: count('limit', 'tokens-minute', 'tokens'),
    tokens_left: count('remaining', 'tokens-minute', 'tokens'),
  };
  return Object.values(quota).every((value) => value === null) ? null : quota;
}
