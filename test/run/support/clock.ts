/** Time that stands still until a test moves it. */
export interface ManualClock {
  readonly now: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Moves the time on, waking each sleeper at its moment and letting it act before the next. */
  advance(milliseconds: number): Promise<void>;
  /** Milliseconds that each sleeper still has to wait, the next first. */
  readonly sleeping: readonly number[];
}

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** Lets everything that needs no timer and no disk happen. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export function manualClock(start = Date.UTC(2026, 0, 31, 23, 59, 58)): ManualClock {
  let time = start;
  const sleepers = new Set<Sleeper>();
  const ordered = () => [...sleepers].sort((one, other) => one.due - other.due);
  return {
    now: () => time,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(new Error('aborted'));
          return;
        }
        const sleeper: Sleeper = {
          due: time + milliseconds,
          wake() {
            sleepers.delete(sleeper);
            signal.removeEventListener('abort', leave);
            resolve();
          },
        };
        const leave = () => {
          sleepers.delete(sleeper);
          reject(new Error('aborted'));
        };
        sleepers.add(sleeper);
        signal.addEventListener('abort', leave, { once: true });
      }),
    async advance(milliseconds) {
      const end = time + milliseconds;
      for (;;) {
        await settled();
        const [next] = ordered();
        if (next === undefined || next.due > end) break;
        time = next.due;
        next.wake();
      }
      time = end;
    },
    get sleeping() {
      return ordered().map(({ due }) => due - time);
    },
  };
}
