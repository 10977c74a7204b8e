/** Whole seconds over which the rate is taken: long enough to be steady, short enough to follow a change. */
const window = 30;

export interface RateMeter {
  /** One more, at this time (milliseconds of the same clock throughout). */
  count(now: number): void;
  /** How many a second of late; null until a second has passed and something was counted. */
  perSecond(now: number): number | null;
}

/** Counts by the second in a ring, so that its cost and memory do not depend on how fast events come. */
export function createRateMeter(start: number): RateMeter {
  const slots = Array.from({ length: window }, () => 0);
  let newest = 0;
  let recent = 0;
  let total = 0;

  /** Empties the slots of the seconds that have begun since the newest one. */
  const advance = (now: number) => {
    const second = Math.floor((now - start) / 1000);
    for (let empty = Math.max(newest + 1, second - window + 1); empty <= second; empty += 1) {
      recent -= slots[empty % window] ?? 0;
      slots[empty % window] = 0;
    }
    newest = Math.max(newest, second);
  };

  return {
    count(now) {
      advance(now);
      const slot = newest % window;
      slots[slot] = (slots[slot] ?? 0) + 1;
      recent += 1;
      total += 1;
    },
    perSecond(now) {
      advance(now);
      const elapsed = (now - start) / 1000;
      if (total === 0 || elapsed < 1) return null;
      // Records that take longer than the window leave it empty: then all the time there was has to do.
      if (recent === 0) return total / elapsed;
      return recent / Math.min(elapsed, elapsed - newest + window - 1);
    },
  };
}
