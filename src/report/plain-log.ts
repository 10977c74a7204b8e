import { costSoFar, tokensSoFar } from './budget.ts';
import type { LiveView, LiveViewOptions } from './live-view.ts';
import { formatAmount, formatCount, formatRate, formatSeconds } from './numbers.ts';
import type { Progress } from './tally.ts';
import { waitInWords } from './waits.ts';

/** Milliseconds between two lines: never less, … */
const shortest = 10_000;
/** … and never more, so that a log that stands still can be told from a process that does. */
const longest = 60_000;
/** Between the two, a line comes when so much of what there was to do has been done since the last one. */
const share = 0.05;

/** Off a terminal: a plain line now and then. */
export function createPlainLog({ output, clock, read }: LiveViewOptions): LiveView {
  const print = (lines: string) => output.write(`${lines}\n`);
  let end: (() => void) | undefined;
  let lastTime = 0;
  let firstDone = 0;
  let lastDone = 0;

  const tick = () => {
    const now = clock.now();
    const quiet = now - lastTime;
    if (quiet < shortest) return;
    const progress = read();
    const { total, done } = progress;
    const advanced = total !== null && done - lastDone >= (total - firstDone) * share;
    if (!advanced && quiet < longest) return;
    lastTime = now;
    lastDone = done;
    print(plainLine(progress));
  };

  return {
    start() {
      if (end !== undefined) return;
      lastTime = clock.now();
      firstDone = lastDone = read().done;
      end = clock.every(1000, tick);
    },
    print,
    showsWaits: false,
    stop() {
      end?.();
      end = undefined;
    },
  };
}

/** `412/1,000 records, 3 failed, 5.4/s, 1,234,567 tokens, $0.03, 2m 05s left` */
export function plainLine(progress: Progress): string {
  const { total, done, failed, perSecond, remaining, usage, budget, waits } = progress;
  const parts = [
    total === null ? formatAmount(done, 'record') : `${formatCount(done)}/${formatAmount(total, 'record')}`,
  ];
  if (failed > 0) parts.push(`${formatCount(failed)} failed`);
  if (perSecond !== null) parts.push(formatRate(perSecond));
  if (usage.cached_requests > 0) parts.push(`${formatAmount(usage.cached_requests, 'call')} cached`);
  const tokens = tokensSoFar(usage, budget, formatCount);
  if (tokens !== undefined) parts.push(tokens);
  const unpaid = progress.simulated ? 'simulated' : progress.replayed ? 'replayed' : undefined;
  if (unpaid !== undefined) parts.push(unpaid);
  if (unpaid === undefined || budget.usd !== undefined) {
    parts.push(costSoFar(usage, budget) ?? 'cost unknown');
  }
  if (remaining !== null) parts.push(`${formatSeconds(remaining)} left`);
  parts.push(...waits.map(waitInWords));
  return parts.join(', ');
}
