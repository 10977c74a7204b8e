import type { Settings } from './options.ts';

/** What the server allows in a minute, and what is left of it. */
export interface Quota {
  /** Takes a request of so many tokens; false, and nothing is taken, where the minute has no room for it. */
  take(tokens: number): boolean;
  /** Whole seconds until a request of so many tokens may fit; null where none ever will. */
  wait(tokens: number): number | null;
  /** Names and values in turn, as on every answer of Mistral's API. */
  headers(): readonly string[];
}

/** Told where no quota is set: far above what one machine can send. */
const unlimited = { requests: 1_000_000, tokens: 1_000_000_000 };

const minute = 60;

/** What was taken in one second. */
interface Slot {
  readonly second: number;
  requests: number;
  tokens: number;
}

/**
 * No more than the limits in any minute, whenever it begins. It is counted by seconds, so memory does not grow with the
 * limits; a second counts until the whole of it is a minute ago.
 */
export function createQuota({ requests_per_minute, tokens_per_minute, now }: Settings): Quota {
  const limits = {
    requests: requests_per_minute ?? unlimited.requests,
    tokens: tokens_per_minute ?? unlimited.tokens,
  };
  const isUnlimited = requests_per_minute === null && tokens_per_minute === null;
  let slots: Slot[] = [];

  function current(): number {
    const second = Math.floor(now() / 1000);
    slots = slots.filter((slot) => slot.second + minute >= second);
    return second;
  }

  function left(of: readonly Slot[]): { requests: number; tokens: number } {
    const sum = (field: 'requests' | 'tokens'): number => of.reduce((total, slot) => total + slot[field], 0);
    return { requests: limits.requests - sum('requests'), tokens: limits.tokens - sum('tokens') };
  }

  function fits(tokens: number, of: readonly Slot[]): boolean {
    const { requests, tokens: room } = left(of);
    return requests >= 1 && room >= tokens;
  }

  return {
    take(tokens) {
      if (isUnlimited) return true;
      const second = current();
      if (!fits(tokens, slots)) return false;
      const last = slots.at(-1);
      if (last?.second !== second) slots.push({ second, requests: 1, tokens });
      else {
        last.requests += 1;
        last.tokens += tokens;
      }
      return true;
    },

    wait(tokens) {
      const second = current();
      const enough = slots.findIndex((_, index) => fits(tokens, slots.slice(index)));
      // After the last of these seconds is over; with none of them left, all of it must be.
      const until = enough === -1 ? slots.at(-1) : slots[enough - 1];
      if (!fits(tokens, [])) return null;
      return until === undefined ? 1 : until.second + minute + 1 - second;
    },

    headers() {
      if (!isUnlimited) current();
      const { requests, tokens } = isUnlimited
        ? { requests: limits.requests - 1, tokens: limits.tokens - 1 }
        : left(slots);
      return [
        ['x-ratelimit-limit-req-minute', limits.requests],
        ['x-ratelimit-remaining-req-minute', requests],
        ['x-ratelimit-limit-tokens-minute', limits.tokens],
        ['x-ratelimit-remaining-tokens-minute', tokens],
      ].flatMap(([name, value]) => [String(name), String(value)]);
    },
  };
}
