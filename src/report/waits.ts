import type { ModelPaused } from '../run/events.ts';
import { formatSeconds } from './numbers.ts';
import { isolated, clip } from './text.ts';

/** What holds a run up at the moment. */
export type Wait = ModelWait | BudgetWait;

/** A model that is not asked. */
export interface ModelWait {
  readonly model: string;
  readonly reason: ModelPaused['reason'];
  /**
   * Milliseconds until it is asked again; where it gives no answer, until the run stops for that, null where that is
   * not known.
   */
  readonly left: number | null;
}

/** Calls that are not made before others tell what they have used: all that the budget has left is set aside for those. */
export interface BudgetWait {
  readonly reason: 'budget';
}

/** The waits of all models. Times are milliseconds of one clock. */
export interface Waits {
  pause(event: ModelPaused, now: number): void;
  /** The model has answered a call. Whether that has ended a wait. */
  answered(model: string): boolean;
  /** Until when some model is not asked at all, whatever is said meanwhile; in the past where all are. */
  restsUntil(): number;
  /** What may stop the run first, then the longest first. */
  read(now: number): readonly ModelWait[];
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
      return held.get(model)?.reason === 'unavailable' && held.delete(model);
    },
    restsUntil() {
      // Our own limits let requests through at a steady pace.
      const resting = [...held.values()].filter(({ reason }) => reason !== 'limits');
      return Math.max(-Infinity, ...resting.map(({ until }) => until));
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

/** For the live view, from the longest to the shortest: `waits 42 s for quota of small`, `waits 42 s for quota`, `waits 42 s`. */
export function waitForms(wait: Wait): readonly [string, string, string] {
  if (wait.reason === 'budget') {
    return ['waits for what calls under way leave of the budget', 'waits for budget', 'budget'];
  }
  const { model, reason, left } = wait;
  const name = isolated(clip(model, longestModel));
  if (reason === 'unavailable') {
    const again = tryingAgain(left);
    return [`no answer from ${name}, ${again}`, `no answer, ${again}`, 'no answer'];
  }
  const short = `waits ${formatSeconds(left ?? 0)}`;
  const whole = `${short} for ${reason === 'limits' ? 'limits' : 'quota'}`;
  return [`${whole} of ${name}`, whole, short];
}

const longestModel = 40;

/** For a line of its own: `mistral-small-latest waits 42 s for quota`. */
export function waitInWords(wait: Wait): string {
  if (wait.reason === 'budget') return waitForms(wait)[0];
  const { model, reason, left } = wait;
  const name = isolated(clip(model, longestModel));
  if (reason === 'unavailable') return `no answer from ${name}, ${tryingAgain(left)}`;
  return `${name} waits ${formatSeconds(left ?? 0)} for ${reason === 'limits' ? 'its limits' : 'quota'}`;
}

function tryingAgain(left: number | null): string {
  return left === null ? 'trying again' : `trying again for ${formatSeconds(left)}`;
}
