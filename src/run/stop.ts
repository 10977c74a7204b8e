import type { RunStopping, StopReason } from './events.ts';
import { controllerForMany } from './listeners.ts';
import { graceOf, type RunOptions } from './options.ts';
import { interrupted } from './reasons.ts';

/**
 * How far a run has stopped, each including those before it: no record is pulled any more; no step or call begins any
 * more; what is in flight is ended.
 */
export type Halt = 'records' | 'calls' | 'everything';

const rank = { records: 1, calls: 2, everything: 3 } as const;

/** The one place that knows whether a run goes on, and why not. */
export interface Stop {
  /**
   * Stops, or stops more. The first reason stays, but a local failure is told before all others: results are at
   * stake. `grace`: milliseconds that what is in flight is given, also where it was waited for without an end until now;
   * the first counts.
   */
  request(reason: StopReason, halt: Halt, grace?: number): void;
  /** Whether the run has stopped as far as this. */
  halted(halt: Halt): boolean;
  /** Aborted when no call begins any more: a call that only waits to send its next request ends then. */
  readonly signal: AbortSignal;
  readonly reason: StopReason | undefined;
}

export function createStop(told: (event: RunStopping) => void): Stop {
  let reason: StopReason | undefined;
  let level = 0;
  let isTimed = false;
  const calls = controllerForMany();

  return {
    request(because, halt, grace) {
      const overrides = reason === undefined || (because.kind === 'local' && reason.kind !== 'local');
      const times = grace !== undefined && !isTimed && level < rank.everything;
      if (!overrides && !times && rank[halt] <= level) return;
      if (overrides) reason = because;
      isTimed ||= grace !== undefined;
      level = Math.max(level, rank[halt]);
      const how = level === rank.everything ? 'aborting' : 'draining';
      told({
        type: 'run_stopping',
        how,
        reason: reason ?? because,
        ...(level === rank.records && { to_the_end: true }),
        ...(grace !== undefined && { grace }),
      });
      if (level >= rank.calls) calls.abort();
    },
    halted: (halt) => level >= rank[halt],
    signal: calls.signal,
    get reason() {
      return reason;
    },
  };
}

/**
 * Stops the run when one of its signals aborts: `drain` gives what is in flight a time of grace, `abort` none. What is
 * given back ends that.
 */
export function stopOnInterrupt(stop: Stop, options: RunOptions): () => void {
  const { drain, abort } = options;
  const draining = () => stop.request(reasonOf(drain), 'calls', graceOf(options));
  const aborting = () => stop.request(reasonOf(abort), 'everything');
  if (drain?.aborted === true) draining();
  if (abort?.aborted === true) aborting();
  drain?.addEventListener('abort', draining);
  abort?.addEventListener('abort', aborting);
  return () => {
    drain?.removeEventListener('abort', draining);
    abort?.removeEventListener('abort', aborting);
  };
}

/** What the signal was aborted with, where that is a reason to stop; a bare signal is the user's. */
function reasonOf(signal: AbortSignal | undefined): StopReason {
  const reason: unknown = signal?.reason;
  const told = typeof reason === 'object' && reason !== null && 'kind' in reason && 'message' in reason;
  return told ? (reason as StopReason) : interrupted;
}
