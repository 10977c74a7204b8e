import { printable } from '../diagnostic/printable.ts';
import type { RunEvent } from '../run/events.ts';
import { formatAmount } from './numbers.ts';
import { paintFor, type Clock, type Output } from './output.ts';
import { createWaitLog } from './wait-log.ts';

/** What people are told while answers are recorded, which may take minutes: how much there is to ask, and what holds it up. */
export function createTestProgress(output: Output, clock: Pick<Clock, 'now'>): (event: RunEvent) => void {
  const print = (line: string) => output.write(`${line}\n`);
  const waits = createWaitLog({ print, paint: paintFor(output), now: () => clock.now(), seen: false });
  return (event) => {
    switch (event.type) {
      case 'run_started': {
        const { pipeline, total, simulated, replayed } = event;
        if (simulated || replayed) return;
        const what = total === null ? 'for verdicts' : `about ${formatAmount(total, 'record')}`;
        print(`${printable(pipeline)}: asking ${what}, where no answer is recorded`);
        return;
      }
      case 'model_paused':
        waits.add(event);
        return;
      case 'notice':
        print(`warning: ${printable(event.message)}`);
    }
  };
}
