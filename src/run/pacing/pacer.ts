import type { Permit, Refusal, RequestEnd, Settled } from '../../models/contract.ts';
import type { PlanLimits, PlanRetry } from '../../plan.ts';
import { failure, success, type Result } from '../../result.ts';
import { createAlarm } from './alarm.ts';
import { createAnnouncer, type Wait } from './announcer.ts';
import { createBackOff } from './back-off.ts';
import { createFoundRate } from './found-rate.ts';
import { createLimits } from './limits.ts';
import { createOutage } from './outage.ts';
import type { PacedRequest } from './paced-request.ts';
import { createRecovery, type Trouble } from './recovery.ts';
import { createWaitingLine, type Leaving } from './waiting-line.ts';

/** The pace of one model, shared by all steps that ask it. */
export interface Pacer {
  /** As a gate's: at once where nothing holds the request up. Rejects only when `signal` aborts. */
  admit(request: PacedRequest, signal: AbortSignal): PacedAdmission | Promise<PacedAdmission>;
}

export type PacedAdmission = Result<PacedPermit, Refusal>;

export interface PacedPermit extends Permit {
  settle(end: RequestEnd): Settled;
}

export interface PacerOptions {
  readonly limits: PlanLimits;
  readonly retry: PlanRetry;
  /** Ends the pauses: the run has no more use of the model. */
  readonly signal: AbortSignal;
  /** A pause begins, or one that was told has become longer. */
  readonly paused: (wait: Wait) => void;
  /**
   * The model seems to be out, and all calls that wait have failed, maybe by their own fault: so many more than usual
   * should be begun, since one of those may be answered. 0: it answers again.
   */
  readonly spare?: (calls: number) => void;
  /** Something that a user should know of, and that is not waited for. */
  readonly notice?: (message: string) => void;
  /** Of all models together; absent: nothing bounds them. */
  readonly traffic?: Traffic;
  /** Milliseconds of a clock that is never set, as the one on the wall may be. */
  readonly elapsed: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
}

/** Requests that are under way. Never more than `most`, though more calls than that may wait. */
export interface Traffic {
  underWay: number;
  readonly most: number;
}

/** In milliseconds: how soon to look again whether others are through. */
const untilOthersEnd = 50;

/** So many calls beyond the usual are begun at most to find one that is answered: they are held in memory. */
const mostSpare = 64;

/** In milliseconds: who waits for so long for the pace that was found may wonder why. */
const longForPace = 5000;

/** A request that waits to be admitted. */
interface Ticket extends Leaving {
  readonly since: number;
  readonly request: PacedRequest;
  readonly admit: (admitted: PacedAdmission) => void;
}

/** What is known of a request that is under way. */
interface UnderWay {
  readonly request: PacedRequest;
  readonly admitted: number;
  /** Counts the requests that were let out. */
  readonly nth: number;
  /** Tokens that were reserved for it. */
  readonly reserved: number;
  readonly round: number;
  /** Whether it was let out to see whether the model answers again. */
  readonly isProbe: boolean;
}

/**
 * The pace of one model: as fast as its limits allow, those of the file, those that the server tells and those that its
 * 429s make known. While there are none, requests pass at once.
 *
 * A 429 pauses the whole model, for as long as Retry-After says or by a back-off; then one request probes, and the others
 * follow at the pace that was found. When different calls fail in a row, it is the model that is out: requests are let out
 * as probes only, and cost their calls no attempt, until one is answered, or all are refused because it lasts too long. It
 * is calls that have not failed yet that probe, as long as there are any: those which have may be at fault themselves.
 */
