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

/** In milliseconds. */
const slotLength = 100;
const slotsOfMinute = 60_000 / slotLength;

/** What was taken in one slot of time. */
interface Slot {
  readonly slot: number;
  requests: number;
  tokens: number;
}

/**
 * No more than the limits in any minute, whenever it begins. It is counted by slots, so neither memory nor the work for a
 * request grows with the limits; a slot counts until the whole of it is a minute ago.
 */
export function createQuota({ requests_per_minute, tokens_per_minute, now }: Settings): Quota {
  const limits = {
    requests: requests_per_minute ?? unlimited.requests,
    tokens: tokens_per_minute ?? unlimited.tokens,
  };
  const isUnlimited = requests_per_minute === null && tokens_per_minute === null;
  /** Of the last minute, in their order, and what is left beside them. */
  const slots: Slot[] = [];
  const left = { ...limits };

  function current(): number {
    const slot = Math.floor(now() / slotLength);
    // What a clock that was set back puts in the future counts no more: nobody is to wait for that.
    const isPast = ({ slot: taken }: Slot): boolean => taken + slotsOfMinute < slot || taken > slot;
    for (let first = slots[0]; first !== undefined && isPast(first); first = slots[0]) {
      left.requests += first.requests;
      left.tokens += first.tokens;
      slots.shift();
    }
    return slot;
  }

  return {
    take(tokens) {
      if (isUnlimited) return true;
      const slot = current();
      if (left.requests < 1 || left.tokens < tokens) return false;
      left.requests -= 1;
      left.tokens -= tokens;
      const last = slots.at(-1);
      if (last?.slot !== slot) slots.push({ slot, requests: 1, tokens });
      else {
        last.requests += 1;
        last.tokens += tokens;
      }
      return true;
    },

    wait(tokens) {
      if (limits.requests < 1 || limits.tokens < tokens) return null;
      current();
      let { requests, tokens: room } = left;
      let free = now();
      for (const slot of slots) {
        if (requests >= 1 && room >= tokens) break;
        requests += slot.requests;
        room += slot.tokens;
        free = (slot.slot + slotsOfMinute + 1) * slotLength;
      }
      return Math.max(1, Math.ceil((free - now()) / 1000));
    },

    headers() {
      if (!isUnlimited) current();
      const { requests, tokens } = isUnlimited
        ? { requests: limits.requests - 1, tokens: limits.tokens - 1 }
        : left;
      return [
        ['x-ratelimit-limit-req-minute', limits.requests],
        ['x-ratelimit-remaining-req-minute', requests],
        ['x-ratelimit-limit-tokens-minute', limits.tokens],
        ['x-ratelimit-remaining-tokens-minute', tokens],
      ].flatMap(([name, value]) => [String(name), String(value)]);
    },
  };
}
