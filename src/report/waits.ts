import type { ModelPaused } from '../run/events.ts';
import { formatSeconds } from './numbers.ts';
import { clip } from './text.ts';

/** A model that is not asked at the moment. */
export interface Wait {
  readonly model: string;
  readonly reason: ModelPaused['reason'];
  /**
   * Milliseconds until it is asked again; where it gives no answer, until the run stops for that, null where that is
   * not known.
   */
  readonly left: number | null;
}

/** The waits of all models. Times are milliseconds of one clock. */
export interface Waits {
  pause(event: ModelPaused, now: number): void;
  /** The model has answered a call. */
  answered(model: string): void;
  /** What may stop the run first, then the longest first. */
  read(now: number): readonly Wait[];
}

interface Held {
  readonly reason: ModelPaused['reason'];
  readonly until: number;
  readonly stops: boolean;
}

export function collectWaits(): Waits {
  const held = new Map<string, Held>();
  return {
    pause({ model, reason, duration, gives_up_in }, now) {
      // Between two attempts at a model that is down nothing is better than before: it is so until an answer comes.
      const stops = reason === 'unavailable' && gives_up_in !== undefined;
      const until = now + (stops ? gives_up_in : duration);
      const last = held.get(model);
      // The newest word counts, but that our own limits say nothing against a longer wait.
      if (reason === 'limits' && last !== undefined && last.reason !== 'limits' && last.until > until) return;
      held.set(model, { reason, until, stops });
    },
    answered(model) {
      if (held.get(model)?.reason === 'unavailable') held.delete(model);
    },
    read(now) {
      return [...held]
        .filter(([, { until }]) => until > now)
        .sort(([, one], [, other]) => urgency(other) - urgency(one) || other.until - one.until)
        .map(([model, { reason, until, stops }]) => ({
          model,
          reason,
          left: reason === 'unavailable' && !stops ? null : until - now,
        }));
    },
  };
}

function urgency({ reason }: Held): number {
  return reason === 'unavailable' ? 1 : 0;
}

/** For the progress line: `waits 42 s for quota`. Our own words and numbers only. */
export function waitInShort({ reason, left }: Wait): string {
  if (reason === 'unavailable') return `no answer, ${tryingAgain(left)}`;
  return `waits ${formatSeconds(left ?? 0)} for ${reason === 'limits' ? 'limits' : 'quota'}`;
}

const longestModel = 40;

/** For a line of its own: `mistral-small-latest waits 42 s for quota`. */
export function waitInWords({ model, reason, left }: Wait): string {
  const name = clip(model, longestModel);
  if (reason === 'unavailable') return `no answer from ${name}, ${tryingAgain(left)}`;
  return `${name} waits ${formatSeconds(left ?? 0)} for ${reason === 'limits' ? 'its limits' : 'quota'}`;
}

function tryingAgain(left: number | null): string {
  return left === null ? 'trying again' : `trying again for ${formatSeconds(left)}`;
}
