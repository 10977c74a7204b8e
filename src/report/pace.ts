import { createRateMeter, type RateMeter } from './rate.ts';

/**
 * How fast records go. Two things would make it say what is not so, and are kept out of it:
 *
 * - While a model is not asked and no record ends, time stands still here: a minute's wait for quota is no slowness of the
 *   records after it.
 * - Records that no model was asked for (from the cache, skipped, broken) end at once. The next ones are taken to be like
 *   the last few dozen, so that a thousand from the cache promise nothing of those after them.
 *
 * Times are milliseconds of one clock that never goes back.
 */
export interface Pace {
  /** A record has ended. `askedSince`: when it began, where a model was asked for it. */
  count(now: number, askedSince?: number): void;
  /** Until then some model is not asked; the last word counts, and the past is no rest. */
  rest(until: number, now: number): void;
  /** Records a second of late; null while there is too little to go by. */
  perSecond(now: number): number | null;
  /** Milliseconds that so many more records will take, with rests such as there were; null as above. */
  timeFor(records: number, now: number): number | null;
  /** The share of asked ones among the last records, from 0 to 1; 1 before the first one. */
  readonly askedShare: number;
}

/** The records that the share looks back on, the older the less. */
const memory = 32;

/**
 * Milliseconds between two records that end in a rest within which it was none, since other models go on, or what was
 * under way. Later ones are stragglers.
 */
const straggling = 5000;

/** Milliseconds without a rest that are taken to have been before the first: one rest is no rule. */
const before = 30_000;

export function createPace(start: number): Pace {
  const all = createRateMeter(0);
  let asked: RateMeter | undefined;
  let restBegan = start;
  let restsUntil = start;
  /** Milliseconds until `settled` in which records went. */
  let active = 0;
  let settled = start;
  let ended = 0;
  let share = 1;

  function activeAt(now: number): number {
    const rested = Math.max(0, Math.min(now, restsUntil) - Math.max(settled, restBegan));
    return active + now - settled - rested;
  }

  function settle(now: number, time: number): number {
    active = time;
    settled = now;
    return active;
  }

  function perSecond(now: number): number | null {
    const time = activeAt(now);
    const recent = all.perSecond(time);
    if (asked === undefined || recent === null) return recent;
    const recentlyAsked = asked.perSecond(time);
    return recentlyAsked === null ? null : Math.min(recent, recentlyAsked / share);
  }

  return {
    count(now, askedSince) {
      ended += 1;
      share += ((askedSince === undefined ? 0 : 1) - share) / Math.min(ended, memory);
      const isResting = now < restsUntil;
      const goesOn = isResting && now - settled <= straggling;
      const time = settle(now, goesOn ? active + now - settled : activeAt(now));
      if (isResting && !goesOn) return;
      all.count(time);
      if (askedSince === undefined) return;
      asked ??= createRateMeter(Math.max(0, time - (now - askedSince)));
      asked.count(time);
    },
    rest(until, now) {
      settle(now, activeAt(now));
      if (now >= restsUntil) restBegan = now;
      restsUntil = until;
    },
    perSecond,
    timeFor(records, now) {
      const rate = perSecond(now);
      if (rate === null) return null;
      // A rest that goes on is told by itself.
      const going = activeAt(now) + before;
      const whole = (now < restsUntil ? Math.max(settled, restBegan) : now) - start + before;
      return ((records * 1000) / rate) * Math.max(1, whole / going) + Math.max(0, restsUntil - now);
    },
    get askedShare() {
      return share;
    },
  };
}
