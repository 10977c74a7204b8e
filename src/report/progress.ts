import type { LiveView, LiveViewOptions } from './live-view.ts';
import { paintFor } from './output.ts';
import { progressLines } from './progress-lines.ts';

/** Milliseconds between two frames. */
const interval = 100;

const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';
const wrapOff = '\u001B[?7l';
const wrapOn = '\u001B[?7h';
const clearRight = '\u001B[K';
const clearBelow = '\u001B[J';
const up = '\u001B[A';

/**
 * The last two lines of a terminal: a bar and counts, and below it how the run goes. Ten times a second it reads where the
 * run stands, whatever happens between, and draws what has changed:
 *
 * - A frame is one write that overwrites the last one, so that nothing flickers. Lines that are printed above it are one
 *   write with the frame drawn anew, so that nothing tears.
 * - The cursor rests at the beginning of the frame. When the terminal becomes narrower and folds it, the cursor stays with
 *   its first line, and all from there on is cleared before the next.
 */
export function createProgressBar({ output, clock, read }: LiveViewOptions): LiveView {
  const paint = paintFor(output);
  let frame = '';
  let columns = 0;
  let end: (() => void) | undefined;

  const draw = (before = '') => {
    const [counts, course] = progressLines(read(), output.columns, paint);
    const next = `\r${counts}${clearRight}\n\r${course}${clearBelow}${up}\r`;
    if (next === frame && output.columns === columns) return;
    const unfolded = output.columns === columns ? '' : `\r${clearBelow}`;
    ({ columns } = output);
    frame = next;
    output.write(before + unfolded + frame);
  };

  return {
    start() {
      if (end !== undefined) return;
      draw(hideCursor + wrapOff);
      end = clock.every(interval, () => draw());
    },
    print(lines) {
      if (end === undefined) output.write(`${lines}\n`);
      else output.write(`\r${clearBelow}${wrapOn}${lines}\n${wrapOff}${frame}`);
    },
    showsWaits: true,
    stop() {
      if (end === undefined) return;
      end();
      end = undefined;
      frame = '';
      output.write(`\r${clearBelow}${wrapOn}${showCursor}`);
    },
  };
}
