import { costSoFar, tokensSoFar } from './budget.ts';
import { formatAmount, formatCompact, formatCount, formatRate, formatSeconds } from './numbers.ts';
import type { Paint, Style } from './output.ts';
import type { Progress } from './tally.ts';
import { waitInShort } from './waits.ts';

/** One thing that the line says. */
interface Field {
  /** Our own words and numbers only: a character is a column. */
  readonly text: string;
  readonly painted: string;
  /** 0 stays to the last; where there is no room, the highest goes first. */
  readonly rank: number;
}

const rank = {
  count: 0,
  state: 1,
  failed: 2,
  time: 3,
  bar: 4,
  cost: 5,
  rate: 6,
  cached: 7,
  tokens: 8,
  unknownCost: 9,
};

/** The line of the progress bar: always shorter than the terminal is wide, so that it never wraps. */
export function progressLine(progress: Progress, columns: number, paint: Paint): string {
  const fields = [...barOf(progress, columns, paint), ...fieldsOf(progress, paint)];
  return fit(fields, Math.max(0, columns - 1))
    .map(({ painted }) => painted)
    .join('  ');
}

/** Its width follows the terminal alone: it must not dance with the length of what stands beside it. */
function barOf({ total, done }: Progress, columns: number, paint: Paint): readonly Field[] {
  if (total === null) return [];
  const width = Math.min(30, Math.max(6, Math.floor(columns / 6)));
  const full = total === 0 ? width : Math.min(width, Math.floor((done / total) * width));
  const [past, ahead] = ['█'.repeat(full), '░'.repeat(width - full)] as const;
  return [{ rank: rank.bar, text: past + ahead, painted: paint('green', past) + paint('dim', ahead) }];
}

function fieldsOf(progress: Progress, paint: Paint): readonly Field[] {
  const { total, done, failed, inFlight, perSecond, remaining, elapsed } = progress;
  const { stopping, graceLeft, usage, budget, simulated, replayed } = progress;
  const [wait] = progress.waits;
  const fields: Field[] = [];
  const add = (rank: number, text: string, style?: Style) =>
    fields.push({ rank, text, painted: style === undefined ? text : paint(style, text) });

  add(
    rank.count,
    total === null ? formatAmount(done, 'record') : `${formatCount(done)}/${formatCount(total)}`,
  );
  if (failed > 0) add(rank.failed, `${formatCount(failed)} failed`, 'red');
  if (stopping !== null) {
    const verb = stopping.how === 'draining' ? 'finishing' : 'ending';
    add(rank.state, `${verb} ${formatCount(inFlight)} in flight`, 'yellow');
  } else if (wait !== undefined) {
    add(rank.state, waitInShort(wait), 'yellow');
  }
  if (perSecond !== null) add(rank.rate, formatRate(perSecond), 'dim');
  if (usage.cached_requests > 0) add(rank.cached, `${formatCompact(usage.cached_requests)} cached`, 'dim');
  const tokens = tokensSoFar(usage, budget, formatCompact);
  if (tokens !== undefined) {
    const bounded = budget.tokens !== undefined;
    add(bounded ? rank.cost : rank.tokens, tokens, bounded ? undefined : 'dim');
  }
  const unpaid = simulated ? 'simulated' : replayed ? 'replayed' : undefined;
  if (unpaid !== undefined) add(rank.cost, unpaid, 'dim');
  if (unpaid === undefined || budget.usd !== undefined) {
    const cost = costSoFar(usage, budget);
    if (cost !== undefined) add(rank.cost, cost);
    else add(rank.unknownCost, 'cost unknown', 'dim');
  }
  // What is left of a run that stops is not what is left of its records.
  if (graceLeft !== null) add(rank.time, `${formatSeconds(graceLeft)} at most`);
  else if (remaining !== null && stopping === null) add(rank.time, `${formatSeconds(remaining)} left`);
  else if (total === null) add(rank.time, `${formatSeconds(elapsed)} elapsed`, 'dim');
  return fields;
}

function fit(fields: readonly Field[], room: number): readonly Field[] {
  let kept = fields;
  while (kept.length > 0 && widthOf(kept) > room) {
    const last = Math.max(...kept.map(({ rank }) => rank));
    kept = kept.filter(({ rank }) => rank !== last);
  }
  return kept;
}

function widthOf(fields: readonly Field[]): number {
  return fields.reduce((sum, { text }) => sum + text.length + 2, -2);
}
