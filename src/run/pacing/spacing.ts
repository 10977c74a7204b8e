/** A pace: so much, and no more, evenly over time. */
export interface Spacing {
  /** Milliseconds until the next may pass. */
  wait(time: number): number;
  /** Something of so much passes, which could not have passed before `earliest`. */
  take(amount: number, time: number, earliest?: number): void;
  /** What passed was so much more than was taken; less where it is negative. */
  correct(difference: number): void;
  /** Per millisecond. */
  setRate(rate: number): void;
}

/**
 * The generic cell rate algorithm: what passes moves the time at which the next is due by as long as it takes at this
 * rate. A large amount may pass when the one before it is paid off, and holds up what comes after it for as long.
 *
 * `slack`, in milliseconds: what comes late, as timers do on a busy machine, is caught up with, up to so much. That is also
 * how much may pass at once after a rest.
 */
export function createSpacing(initialRate: number, slack: number): Spacing {
  let rate = initialRate;
  let due = 0;
  return {
    wait: (time) => Math.max(0, due - time),
    take(amount, time, earliest = 0) {
      due = Math.max(due, time - slack, earliest) + amount / rate;
    },
    correct(difference) {
      due += difference / rate;
    },
    setRate(changed) {
      rate = changed;
    },
  };
}
