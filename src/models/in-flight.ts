import type { Collector } from './collector.ts';

/** An exchange under way. */
export interface Flight {
  /** Undefined when it is over. */
  collector: Collector | undefined;
  readonly signal: AbortSignal;
  /** When it began, and when it has taken too long, by the monotonic clock, in milliseconds. */
  readonly began: number;
  readonly due: number;
}

/** The exchanges under way, each of which ends by its answer, by its signal or by the time-out. */
export interface InFlight {
  begin(collector: Collector, signal: AbortSignal): Flight;
  /** To be called once its answer, or whatever else ended it, is there. */
  over(flight: Flight): void;
}

/**
 * Ends an exchange when its signal aborts, and when it has taken `timeout` milliseconds. One timer serves all of them:
 * who began first is due first. So does one listener to each signal, which is that of a whole run: a timer and a listener
 * for each exchange would cost as much as sending it.
 */
export function createInFlight(timeout: number): InFlight {
  /** In the order in which they began. */
  const flights = new Set<Flight>();
  const heard = new WeakSet<AbortSignal>();
  let timer: NodeJS.Timeout | undefined;

  function hear(signal: AbortSignal): void {
    if (heard.has(signal)) return;
    heard.add(signal);
    const abort = (): void => {
      for (const flight of flights) if (flight.signal === signal) flight.collector?.end('aborted');
    };
    signal.addEventListener('abort', abort, { once: true });
  }

  /** What has come while this process was stopped, or was busy, is read before it is found to be too late. */
  function expire(): void {
    setImmediate(endOverdue);
  }

  function endOverdue(): void {
    // Another may have begun in the turn between.
    clearTimeout(timer);
    timer = undefined;
    const now = performance.now();
    for (const { collector, due } of flights) {
      if (due > now) {
        timer = setTimeout(expire, Math.ceil(due - now));
        return;
      }
      collector?.end('timed_out');
    }
  }

  return {
    begin(collector, signal) {
      hear(signal);
      const began = performance.now();
      const flight = { collector, signal, began, due: began + timeout };
      flights.add(flight);
      timer ??= setTimeout(expire, timeout);
      return flight;
    },
    over(flight) {
      flights.delete(flight);
      // A set that has been rebuilt leaves its old table behind, with all that was in it then, until old memory is collected.
      flight.collector = undefined;
      if (flights.size > 0) return;
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
