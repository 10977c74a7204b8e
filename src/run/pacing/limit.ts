import { createSlidingWindow } from './sliding-window.ts';
import { createSpacing } from './spacing.ts';

/** So many requests, or tokens, in any window of a second or a minute, whenever it begins. */
export interface Limit {
  /** Milliseconds until so much may pass. What is larger than the whole limit may pass when nothing else has. */
  wait(amount: number, time: number): number;
  take(amount: number, time: number): void;
  /** What passed at a time was so much more than was taken; less where it is negative. */
  correct(difference: number, time: number): void;
  /** What the server says of the limit, and what is left of it. */
  learn(limit: number | null, left: number | null, time: number): void;
  /** What the server says is not so: it is as if it had said nothing. */
  forget(): void;
  /** What the server says, where it limits anything; else Infinity. */
  readonly learned: number;
}

export interface LimitOptions {
  /** Undefined where the file sets none. */
  readonly told: number | undefined;
  /** Of the window, in milliseconds. */
  readonly length: number;
  /** What nobody reaches: a server that allows as much as this limits nothing. */
  readonly unreachable?: number;
}

/** We aim a hair below a limit, since what leaves us evenly does not arrive evenly. */
const aim = 0.99;

/** So much longer than the server's is the window that we look back on: what we send in one may reach it in another. */
const reach = 1.004;

/** In milliseconds: as late as timers are on a busy machine. */
const slack = 200;

const nobody = { used: 0, time: 0 };

/**
 * Evenly spaced, and never more than the limit in a window. Where others use the same quota, the server has less left than
 * we believe: what they used is held against the limit, and let go at the pace at which a quota comes back.
 */
export function createLimit({ told = Infinity, length, unreachable = Infinity }: LimitOptions): Limit {
  let spacing = createSpacing(rateOf(told), slack);
  const window = createSlidingWindow(length * reach);
  let ofServer = Infinity;
  let limit = told;
  /** What others had used of the server's quota, and when. */
  let others = nobody;
  /** When the full window lets the next one pass: it is late since then, and not since its place in the even spacing. */
  let roomAt = 0;

  function rateOf(limit: number): number {
    return (limit * aim) / length;
  }

  function usedByOthers(time: number): number {
    return others.used === 0 ? 0 : Math.max(0, others.used - ((time - others.time) * ofServer) / length);
  }

  /** Milliseconds until the others leave room for so much, as far as it is they who take it. */
  function untilOthersLeave(amount: number, time: number): number {
    const used = usedByOthers(time);
    if (used === 0) return 0;
    const missing = window.sum(time) + used + amount - ofServer;
    return Math.max(0, (Math.min(missing, used) * length) / ofServer);
  }

  return {
    wait(amount, time) {
      if (limit === Infinity) return 0;
      const fitting = Math.min(amount, limit);
      // A limit such as 1.5 a second is held by the spacing: a window of one second has two at times.
      const windowWait = window.until(Math.ceil(limit) - fitting, time);
      if (windowWait > 0) roomAt = time + windowWait;
      return Math.max(spacing.wait(time), windowWait, untilOthersLeave(fitting, time));
    },
    take(amount, time) {
      window.add(amount, time);
      if (limit === Infinity) return;
      spacing.take(amount, time, Math.min(roomAt, time));
    },
    correct(difference, time) {
      window.add(difference, time);
      if (limit !== Infinity) spacing.correct(difference);
    },
    learn(said, left, time) {
      if (said !== null && said > 0 && said !== ofServer) {
        ofServer = said < unreachable ? said : Infinity;
        limit = Math.min(told, ofServer);
        spacing.setRate(rateOf(limit));
      }
      if (left === null || ofServer === Infinity) return;
      others = { used: Math.max(0, ofServer - left - window.sum(time)), time };
    },
    forget() {
      ofServer = Infinity;
      limit = told;
      others = nobody;
      // What passed at that pace may have moved the next by days.
      spacing = createSpacing(rateOf(told), slack);
    },
    get learned() {
      return ofServer;
    },
  };
}
