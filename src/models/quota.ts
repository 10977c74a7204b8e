import type { IncomingHttpHeaders } from 'node:http';
import type { Quota } from './contract.ts';
import { readHeader } from './header.ts';
import { countOf } from './tokens.ts';

/**
 * What an answer's headers say of the quota of a minute: in Mistral's names (`x-ratelimit-limit-req-minute`,
 * `x-ratelimit-remaining-tokens-minute`), or in OpenAI's (`x-ratelimit-limit-requests`). Null where they say nothing.
 */
export function readQuota(headers: IncomingHttpHeaders): Quota | null {
  const count = (name: string): number | null => {
    const text = readHeader(headers, `x-ratelimit-${name}`);
    return text !== undefined && /^\d+$/.test(text) ? countOf(Number(text)) : null;
  };
  const requests = count('limit-req-minute') ?? count('limit-requests');
  const requests_left = count('remaining-req-minute') ?? count('remaining-requests');
  const tokens = count('limit-tokens-minute') ?? count('limit-tokens');
  const tokens_left = count('remaining-tokens-minute') ?? count('remaining-tokens');
  const silent = requests === null && requests_left === null && tokens === null && tokens_left === null;
  return silent ? null : { requests, requests_left, tokens, tokens_left };
}
