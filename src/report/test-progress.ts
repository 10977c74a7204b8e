import { printable } from '../diagnostic/printable.ts';
import type { RunEvent } from '../run/events.ts';
import type { LiveView } from './live-view.ts';
import { formatAmount } from './numbers.ts';
import { paintFor, type Clock, type Output } from './output.ts';
import { createPlainLog } from './plain-log.ts';
import { createProgressBar } from './progress.ts';
import { createTally, type Tally } from './tally.ts';
import { isolated } from './text.ts';
import { createWaitLog } from './wait-log.ts';

/** Follows the runs that record answers for tests. */
export interface TestProgress {
  readonly on: (event: RunEvent) => void;
  /** Leaves the terminal as it was. To be called however the runs ended. */
  readonly finish: () => void;
}

export interface TestProgressOptions {
  readonly output: Output;
  readonly clock: Clock;
  /** Whether the output can redraw lines, as a terminal does. */
  readonly live: boolean;
}

/**
 * What people are told while answers are recorded, which may take minutes: how much there is to ask, how far it is, and what
 * holds it up. Runs of records come one after the other; those of verdicts go side by side, and nobody knows how many there
 * will be: of these no progress is shown.
 */
export function createTestProgress({ output, clock, live }: TestProgressOptions): TestProgress {
  const now = () => clock.now();
  let shown: { readonly tally: Tally; readonly view: LiveView } | undefined;
  const print = (line: string) => (shown === undefined ? output.write(`${line}\n`) : shown.view.print(line));
  const paint = paintFor(output);
  const waits = createWaitLog({ print: (line, style) => print(paint(style, line)), now, seen: live });

  function show(): void {
    const tally = createTally(now);
    const createView = live ? createProgressBar : createPlainLog;
    shown = { tally, view: createView({ output, clock, read: () => tally.read() }) };
  }

  function finish(): void {
    shown?.view.stop();
    shown = undefined;
  }

  return {
    on(event) {
      if (event.type === 'run_started' && !event.simulated && event.replayed !== true) {
        const { pipeline, total } = event;
        const what = total === null ? 'for verdicts' : `about ${formatAmount(total, 'record')}`;
        print(`${isolated(printable(pipeline))}: asking ${what}, where no answer is recorded`);
        if (total !== null) show();
      }
      shown?.tally.add(event);
      if (event.type === 'run_started') shown?.view.start();
      if (event.type === 'model_paused') waits.add(event);
      if (event.type === 'notice') print(`warning: ${printable(event.message)}`);
      if (event.type === 'run_finished') finish();
    },
    finish,
  };
}
