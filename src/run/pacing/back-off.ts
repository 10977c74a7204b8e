import type { Trouble } from './recovery.ts';

/** How long to leave a model alone that refuses or fails. */
export interface BackOff {
  /** Milliseconds. `asked`: what the server asked for, or null. */
  next(trouble: Trouble, asked: number | null): number;
  /** As much of what the server asked for as is heeded, in milliseconds: one that is out is not left alone for too long. */
  heeded(trouble: Trouble, asked: number): number;
  /** The model answers again, as it seems. */
  reset(): void;
  /** It did not answer again: as if it had never seemed so. */
  relapsed(): void;
}

/** In milliseconds. */
const first = 500;

const growth = 1.5;

/** Between the probes of a model that is out: it costs nothing to ask, and every minute that is not noticed costs. */
const longestOut = 10_000;

/** They grow so far apart whatever the longest wait of a call is: that is the call's, and a server that is out gets no peace. */
const longestOutAtLeast = 5000;

/**
 * What the server asks for; where it does not say, or its word did not hold, a back-off that grows by half each time, so that
 * no quota is free again for long before we notice. Its upper half is left to chance, so that several runs do not come back
 * together.
 */
export function createBackOff(max_delay: number, random: () => number): BackOff {
  let relapses = 0;
  let before = 0;
  const longestProbed = Math.max(longestOutAtLeast, max_delay);

  function heeded(trouble: Trouble, asked: number): number {
    return trouble === 'unavailable' ? Math.min(asked, longestProbed) : asked;
  }

  return {
    next(trouble, asked) {
      const longest = trouble === 'unavailable' ? Math.min(longestOut, longestProbed) : max_delay;
      const ceiling = Math.min(first * growth ** relapses, longest);
      const chance = ceiling / 2 + (random() * ceiling) / 2;
      relapses += 1;
      if (asked === null) return chance;
      const asks = heeded(trouble, asked);
      return relapses === 1 ? asks : Math.max(asks, chance);
    },
    heeded,
    reset() {
      before = relapses;
      relapses = 0;
    },
    relapsed() {
      relapses = Math.max(relapses, before);
    },
  };
}
