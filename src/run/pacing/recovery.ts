/** Why nothing, or little, is sent. */
export type Trouble = 'rate_limited' | 'unavailable';

/** Whether requests are let out, after the model has refused them or failed. */
export interface Recovery {
  readonly isPaused: boolean;
  /** Whether whoever passes now passes as a probe. */
  readonly isProbing: boolean;
  /** Milliseconds until one more may pass. */
  wait(time: number): number;
  /** A request passes; gives the round in which it does. */
  take(time: number): number;
  /** A request of this round has ended. */
  ended(round: number, time: number): void;
  /** Nothing passes until then. A new round begins. */
  pause(until: number, trouble: Trouble): void;
  /** The pause, if there is one, lasts until then, or longer. */
  extend(until: number): void;
  /** It took so many milliseconds to be refused. */
  refused(latency: number): void;
  /** A request of this round was answered. */
  answered(round: number, time: number): void;
  /** Nobody waits. */
  idle(): void;
  /** Whether a request passed before the last pause, and can tell nothing new. */
  isOld(round: number): boolean;
}

/**
 * In milliseconds: a probe that is not refused within this is being answered. A 429 comes soon, and takes, at most, so many
 * times as long as the last one did.
 */
const firstPatience = 1000;
const shortestPatience = 100;
const tolerance = 4;

/** In milliseconds: where those under way hang, another follows, so that no hanging connection ever holds up all others. */
const nextProbe = 10_000;

/**
 * After a pause one request is let out, as a probe. What follows depends on the trouble. Where the rate was too high, it is
 * the found rate that holds the others back, so all may go. Where the model was out, as many go as it has answered, and
 * twice as many after them, since a server that has just come back bears no stampede.
 */
export function createRecovery(recovered: (time: number) => void): Recovery {
  let state: 'open' | 'paused' | 'probing' | 'opening' = 'open';
  let trouble: Trouble = 'rate_limited';
  let round = 0;
  let ends = 0;
  /** When the last one was let out. */
  let lastOut = 0;
  let refusedWithin = firstPatience;
  /** How many of this round may be under way, and how many are. */
  let room = 1;
  let underWay = 0;

  function enter(next: 'open' | 'opening', time: number): void {
    state = next;
    recovered(time);
  }

  /** A probe that is neither refused nor answered in time gives way. */
  function waitForProbe(time: number): number {
    if (underWay === 0) return 0;
    const left = lastOut + (trouble === 'rate_limited' ? refusedWithin : nextProbe) - time;
    if (left <= 0 && trouble === 'rate_limited') enter('open', time);
    return Math.max(0, left);
  }

  return {
    get isPaused() {
      return state === 'paused';
    },
    get isProbing() {
      return state === 'probing';
    },
    wait(time) {
      if (state === 'open') return 0;
      if (state === 'opening') return underWay < room ? 0 : Math.max(0, lastOut + nextProbe - time);
      if (state === 'paused' && time < ends) return ends - time;
      state = 'probing';
      return waitForProbe(time);
    },
    take(time) {
      underWay += 1;
      lastOut = time;
      return round;
    },
    ended(of, time) {
      if (of !== round) return;
      // Nobody may have waited for it to give way.
      if (state === 'probing') waitForProbe(time);
      underWay -= 1;
    },
    pause(until, why) {
      state = 'paused';
      trouble = why;
      ends = until;
      round += 1;
      room = 1;
      underWay = 0;
    },
    extend(until) {
      ends = Math.max(ends, until);
    },
    refused(latency) {
      refusedWithin = Math.min(nextProbe, Math.max(shortestPatience, tolerance * latency));
    },
    answered(of, time) {
      if (state === 'open') return;
      if (trouble === 'rate_limited') {
        // One that was sent before the pause says nothing of the quota now.
        if (of === round) enter('open', time);
        return;
      }
      if (state !== 'opening') enter('opening', time);
      room += 1;
    },
    idle() {
      if (state === 'opening') state = 'open';
    },
    isOld: (of) => of < round,
  };
}
