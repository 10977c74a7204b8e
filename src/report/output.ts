import { styleText } from 'node:util';

/** Where a view writes: stderr for what people read, stdout for data. */
export interface Output {
  write(text: string): void;
  /** The terminal's width now; it may change while a run goes on. 80 where there is none. */
  readonly columns: number;
  readonly isTerminal: boolean;
  /** Whether colours are wanted; never true for a file or a pipe unless the user asked for it. */
  readonly color: boolean;
}

/** Time as the views know it. */
export interface Clock {
  /** Milliseconds from any fixed moment; never goes back. */
  now(): number;
  /** Calls `tick` every so many milliseconds until the returned function is called. */
  every(interval: number, tick: () => void): () => void;
}

/** The clock of the machine. Its ticks keep no process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  every(interval, tick) {
    const timer = setInterval(tick, interval);
    timer.unref();
    return () => clearInterval(timer);
  },
};

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

export type Paint = (style: Style, text: string) => string;

/**
 * Colours a text, or leaves it as it is. Whether colours are wanted was decided with the output, not by
 * `styleText`.
 */
export function paintFor(output: Pick<Output, 'color'>): Paint {
  return output.color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
}

/** Each word by itself, for what may be broken between them: no colour then runs over the end of a line. */
export function paintWords(paint: Paint, style: Style, text: string): string {
  return text
    .split(' ')
    .map((word) => (word === '' ? '' : paint(style, word)))
    .join(' ');
}
