import type { SlidingWindow } from './sliding-window.ts';

/** The most that has passed of late, the server's pauses included: whatever it refuses by, so much it bears. */
export interface Throughput {
  /** Per millisecond; 0 while it is not known. */
  readonly best: number;
  /** From then on it is measured, unless it is by now: what passes before a first refusal is a burst. */
  begin(time: number): void;
  /** The server counts over a long time, so that what passes in a short one says little. */
  countLonger(): void;
  measure(time: number): void;
  /** It has to show again, by what passes after the next `begin`. */
  forget(): void;
}

const second = 1000;
const minute = 60_000;

/** In milliseconds: the time over which it is measured, and the shortest that what passes is divided by. */
const usual = { span: 10 * second, least: 5 * second };
const long = { span: minute, least: minute };

/** In milliseconds: what passed longer ago says nothing of the server now. */
const late = 2 * minute;

/** `passed`: what has passed, over a minute at least. */
export function createThroughput(passed: SlidingWindow): Throughput {
  let over = usual;
  let began = Infinity;
  let best = 0;
  let bestAt = 0;
  return {
    get best() {
      return best;
    },
    begin(time) {
      began = Math.min(began, time);
    },
    countLonger() {
      if (over === long) return;
      over = long;
      best = 0;
    },
    measure(time) {
      if (began > time) return;
      const since = Math.max(began, time - over.span);
      const measured = passed.sumSince(since, time) / Math.max(over.least, time - since);
      if (measured < best && time - bestAt <= late) return;
      best = measured;
      bestAt = time;
    },
    forget() {
      best = 0;
      began = Infinity;
    },
  };
}
