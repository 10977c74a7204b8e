import type { StopReason } from '../run/events.ts';
import { graceOf } from '../run/options.ts';
import { hungUp, interrupted, terminated } from '../run/reasons.ts';

/** What the user or the system asks of a run by signals: first to finish what is in flight, then to end at once. */
export interface Interrupts {
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  /** Signals that have come. */
  readonly heard: number;
  /** Aborted 27 s after the first signal, or 2 s after the second: whoever reads is not waited for any longer. */
  readonly end: AbortSignal;
  /** Finishes what is in flight, for another reason than a signal. */
  stop(reason: StopReason): void;
  /** Gives the signals back to Node. */
  release(): void;
}

/** SIGHUP comes when a terminal is closed; under `nohup` too, since Node resets what it inherits about signals. */
const signals = { SIGINT: interrupted, SIGTERM: terminated, SIGHUP: hungUp } as const;
type Signal = keyof typeof signals;

/** Milliseconds; with the grace of the first signal still less than the 30 s of Kubernetes. */
const lastTaking = 2000;

export function listenForInterrupts(): Interrupts {
  const drain = new AbortController();
  const abort = new AbortController();
  const end = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const endAfter = (milliseconds: number) => {
    timers.push(setTimeout(() => end.abort(), milliseconds).unref());
  };
  let heard = 0;
  const hear = (signal: Signal) => {
    heard += 1;
    // Before the signal is told of: who hears it may give the signals back at once.
    endAfter(heard === 1 ? graceOf({}) + lastTaking : lastTaking);
    // What is being finished already, for another reason, has its grace left at the first signal.
    (heard === 1 ? drain : abort).abort(signals[signal]);
  };
  for (const signal of Object.keys(signals)) process.on(signal, hear);
  return {
    drain: drain.signal,
    abort: abort.signal,
    end: end.signal,
    get heard() {
      return heard;
    },
    stop: (reason) => drain.abort(reason),
    release() {
      for (const signal of Object.keys(signals)) process.off(signal, hear);
      timers.forEach(clearTimeout);
    },
  };
}

/** What a signal asks of a command that has nothing to finish. */
export interface Interrupt {
  /** Aborts at the first signal; its reason is a `StopReason`. The second is Node's: it ends what does not heed the first. */
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  release(): void;
}

export function listenForInterrupt(): Interrupt {
  const interrupts = listenForInterrupts();
  const release = () => interrupts.release();
  interrupts.drain.addEventListener('abort', release, { once: true });
  return { signal: interrupts.drain, release };
}

/** Resolves at the first of the signals that ask a process to end. */
export function untilInterrupted(): Promise<void> {
  const { signal } = listenForInterrupt();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** What the work gives; undefined where the signal aborts first, with the work left to itself. */
export async function unlessAborted<Value>(
  work: Promise<Value>,
  signal: AbortSignal,
): Promise<Value | undefined> {
  const given = new AbortController();
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true, signal: given.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    given.abort();
  }
}
