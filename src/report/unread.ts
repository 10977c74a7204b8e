import { collectFailures } from './failures.ts';
import { nextOf, type NextInput } from './next.ts';
import { formatAmount, formatCount } from './numbers.ts';

/**
 * In one line why a run has ended whose reader has gone, and how it goes on. The reader may have seen enough, as `head` has,
 * or have died of a mistake: nothing tells these apart. Undefined where the run is through all the same.
 */
export function unreadLine(end: Omit<NextInput, 'failures'>): string | undefined {
  const { started, finished } = end;
  if (finished.state === 'completed') return undefined;
  const { total, pending } = finished.counts;
  const done = total - pending;
  const count =
    started?.total == null
      ? formatAmount(done, 'record')
      : `${formatCount(done)} of ${formatAmount(started.total, 'record')}`;
  // Which records failed changes what is said of the command, and not the command.
  const command = nextOf({ ...end, failures: collectFailures() })?.command ?? [];
  const next = command.length === 0 ? '' : `; \`${command.join(' ')}\` goes on`;
  return `nobody reads stdout any more, so the run has stopped, ${count} done${next}`;
}
