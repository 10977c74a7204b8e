import { Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import type { LiveView, LiveViewOptions } from './live-view.ts';
import { paintFor } from './output.ts';
import { progressLine } from './progress-line.ts';

const saveCursor = '\u001B7';
const restoreCursor = '\u001B8';
const clearBelow = '\u001B[J';
const wrapOn = '\u001B[?7h';
const wrapOff = '\u001B[?7l';

/**
 * A bar in the terminal's last line. Ten times a second it reads where the run stands, and draws what has changed.
 * cli-progress keeps the time and draws; two things are done here that it does not do:
 *
 * - Lines are printed above the bar, in one write with the redrawn bar, so that nothing tears.
 * - The cursor rests at the beginning of the bar, and all below it is cleared with each frame. When the terminal
 *   becomes narrower and folds the bar into two lines, the cursor stays with the first and the rest goes away.
 */
export function createProgressBar({ output, read }: LiveViewOptions): LiveView {
  const paint = paintFor(output);
  let pending = '';
  let frame = '';
  let active = false;

  const flush = (ending: string) => {
    output.write(pending + ending);
    pending = '';
  };

  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, written) {
      // Its return to where the bar began would end up in the lines that have been printed since.
      if (chunk !== saveCursor && chunk !== restoreCursor) pending += chunk;
      written();
    },
  });

  const bar = new SingleBar({
    stream: Object.assign(stream, { isTTY: true }),
    format: () => (frame = progressLine(read(), output.columns, paint)),
    fps: 10,
    hideCursor: true,
    linewrap: false,
    clearOnComplete: true,
    // What a signal does is for the caller to decide.
    gracefulExit: false,
  });
  bar.on('redraw-post', () => flush(`${clearBelow}\r`));

  return {
    start() {
      if (active) return;
      active = true;
      bar.start(0, 0);
    },
    print(lines) {
      if (!active) return output.write(`${lines}\n`);
      return output.write(`\r${clearBelow}${wrapOn}${lines}\n${wrapOff}${frame}${clearBelow}\r`);
    },
    showsWaits: true,
    stop() {
      if (!active) return;
      active = false;
      bar.stop();
      flush('');
    },
  };
}
