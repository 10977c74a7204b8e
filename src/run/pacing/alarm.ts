/** One timer, at most. */
export interface Alarm {
  /** Rings in so many milliseconds, or before: whoever is rung looks again at what there is to do. */
  set(milliseconds: number): void;
  clear(): void;
}

export interface AlarmOptions {
  /** Milliseconds of a clock that is never set. */
  readonly elapsed: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Ends it for good. */
  readonly signal: AbortSignal;
  readonly ring: () => void;
}

/** No timer runs for longer, in milliseconds, so that no machine that slept lies on for as long as it was to wait. */
const longest = 60_000;

export function createAlarm({ elapsed, sleep, signal, ring }: AlarmOptions): Alarm {
  let running: { readonly due: number; readonly controller: AbortController } | undefined;
  signal.addEventListener('abort', clear, { once: true });

  function clear(): void {
    running?.controller.abort();
    running = undefined;
  }

  async function run(milliseconds: number, controller: AbortController): Promise<void> {
    try {
      await sleep(milliseconds, controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return;
      throw error;
    }
    // Cleared, or set anew, just when it rang.
    if (running?.controller !== controller) return;
    running = undefined;
    ring();
  }

  return {
    set(wanted) {
      if (signal.aborted) return;
      // Timers know whole milliseconds, and one that ran short would only be set again.
      const milliseconds = Math.min(longest, Math.max(1, Math.ceil(wanted)));
      const due = elapsed() + milliseconds;
      if (running !== undefined && running.due <= due) return;
      clear();
      const controller = new AbortController();
      running = { due, controller };
      void run(milliseconds, controller);
    },
    clear,
  };
}
