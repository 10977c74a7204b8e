import { printable } from '../diagnostic/printable.ts';
import type { ReplayReport, UnusedEntry } from '../run/totals.ts';
import type { RecordingChange } from '../run/recordings/change.ts';
import { formatAmount, formatCount } from './numbers.ts';

const mostSteps = 8;
const mostLines = 5;

/** What a replayed run has to say of its answers. */
export function replayInWords({ simulated }: Partial<ReplayReport> = {}): string {
  const paid = 'no model was asked: tokens and cost are those of the recording';
  if (simulated === undefined || simulated === 0) return paid;
  return `${paid}; the simulator had made up ${formatAmount(simulated, 'answer')} of it`;
}

/** Lines for the entries that nothing has used; none where there are none, or it is not known. `listed`: each, by step. */
export function unusedInWords(unused: ReplayReport['unused'], listed: boolean): readonly string[] {
  if (unused === null || unused.length === 0) return [];
  const [were, them] = unused.length === 1 ? ['entry was', 'it'] : ['entries were', 'them'];
  const count = `${formatCount(unused.length)} recorded ${were} not used: record again to drop ${them}`;
  return listed ? [count, ...unusedBySteps(unused)] : [count];
}

function unusedBySteps(unused: readonly UnusedEntry[]): readonly string[] {
  const steps = [...new Set(unused.map(({ step }) => step))];
  const shown = steps.slice(0, mostSteps).map((step) => {
    const entries = unused.filter((entry) => entry.step === step);
    const places = entries.slice(0, mostLines).map(({ path, line }) => `${printable(path)}:${line}`);
    const more = entries.length - places.length;
    return `${printable(step)}: ${places.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
  });
  const hidden = steps.length - shown.length;
  return hidden > 0 ? [...shown, `and of ${formatAmount(hidden, 'other step')}`] : shown;
}

/** `calls.recording.jsonl has 16 entries: 3 added, 1 replaced, 12 kept`. */
export function recordingInWords({ path, added, replaced, kept, dropped }: RecordingChange): string {
  const parts = [
    ...(added > 0 ? [`${formatCount(added)} added`] : []),
    ...(replaced > 0 ? [`${formatCount(replaced)} replaced`] : []),
    ...(kept > 0 ? [`${formatCount(kept)} kept`] : []),
    ...(dropped > 0 ? [`${formatCount(dropped)} dropped`] : []),
  ];
  if (parts.length === 0) return 'nothing was asked, so nothing is recorded';
  const entries = added + replaced + kept;
  const amount = entries === 1 ? '1 entry' : `${formatCount(entries)} entries`;
  return `${printable(path)} has ${amount}: ${parts.join(', ')}`;
}
