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
    if (event.type === 'model_paused') waits.add(event);
    if (event.type === 'notice') print(`warning: ${printable(event.message)}`);
    if (event.type !== 'run_started' || event.simulated || event.replayed) return;
    const { pipeline, total } = event;
    const what = total === null ? 'for verdicts' : `about ${formatAmount(total, 'record')}`;
    print(`${printable(pipeline)}: asking ${what}, where no answer is recorded`);
  };
}
