import type { IncomingHttpHeaders } from 'node:http';
import type { Quota } from './contract.ts';
import { readHeader } from './header.ts';
import { countOf } from './tokens.ts';

/** In milliseconds: a quota that is whole again no later than this is one of a minute. */
const aboutMinute = 65_000;

/**
 * What an answer's headers say of the quota of a minute: in Mistral's names (`x-ratelimit-limit-req-minute`,
 * `x-ratelimit-remaining-tokens-minute`), or in OpenAI's (`x-ratelimit-limit-requests`). Others use those for the quota of
 * a day, too, so they count where `x-ratelimit-reset-requests` says that it is whole again within about a minute. Null
 * where the headers say nothing.
 */
export function readQuota(headers: IncomingHttpHeaders): Quota | null {
  // Whole names: what is put together is looked up many times slower, and this is asked of every answer.
  const count = (name: string): number | null => {
    const text = readHeader(headers, name);
    return text !== undefined && /^\d+$/.test(text) ? countOf(Number(text)) : null;
  };
  const countOfMinute = (name: string, reset: string): number | null => {
    const found = count(name);
    return found !== null && untilReset(readHeader(headers, reset)) <= aboutMinute ? found : null;
  };
  const requests =
    count('x-ratelimit-limit-req-minute') ??
    countOfMinute('x-ratelimit-limit-requests', 'x-ratelimit-reset-requests');
  const requests_left =
    count('x-ratelimit-remaining-req-minute') ??
    countOfMinute('x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests');
  const tokens =
    count('x-ratelimit-limit-tokens-minute') ??
    countOfMinute('x-ratelimit-limit-tokens', 'x-ratelimit-reset-tokens');
  const tokens_left =
    count('x-ratelimit-remaining-tokens-minute') ??
    countOfMinute('x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens');
  const silent = requests === null && requests_left === null && tokens === null && tokens_left === null;
  return silent ? null : { requests, requests_left, tokens, tokens_left };
}

const units: { readonly [unit: string]: number } = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

/** The milliseconds that `17ms`, `7.66s`, `6m0s` or, in seconds, `12` say; infinite for anything else. */
function untilReset(text = ''): number {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[dhms]))+$/.test(text)) return Infinity;
  let sum = 0;
  for (const [, amount, unit = ''] of text.matchAll(/([\d.]+)(ms|[dhms])/g))
    sum += Number(amount) * (units[unit] ?? Infinity);
  return sum;
}
