import { costCell } from './money.ts';
import { formatAmount, formatCount, formatRate, formatSeconds } from './numbers.ts';
import type { LiveView, LiveViewOptions } from './live-view.ts';
import type { Progress } from './tally.ts';
import { clip } from './text.ts';

/** Milliseconds between two lines: never less, … */
const shortest = 10_000;
/** … and never more, so that a log that stands still can be told from a process that does. */
const longest = 60_000;
/** Between the two, a line comes when so much of the whole has been done since the last one. */
const share = 0.05;

const longestModel = 40;

/** Off a terminal: a plain line now and then. */
export function createPlainLog({ output, clock, read }: LiveViewOptions): LiveView {
  const print = (lines: string) => output.write(`${lines}\n`);
  let end: (() => void) | undefined;
  let lastTime = 0;
  let lastDone = 0;

  const tick = () => {
    const now = clock.now();
    const quiet = now - lastTime;
    if (quiet < shortest) return;
    const progress = read();
    const advanced = progress.total !== null && progress.done - lastDone >= progress.total * share;
    if (!advanced && quiet < longest) return;
    lastTime = now;
    lastDone = progress.done;
    print(plainLine(progress));
  };

  return {
    start() {
      if (end !== undefined) return;
      lastTime = clock.now();
      end = clock.every(1000, tick);
    },
    print,
    stop() {
      end?.();
      end = undefined;
    },
  };
}

/** `412/1,000 records, 3 failed, 5.4/s, 1,234,567 tokens, $0.03, 2m 05s left` */
export function plainLine(progress: Progress): string {
  const { total, done, failed, perSecond, remaining, usage, paused } = progress;
  const parts = [
    total === null ? formatAmount(done, 'record') : `${formatCount(done)}/${formatAmount(total, 'record')}`,
  ];
  if (failed > 0) parts.push(`${formatCount(failed)} failed`);
  if (perSecond !== null) parts.push(formatRate(perSecond));
  if (usage.total_tokens !== null && usage.total_tokens > 0) {
    parts.push(formatAmount(usage.total_tokens, 'token'));
  }
  if (progress.simulated) parts.push('simulated');
  else parts.push(usage.cost_usd === null ? 'cost unknown' : costCell(usage));
  if (remaining !== null) parts.push(`${formatSeconds(remaining)} left`);
  for (const { model, wait } of paused) {
    parts.push(`${clip(model, longestModel)} waits for quota ${formatSeconds(wait)}`);
  }
  return parts.join(', ');
}
