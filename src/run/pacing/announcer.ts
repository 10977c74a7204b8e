import type { ModelPaused } from '../events.ts';

/** Tells of waits that are worth a word, and of each once. */
export interface Announcer {
  /** Nothing is sent for so many milliseconds from now. */
  tell(milliseconds: number, reason: ModelPaused['reason'], time: number): void;
}

/** Milliseconds by which a wait has to go beyond what is known of already. */
const tellable = 1000;

/** The limits of the file make every request wait: that is told where it is long, in milliseconds. */
const longForLimits = 5000;

export function createAnnouncer(
  paused: (milliseconds: number, reason: ModelPaused['reason']) => void,
): Announcer {
  let toldUntil = 0;
  let longestForLimits = longForLimits - tellable;
  return {
    tell(milliseconds, reason, time) {
      if (time + milliseconds - Math.max(toldUntil, time) <= tellable) return;
      if (reason === 'limits') {
        // It comes again with each request, so only a longer one is news.
        if (milliseconds - longestForLimits <= tellable) return;
        longestForLimits = milliseconds;
      }
      toldUntil = time + milliseconds;
      paused(Math.round(milliseconds), reason);
    },
  };
}
