import type { Clock, Output } from './output.ts';
import type { Progress } from './tally.ts';

/** What shows the progress of a run between its first and its last line. */
export interface LiveView {
  start(): void;
  /** Prints whole lines, the last without its end; also before `start` and after `stop`. */
  print(lines: string): void;
  /** Whether it shows at any moment what the run waits for. */
  readonly showsWaits: boolean;
  /** May be called more than once. */
  stop(): void;
}

export interface LiveViewOptions {
  readonly output: Output;
  readonly clock: Clock;
  readonly read: () => Progress;
}
