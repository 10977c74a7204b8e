import { formatDuration } from '../../duration.ts';
import type { Refusal } from '../../models/contract.ts';

/** What speaks for it that the model answers nobody. */
export interface Outage {
  /** Somebody was answered. */
  answered(): void;
  /** A request was refused by a 429. */
  limited(fault: string | null, time: number): void;
  /** As it seems, requests are refused no more. */
  accepted(): void;
  /** They were refused still: as if it had never seemed otherwise. */
  relapsed(): void;
  /** A request failed by a fault that passes. */
  failed(request: FailedRequest, fault: string | null, time: number): void;
  /** Whether the model seems to be out for everybody, and not for one request alone. */
  readonly suspected: boolean;
  /** Whether the calls that have failed may each be at fault themselves, so that one more could still be answered. */
  readonly doubtful: boolean;
  /** Whether the call has failed since somebody was answered. */
  hasFailed(call: object): boolean;
  /** Milliseconds until it has lasted for too long. */
  left(time: number): number;
  /** Why nothing is sent any more. */
  refusal(asked: number | null): Refusal;
}

export interface FailedRequest {
  readonly call: object;
  /** Whether the call's record failed in an earlier session: that it fails again says nothing of the model. */
  readonly failed_before: boolean;
  /** Whether it failed by a fault that no request is the cause of. */
  readonly isUnreachable: boolean;
  /** Counts the requests that were let out: this one, and the last. */
  readonly nth: number;
  readonly last: number;
}

/** So many calls in a row have to fail before it is the model that is out: one or two may fail by what they ask. */
const suspicious = 3;

const remedy = 'run `pipe resume` later, or raise `retry.outage`';

/**
 * It is the model that is out when calls fail in a row to reach it; or when they fail by what they may be the cause of, and
 * among them one that came when others had failed already: some that were under way together may each be at fault
 * themselves, as the last few of a run are that nothing helps. It never counts that a call fails again which failed before
 * others were answered. `longest`: how long nobody may be answered, in milliseconds.
 */
export function createOutage(longest: number): Outage {
  /** The calls that have failed since somebody was answered. */
  let failing = new Set<object>();
  /** Those of them that could not reach the model. */
  let unreached = new Set<object>();
  const atFault = new WeakSet<object>();
  /** How many requests had been let out when the first of them failed. */
  let began = 0;
  let isConfirmed = false;
  let since: number | undefined;
  /** When it began, if it seems to be over by no more than that a request was not refused. */
  let before: number | undefined;
  let last: { readonly code: 'rate_limited' | 'outage'; readonly fault: string | null } | undefined;

  function isUnreached(): boolean {
    return unreached.size >= suspicious;
  }

  function isSuspected(): boolean {
    return isUnreached() || (isConfirmed && failing.size >= suspicious);
  }

  return {
    answered() {
      if (last === undefined) return;
      for (const call of failing) atFault.add(call);
      failing = new Set();
      unreached = new Set();
      isConfirmed = false;
      since = undefined;
      before = undefined;
      last = undefined;
    },
    accepted() {
      if (last?.code !== 'rate_limited' || since === undefined) return;
      before = since;
      since = undefined;
    },
    relapsed() {
      since = before ?? since;
    },
    limited(fault, time) {
      last = { code: 'rate_limited', fault };
      since ??= time;
    },
    failed({ call, failed_before, isUnreachable, nth, last: newest }, fault, time) {
      last = { code: 'outage', fault };
      if (failed_before || atFault.has(call)) return;
      if (failing.size === 0) began = newest;
      isConfirmed ||= nth > began && !failing.has(call);
      failing.add(call);
      if (isUnreachable) unreached.add(call);
      if (isSuspected()) since ??= time;
    },
    get suspected() {
      return isSuspected();
    },
    get doubtful() {
      return isSuspected() && !isUnreached();
    },
    hasFailed: (call) => failing.has(call),
    left: (time) => (since === undefined ? longest : since + longest - time),
    refusal(asked) {
      const code = last?.code ?? 'outage';
      const fault = last?.fault ?? null;
      const atLast = fault === null ? '' : ` (at the last: ${fault})`;
      if (code === 'outage')
        return { code, message: `no request succeeded for ${formatDuration(longest)}${atLast}: ${remedy}` };
      const what =
        asked === null
          ? `every request was refused for ${formatDuration(longest)}`
          : `the server asks for a pause of ${formatDuration(asked)}, and \`retry.outage\` is ${formatDuration(longest)}`;
      return { code, message: `${what}${atLast}: lower \`limits\`, ${remedy}` };
    },
  };
}
