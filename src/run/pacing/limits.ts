import type { RequestEnd } from '../../models/contract.ts';
import type { PlanLimits } from '../../plan.ts';
import { createLimit } from './limit.ts';
import type { PacedRequest } from './paced-request.ts';
import { createTokenEstimate } from './token-estimate.ts';

/** The limits of requests and tokens that the file sets, and those that the server's answers tell. */
export interface Limits {
  /** Milliseconds until the request may pass. */
  wait(request: PacedRequest, time: number): number;
  /** The request passes; gives the tokens that are reserved for it. */
  take(request: PacedRequest, time: number): number;
  /** What came of it: the tokens that it used take the place of those reserved. */
  settle(request: PacedRequest, end: RequestEnd, taken: Taken): void;
}

export interface Taken {
  readonly admitted: number;
  readonly reserved: number;
  readonly time: number;
}

const second = 1000;
const minute = 60_000;

/** In a minute: a server that allows more than one process can send limits nothing. */
const unreachableRequests = 600_000;
const unreachableTokens = 1_000_000_000;

/** `doubted`: told, once, of what the server says and is not believed. */
export function createLimits(told: PlanLimits, doubted: (message: string) => void = () => {}): Limits {
  const perSecond =
    told.requests_per_second === undefined
      ? undefined
      : createLimit({ told: told.requests_per_second, length: second });
  const requests = createLimit({
    told: told.requests_per_minute,
    length: minute,
    unreachable: unreachableRequests,
  });
  const tokens = createLimit({
    told: told.tokens_per_minute,
    length: minute,
    unreachable: unreachableTokens,
  });
  const estimate = createTokenEstimate();
  /** Tokens of the largest request that was answered, without what the provider had in its cache. */
  let largest = 0;
  let isDoubted = false;

  /** A server that has answered a request of more tokens does not allow so few in a minute. */
  function isBelievable(said: number): boolean {
    if (said >= largest) return true;
    if (!isDoubted)
      doubted(
        `the server's headers limit it to ${tokensInWords(said)} a minute, and it has answered a request of ${tokensInWords(largest)}: that limit is not believed`,
      );
    isDoubted = true;
    return false;
  }

  return {
    wait: (request, time) =>
      Math.max(
        perSecond?.wait(1, time) ?? 0,
        requests.wait(1, time),
        tokens.wait(estimate.of(request), time),
      ),
    take(request, time) {
      const reserved = estimate.of(request);
      perSecond?.take(1, time);
      requests.take(1, time);
      tokens.take(reserved, time);
      return reserved;
    },
    settle(request, { usage, quota }, { admitted, reserved, time }) {
      estimate.learn(request, usage);
      // Usage that never came stays at the estimate.
      if (usage.total_tokens !== null) {
        tokens.correct(usage.total_tokens - reserved, admitted);
        largest = Math.max(largest, usage.total_tokens - (usage.cached_input_tokens ?? 0));
        if (!isBelievable(tokens.learned)) tokens.forget();
      }
      if (quota === null) return;
      requests.learn(quota.requests, quota.requests_left, time);
      // One of 0 limits nothing.
      if (quota.tokens === null || quota.tokens === 0 || isBelievable(quota.tokens))
        tokens.learn(quota.tokens, quota.tokens_left, time);
    },
  };
}

function tokensInWords(count: number): string {
  return `${count.toLocaleString('en-US')} token${count === 1 ? '' : 's'}`;
}
