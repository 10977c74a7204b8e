import type { ModelPaused } from '../events.ts';

/** For how long nothing is sent, and why. */
export type Wait = Omit<ModelPaused, 'type' | 'model'>;

/** Tells of waits that are worth a word, and of each once. */
export interface Announcer {
  /** Nothing is sent for so long from now. */
  tell(wait: Wait, time: number): void;
  /** The model has answered. */
  answered(): void;
}

interface Told {
  readonly until: number;
  readonly duration: number;
}

/** Milliseconds by which a wait has to go beyond what is known of already. */
const tellable = 1000;

/** The limits of the file make every request wait: that is told where it is long, in milliseconds. */
const longForLimits = 5000;

export function createAnnouncer(paused: (wait: Wait) => void): Announcer {
  const told = new Map<Wait['reason'], Told>();
  let isOutTold = false;

  function isNews({ duration, reason }: Wait, time: number): boolean {
    // However short its waits are: nobody is answered, and the run may stop for that.
    if (reason === 'unavailable' && !isOutTold) return true;
    const last = told.get(reason);
    const known = last !== undefined && last.until > time ? last : { until: time, duration: 0 };
    if (time + duration - known.until <= tellable) return false;
    if (reason !== 'limits') return true;
    // It comes again with each request, so while one is told only a longer one is news.
    return duration - Math.max(known.duration, longForLimits - tellable) > tellable;
  }

  return {
    tell(wait, time) {
      if (!isNews(wait, time)) return;
      const { duration, reason, gives_up_in } = wait;
      told.set(reason, { until: time + duration, duration });
      if (reason === 'unavailable') isOutTold = true;
      paused({
        duration: Math.round(duration),
        reason,
        ...(gives_up_in !== undefined && { gives_up_in: Math.round(gives_up_in) }),
      });
    },
    answered() {
      isOutTold = false;
    },
  };
}
