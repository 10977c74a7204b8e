import type { Trouble } from './recovery.ts';

/** How long to leave a model alone that refuses or fails. */
export interface BackOff {
  /** Milliseconds. `asked`: what the server asked for, or null. */
  next(trouble: Trouble, asked: number | null): number;
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

/**
 * What the server asks for; where it does not say, or its word did not hold, a back-off that grows by half each time, so that
 * no quota is free again for long before we notice. Its upper half is left to chance, so that several runs do not come back
 * together.
 */
export function createBackOff(max_delay: number, random: () => number): BackOff {
  let relapses = 0;
  let before = 0;
  return {
    next(trouble, asked) {
      const longest = trouble === 'unavailable' ? Math.min(longestOut, max_delay) : max_delay;
      const ceiling = Math.min(first * growth ** relapses, longest);
      const chance = ceiling / 2 + (random() * ceiling) / 2;
      relapses += 1;
      if (asked === null) return chance;
      const heeded = trouble === 'unavailable' ? Math.min(asked, max_delay) : asked;
      return relapses === 1 ? heeded : Math.max(heeded, chance);
    },
    reset() {
      before = relapses;
      relapses = 0;
    },
    relapsed() {
      relapses = Math.max(relapses, before);
    },
  };
}
