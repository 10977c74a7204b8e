import { readFileSync } from 'node:fs';
import { createReporter } from '../../src/report/registry.ts';
import type { Clock } from '../../src/report/output.ts';
import type { ReporterMode, ReporterOptions } from '../../src/report/reporter.ts';
import type { RunEvent } from '../../src/run/events.ts';

/** A clock that stands still until it is moved; its ticks happen on the way, in order. */
export function createManualClock(): Clock & { advanceTo(moment: number): void; readonly ticking: number } {
  const tickers = new Set<{ readonly interval: number; readonly tick: () => void; next: number }>();
  let now = 0;
  return {
    now: () => now,
    every(interval, tick) {
      const ticker = { interval, tick, next: now + interval };
      tickers.add(ticker);
      return () => tickers.delete(ticker);
    },
    advanceTo(moment) {
      for (;;) {
        const due = [...tickers].filter(({ next }) => next <= moment).sort((a, b) => a.next - b.next)[0];
        if (due === undefined) break;
        now = due.next;
        due.next += due.interval;
        due.tick();
      }
      now = Math.max(now, moment);
    },
    get ticking() {
      return tickers.size;
    },
  };
}

/**
 * A run as a golden case keeps it: each event with its moment, in milliseconds from the start; without one,
 * no time passes.
 */
export interface RecordedRun {
  readonly options: Pick<ReporterOptions, 'inputPath' | 'outputPath' | 'github'>;
  readonly events: readonly (RunEvent & { readonly at?: number })[];
}

export function readRecordedRun(path: string): RecordedRun {
  return JSON.parse(readFileSync(path, 'utf8')) as RecordedRun;
}

export interface ReplayOptions {
  readonly mode: ReporterMode;
  readonly color?: boolean;
}

/** What a reporter writes of a recorded run, off a terminal. */
export function replay({ options, events }: RecordedRun, { mode, color = false }: ReplayOptions): string {
  let text = '';
  const clock = createManualClock();
  const reporter = createReporter({
    ...options,
    mode,
    clock,
    output: { write: (more) => (text += more), columns: 80, isTerminal: false, color },
    exitCodeOf: ({ state, failed }) => (state === 'completed' && !failed ? 0 : 1),
  });
  for (const event of events) {
    clock.advanceTo(event.at ?? clock.now());
    reporter.on(event);
  }
  reporter.finish();
  if (clock.ticking > 0) throw new Error('the reporter has left a timer behind');
  return text;
}
