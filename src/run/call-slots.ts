import pLimit from 'p-limit';

/** The calls of one kind (of models, of tools) that may run at one time, over all steps. */
export interface CallSlots {
  /** Runs the call when a slot is free. Never ask for a slot while holding one: with all held so, none comes free. */
  run<Value>(sequence: number, call: () => Promise<Value>): Promise<Value>;
  /** There are so many slots more than usual; who holds one that is taken away keeps it to the end of its call. */
  widen(extra: number): void;
  /** How many more than usual there are. */
  readonly extra: number;
}

interface Waiting {
  readonly sequence: number;
  readonly call: () => Promise<void>;
}

/**
 * p-limit holds the slots and frees them whatever happens; which of the waiting calls gets a free one is decided here:
 * the oldest record's. So records end one after the other instead of all being begun and none finished.
 */
export function createCallSlots(concurrency: number): CallSlots {
  const limit = pLimit(concurrency);
  const waiting: Waiting[] = [];

  /** One slot runs one call, though not always the one that asked for it. */
  async function runOldest(): Promise<void> {
    let oldest = 0;
    for (let at = 1; at < waiting.length; at++) {
      if ((waiting[at]?.sequence ?? 0) < (waiting[oldest]?.sequence ?? 0)) oldest = at;
    }
    const [next] = waiting.splice(oldest, 1);
    await next?.call();
  }

  return {
    run(sequence, call) {
      // While a slot is free, nobody waits.
      if (limit.activeCount < limit.concurrency) return limit(call);
      return new Promise((resolve, reject) => {
        waiting.push({ sequence, call: () => call().then(resolve, reject) });
        // What the call does is told to whoever asked for it; the slot itself never fails.
        void limit(runOldest);
      });
    },
    widen(extra) {
      limit.concurrency = concurrency + extra;
    },
    get extra() {
      return limit.concurrency - concurrency;
    },
  };
}
