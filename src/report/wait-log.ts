import type { ModelPaused } from '../run/events.ts';
import type { Style } from './output.ts';
import { waitInWords } from './waits.ts';

/** Milliseconds from which on a wait that passes by itself is worth a line. */
const long = 10_000;

/** Milliseconds after a wait within which another one is the same trouble, told already. */
const apart = 120_000;

const stops = 'then the run stops by itself, to be resumed: ';

export interface WaitLog {
  /** A model is not asked for a while. */
  add(event: ModelPaused): void;
}

interface WaitLogOptions {
  readonly print: (line: string, style: Style) => void;
  /** Milliseconds. */
  readonly now: () => number;
  /** Whether waits are seen anyway: then only those are told that may stop the run. */
  readonly seen: boolean;
}

/** Tells that a long wait begins: once, however often it is told to go on. */
export function createWaitLog({ print, now, seen }: WaitLogOptions): WaitLog {
  const toldUntil = new Map<string, number>();
  return {
    add({ model, reason, duration, gives_up_in }) {
      const down = reason === 'unavailable';
      const trouble = `${reason} ${model}`;
      const ends = now() + duration;
      const until = toldUntil.get(trouble) ?? -Infinity;
      const known = now() < until;
      if (!known && !down && (seen || duration < long)) return;
      toldUntil.set(trouble, Math.max(until, ends + apart));
      if (known) return;
      const left = down ? (gives_up_in ?? null) : duration;
      print(waitInWords({ model, reason, left }), 'yellow');
      if (down) print(`  ${left === null ? '' : stops}nothing is lost`, 'dim');
    },
  };
}
