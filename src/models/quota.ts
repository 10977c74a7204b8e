import type { IncomingHttpHeaders } from 'node:http';
import type { Quota } from './contract.ts';
import { readHeader } from './header.ts';
import { countOf } from './tokens.ts';

/**
 * What an answer's headers say of the quota of a minute: in Mistral's names (`x-ratelimit-limit-req-minute`,
 * `x-ratelimit-remaining-tokens-minute`), or in OpenAI's (`x-ratelimit-limit-requests`). Null where they say nothing.
 */
export function readQuota(headers: IncomingHttpHeaders): Quota | null {
  // Whole names: what is put together is looked up many times slower, and this is asked of every answer.
  const count = (name: string): number | null => {
    const text = readHeader(headers, name);
    return text !== undefined && /^\d+$/.test(text) ? countOf(Number(text)) : null;
  };
  const requests = count('x-ratelimit-limit-req-minute') ?? count('x-ratelimit-limit-requests');
  const requests_left = count('x-ratelimit-remaining-req-minute') ?? count('x-ratelimit-remaining-requests');
  const tokens = count('x-ratelimit-limit-tokens-minute') ?? count('x-ratelimit-limit-tokens');
  const tokens_left = count('x-ratelimit-remaining-tokens-minute') ?? count('x-ratelimit-remaining-tokens');
  const silent = requests === null && requests_left === null && tokens === null && tokens_left === null;
  return silent ? null : { requests, requests_left, tokens, tokens_left };
}
