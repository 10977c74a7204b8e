import type { LiveView, LiveViewOptions } from './live-view.ts';

/** Prints what it is given, and nothing of its own. */
export function createNoView({ output }: LiveViewOptions): LiveView {
  return { start() {}, print: (lines) => output.write(`${lines}\n`), showsWaits: false, stop() {} };
}
