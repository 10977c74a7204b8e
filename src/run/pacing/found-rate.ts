import { createSlidingWindow } from './sliding-window.ts';
import { createThroughput } from './throughput.ts';

/** The pace that a server which tells no limit was found to bear. None is kept before it refuses for the first time. */
export interface FoundRate {
  /** Whether there is one that is kept. */
  readonly isKept: boolean;
  /** Milliseconds until the next request may pass. */
  wait(time: number): number;
  /** A request passes. `waited`: it would have passed before, had it been let. */
  take(time: number, waited: boolean): void;
  /** A request that passed then was refused by a 429. */
  refused(passedAt: number, time: number): void;
  /** The server takes requests again. */
  recovered(time: number): void;
}

const second = 1000;
const minute = 60_000;

/** A server that makes us pause for longer, in milliseconds, counts by the minute. */
const longPause = 5000;

/** What passed of fewer requests says more of chance than of the server. */
const meaningful = 10;

/**
 * It takes at least so long to come back to the pace at which the server refused, in milliseconds; where that was found by
 * little, which may have been chance, the shorter one.
 */
const quickest = 15_000;
const quickestByLittle = 3000;

/** Of what passed of late: refused at less than this, it is not by the pace. And from how far above it we then seek. */
const tooLittle = 0.5;
const farBeyond = 8;

/** In milliseconds. After a rest little passes at once, since there are servers that bear nothing else. */
const slack = 20;

/**
 * Additive increase, multiplicative decrease: what the server let pass is what it bears. We go on a little below that, come
 * back to it slowly, and leave it behind ever faster, so that a limit that was raised is soon found. A server that made us
 * pause for long counts over a long time, so it is tried more slowly.
 *
 * Where little has passed, that tells little: the server may have borne no more since others used it, or have borne a burst.
 * From there the pace doubles each second, until the next refusal.
 *
 * Some servers refuse by chance, or since all of their users together are too many. To go slower does not help there, and
 * each refusal would take its part of the pace: refused at much less than what passed of late, we seek far above that. A
 * server that has come to bear less refuses there at once, and is found as at first.
 */
export function createFoundRate(): FoundRate {
  const passed = createSlidingWindow(2 * minute, 1200);
  const throughput = createThroughput(passed);
  /** Per millisecond. */
  let borne = Infinity;
  let isSeeking = false;
  let due = 0;
  let lastPassed = 0;
  let measuredSince = 0;
  let recoveredAt = 0;
  let refusedAt: number | undefined;
  /** Time in which requests came as fast as they were let, since the recovery. */
  let used = 0;
  let patience = quickest;

  function rate(): number {
    if (isSeeking) return borne * 2 ** (used / second);
    const progress = used / patience;
    return borne * (0.95 + 0.05 * progress + 0.05 * progress ** 2);
  }

  /** Per millisecond, of what passed from then to now, had it taken so long, which is a millisecond at least. */
  function passedSince(began: number, time: number, duration: number): number {
    return Math.max(1, passed.sumSince(began, time)) / Math.max(1, duration);
  }

  function seekFrom(measured: number): void {
    isSeeking = true;
    borne = Math.max(measured, 1 / second);
  }

  function settleAt(measured: number): void {
    isSeeking = false;
    borne = measured;
  }

  /** Finds what the server bears by what passed until it refused, and by the pause after that. */
  function measure(refused: number, time: number): void {
    const pause = time - refused;
    const minuteBefore = Math.max(0, refused - minute);
    if (pause > longPause) {
      throughput.countLonger();
      const ofMinute = passedSince(minuteBefore, time, Math.min(minute, time - minuteBefore));
      if (passed.sumSince(minuteBefore, time) < meaningful) seekFrom(ofMinute);
      else settleAt(ofMinute);
      return;
    }

    if (rate() < tooLittle * throughput.best) {
      seekFrom(farBeyond * throughput.best);
      throughput.forget();
      return;
    }

    const atLast = passedSince(refused - second, time, second);
    if (borne === Infinity) {
      seekFrom(atLast);
      return;
    }
    if (isSeeking) {
      settleAt(Math.min(2 * atLast, (atLast + rate()) / 2));
      return;
    }
    settleAt(measureUsed(Math.max(measuredSince, minuteBefore), refused, time));
  }

  function measureUsed(began: number, refused: number, time: number): number {
    // Where nobody waited, it was too much at the end only.
    if (used * 2 < refused - began) return borne * 0.95;
    const lower = borne * 0.8;
    if (passed.sumSince(began, time) < meaningful) return lower;
    // Some servers save up for us what we do not use in the pause, others do not.
    const least = passedSince(began, time, (refused + time) / 2 - began);
    const most = passedSince(began, time, refused - began);
    return Math.min(most, Math.max(least, lower));
  }

  return {
    get isKept() {
      return borne !== Infinity;
    },
    wait: (time) => (borne === Infinity ? 0 : Math.max(0, due - time)),
    take(time, waited) {
      passed.add(1, time);
      lastPassed = time;
      if (borne === Infinity) return;
      if (waited && refusedAt === undefined) used += isSeeking ? Math.min(second, 1 / rate()) : 1 / rate();
      due = Math.max(due, time - slack) + 1 / rate();
    },
    refused(passedAt, time) {
      passed.add(-1, passedAt);
      // It was sent before the pause that is over: the server has said yes since.
      if (passedAt < recoveredAt || refusedAt !== undefined) return;
      refusedAt = time;
      throughput.measure(time);
      due = time;
    },
    recovered(time) {
      if (refusedAt === undefined) return;
      measure(refusedAt, time);
      const isMeaningful = passed.sumSince(measuredSince, time) >= meaningful;
      patience = Math.min(minute, Math.max(isMeaningful ? quickest : quickestByLittle, time - refusedAt));
      if (isMeaningful) measuredSince = time;
      recoveredAt = time;
      throughput.begin(time);
      refusedAt = undefined;
      used = 0;
      due = lastPassed + 1 / rate();
    },
  };
}
