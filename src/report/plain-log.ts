import { costForms, tokensSoFar, unpaidInWords } from './budget.ts';
import type { LiveView, LiveViewOptions } from './live-view.ts';
import { formatAmount, formatCount, formatPercent, formatRate, formatSeconds } from './numbers.ts';
import type { Progress } from './tally.ts';
import { waitInWords } from './waits.ts';

/** Milliseconds after which a line comes, … */
const steady = 10_000;
/** … earlier where so much of what there was to do has been done since the last one, … */
const share = 0.05;
/** … but not before so many: a run of a few seconds needs no lines to be followed. */
const shortest = 5000;
/** Where nothing has been done since the last one, what it waits for is told: this tells that it still does. */
const still = 60_000;

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
    const more = done - lastDone;
    const isMuch = total !== null && more >= (total - firstDone) * share;
    if (quiet < (more === 0 ? still : isMuch ? shortest : steady)) return;
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

/** `412/1,000 records (41 %), 3 failed, 12 in flight, 5.4/s, 1,234,567 tokens, $0.031 of ~$0.076, 2m 05s left` */
export function plainLine(progress: Progress): string {
  const { total, done, failed, skipped, inFlight, waiting, perSecond, remaining, usage, budget, waits } =
    progress;
  const parts = [countInWords(total, done)];
  if (failed > 0) parts.push(`${formatCount(failed)} failed`);
  if (skipped > 0) parts.push(`${formatCount(skipped)} skipped`);
  if (inFlight > 0) parts.push(`${formatCount(inFlight - waiting)} in flight`);
  if (waiting > 0) parts.push(`${formatCount(waiting)} waiting`);
  if (perSecond !== null) parts.push(formatRate(perSecond));
  if (usage.cached_requests > 0) parts.push(`${formatAmount(usage.cached_requests, 'call')} cached`);
  const tokens = tokensSoFar(usage, budget, formatCount);
  if (tokens !== undefined) parts.push(tokens);
  const unpaid = unpaidInWords(progress);
  if (unpaid !== undefined) parts.push(unpaid);
  if (unpaid === undefined || budget.usd !== undefined) {
    parts.push(costForms(progress)?.[0] ?? 'cost unknown');
  }
  if (remaining !== null) parts.push(`${formatSeconds(remaining)} left`);
  parts.push(...waits.map(waitInWords));
  return parts.join(', ');
}

function countInWords(total: number | null, done: number): string {
  if (total === null) return formatAmount(done, 'record');
  const percent = total === 0 ? '' : ` (${formatPercent(done, total)})`;
  return `${formatCount(done)}/${formatAmount(total, 'record')}${percent}`;
}
