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
  readonly begin: () => void;
}

/**
 * Of the calls that wait, the oldest record's gets the slot that comes free: so records end one after the other instead of
 * all being begun and none finished. A slot comes free however its call ends.
 */
export function createCallSlots(concurrency: number): CallSlots {
  const waiting: Waiting[] = [];
  let held = 0;
  let extra = 0;

  // One function for all calls: many hold a slot at one time, and each promise and closure weighs on the collector.
  const ended = <Value>(value: Value): Value => {
    free();
    return value;
  };
  const failed = (error: unknown): never => {
    free();
    throw error;
  };

  function free(): void {
    held -= 1;
    fill();
  }

  function hold<Value>(call: () => Promise<Value>): Promise<Value> {
    held += 1;
    try {
      return call().then(ended<Value>, failed);
    } catch (error) {
      // Before it has made a promise.
      free();
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  function isFree(): boolean {
    return held < concurrency + extra;
  }

  /** Has whoever waits begin, as long as a slot is free. */
  function fill(): void {
    while (isFree()) {
      const next = oldest();
      if (next === undefined) return;
      next.begin();
    }
  }

  function oldest(): Waiting | undefined {
    let found = 0;
    for (let at = 1; at < waiting.length; at++) {
      if ((waiting[at]?.sequence ?? 0) < (waiting[found]?.sequence ?? 0)) found = at;
    }
    return waiting.splice(found, 1)[0];
  }

  return {
    run(sequence, call) {
      // While a slot is free, nobody waits.
      if (isFree()) return hold(call);
      return new Promise((resolve, reject) => {
        waiting.push({ sequence, begin: () => void hold(call).then(resolve, reject) });
      });
    },
    widen(more) {
      extra = more;
      // Not at once: whoever widens is in the midst of what the calls that begin then would ask.
      queueMicrotask(fill);
    },
    get extra() {
      return extra;
    },
  };
}
