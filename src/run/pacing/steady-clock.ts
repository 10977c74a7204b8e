/** Milliseconds that only ever pass, whatever the clock on the wall is set to. */
export interface SteadyClock {
  /** The time, from 0 when the clock was made. */
  read(): number;
  /** A timer has run until here: so late it is at least. */
  reach(time: number): void;
}

/**
 * The longest step that the wall clock is believed between two readings, in milliseconds: longer than any window that a
 * limit looks back on. A clock that was set forward by hours, or a machine that slept, ends no wait by more than this.
 */
const longestStep = 120_000;

/** In milliseconds: timers may run so much too early, by their own rounding. More means that the clock was set back. */
const earliest = 100;

export function createSteadyClock(now: () => number): SteadyClock {
  let last = now();
  let time = 0;
  function read(): number {
    const current = now();
    const step = current - last;
    last = current;
    if (step > 0) time += Math.min(step, longestStep);
    return time;
  }

  return {
    read,
    reach(reached) {
      if (reached - read() > earliest) time = reached;
    },
  };
}