export function createPacer({ limits: told, retry, signal, paused, ...options }: PacerOptions): Pacer {
  const { elapsed, sleep, random, spare = () => {} } = options;
  const { traffic = { underWay: 0, most: Infinity } } = options;
  const began = elapsed();
  const limits = createLimits(told, options.notice);
  const found = createFoundRate();
  const outage = createOutage(retry.outage);
  const backOff = createBackOff(retry.max_delay, random);
  const announcer = createAnnouncer(paused);
  const recovery = createRecovery((time) => {
    backOff.reset();
    outage.accepted();
    found.recovered(time);
  });
  const line = createWaitingLine<Ticket>();
  /** Of calls that have failed since the model answered the last time. */
  const failedLine = createWaitingLine<Ticket>();
  const alarm = createAlarm({ elapsed, sleep, signal, ring: moveOn });
  let refusal: Refusal | undefined;
  let letOut = 0;
  let spared = 0;
  let isPaceTold = false;

  /** Milliseconds since the pacer was made. */
  function now(): number {
    return elapsed() - began;
  }

  function waitFor(request: PacedRequest, time: number): number {
    const held = recovery.wait(time);
    if (held > 0) return held;
    if (traffic.underWay >= traffic.most) return untilOthersEnd;
    const limited = limits.wait(request, time);
    if (limited > 0) announcer.tell({ duration: limited, reason: 'limits' }, time);
    return Math.max(limited, found.wait(time));
  }

  function pass(request: PacedRequest, time: number, waited: boolean): PacedAdmission {
    found.take(time, waited);
    letOut += 1;
    traffic.underWay += 1;
    const underWay: UnderWay = {
      request,
      admitted: time,
      nth: letOut,
      reserved: limits.take(request, time),
      isProbe: recovery.isProbing,
      round: recovery.take(time),
    };
    return success({ settle: (end) => settle(underWay, end) });
  }

  /** Where the next stands who may go. */
  function nextLine(): typeof line {
    const rather = outage.suspected ? line : failedLine;
    if (rather.first !== undefined) return rather;
    return outage.suspected ? failedLine : line;
  }

  function setSpare(calls: number): void {
    if (calls === spared) return;
    spared = calls;
    spare(calls);
  }

  /** Lets out whoever may go, in their order, and waits for the next. */
  function moveOn(): void {
    const time = now();
    for (let { first } = nextLine(); first !== undefined; { first } = nextLine()) {
      const wait = waitFor(first.request, time);
      if (wait > 0) {
        alarm.set(wait);
        return;
      }
      nextLine().shift();
      if (time - first.since >= longForPace) tellPace();
      first.admit(pass(first.request, time, true));
    }
    alarm.clear();
    recovery.idle();
  }

  function tellPace(): void {
    if (isPaceTold || !found.isKept) return;
    isPaceTold = true;
    options.notice?.(
      'the server refuses requests for its rate limit (429), and is asked no faster than it was found to bear',
    );
  }

  function settle(underWay: UnderWay, end: RequestEnd): Settled {
    const { request, admitted, reserved, round } = underWay;
    const time = now();
    traffic.underWay -= 1;
    limits.settle(request, end, { admitted, reserved, time });
    recovery.ended(round, time);
    const free = refusal !== undefined ? end.kind !== 'answered' : judge(underWay, end, time);
    if (nextLine().first !== undefined) moveOn();
    return free ? 'free' : 'used';
  }

  /** Whether the request was to no purpose and no fault of its call. */
  function judge(
    { request, admitted, nth, round, isProbe }: UnderWay,
    end: RequestEnd,
    time: number,
  ): boolean {
    switch (end.kind) {
      case 'aborted':
        return false;
      case 'answered':
        outage.answered();
        setSpare(0);
        announcer.answered();
        recovery.answered(round, time);
        return false;
      case 'limited':
        outage.limited(end.fault, time);
        found.refused(admitted, time);
        // The others were let follow it too soon.
        if (isProbe && !recovery.isProbing && !recovery.isOld(round)) {
          backOff.relapsed();
          outage.relapsed();
        }
        recovery.refused(time - admitted);
        holdBack(round, end.retry_after, 'rate_limited', time);
        return true;
      case 'unavailable':
      case 'unreachable': {
        const isUnreachable = end.kind === 'unreachable';
        outage.failed({ ...request, isUnreachable, nth, last: letOut }, end.fault, time);
        if (outage.suspected) holdBack(round, end.retry_after, 'unavailable', time);
        if (outage.doubtful && line.first === undefined) setSpare(Math.min(mostSpare, spared + 1));
        return outage.suspected;
      }
    }
  }

  /** Pauses the model, or makes its pause longer, or gives it up. */
  function holdBack(round: number, asked: number | null, trouble: Trouble, time: number): void {
    const left = outage.left(time);
    // Where there is no time left, it is not for the pause that it is too long.
    const tooLong = trouble === 'rate_limited' && left > 0 && asked !== null && asked > left ? asked : null;
    if (left <= 0 || tooLong !== null) {
      giveUp(outage.refusal(tooLong));
      return;
    }
    if (recovery.isOld(round)) {
      // Sent before the pause: it tells the same, or that the pause must be longer.
      if (asked !== null) recovery.extend(time + Math.min(backOff.heeded(trouble, asked), left));
    } else {
      // Cut to what is left, so that the last probe comes just at the end.
      recovery.pause(time + Math.min(backOff.next(trouble, asked), left), trouble);
    }
    if (!recovery.isPaused) return;
    const gives_up = trouble === 'unavailable' && { gives_up_in: left };
    announcer.tell({ duration: recovery.wait(time), reason: trouble, ...gives_up }, time);
  }

  function giveUp(reason: Refusal): void {
    refusal = reason;
    for (let { first } = nextLine(); first !== undefined; { first } = nextLine()) {
      nextLine().shift();
      first.admit(failure(reason));
    }
    alarm.clear();
  }

  function enqueue(request: PacedRequest, caller: AbortSignal): Promise<PacedAdmission> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        reject(reasonOf(caller));
        moveOn();
      };
      const ticket: Ticket = { request, since: now(), signal: caller, admit: resolve, leave };
      (outage.hasFailed(request.call) ? failedLine : line).add(ticket);
      if (nextLine().first === ticket) moveOn();
    });
  }

  return {
    admit(request, caller) {
      if (caller.aborted) return Promise.reject(reasonOf(caller));
      if (refusal !== undefined) return failure(refusal);
      if (nextLine().first === undefined) {
        const time = now();
        if (waitFor(request, time) === 0) return pass(request, time, false);
      }
      return enqueue(request, caller);
    },
  };
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}
