import { formatDuration } from '../../duration.ts';
import { costInWords, knownCost } from '../money.ts';
import { formatAmount, formatCount, formatMoney, formatRate } from '../numbers.ts';
import type { RunFigures } from './figures.ts';

/** How a run stands, in a word or two, and how that is to be taken. */
export interface StateInWords {
  readonly text: string;
  readonly mood: 'good' | 'bad' | 'warn' | 'plain';
}

export function stateInWords({ state, counts }: RunFigures): StateInWords {
  if (state === 'running') return { text: 'Running', mood: 'plain' };
  if (state === 'killed') return { text: 'Killed', mood: 'bad' };
  if (state === 'interrupted') return { text: 'Interrupted', mood: 'warn' };
  if (state === 'stopped') return { text: 'Stopped', mood: 'bad' };
  if (counts.failed > 0) return { text: 'Completed with failures', mood: 'warn' };
  return { text: 'Completed', mood: 'good' };
}

/** What a reader has to know before any figure; each a heading and a sentence. */
export function warningsInWords(
  figures: RunFigures,
): readonly { readonly title: string; readonly text: string; readonly mood: 'warn' | 'bad' }[] {
  const { state, simulated, replayed, reason, sessions } = figures;
  return [
    ...(simulated && !replayed
      ? [
          {
            title: 'Simulated.',
            text: 'No model was asked: answers, tokens and cost are made up.',
            mood: 'warn' as const,
          },
        ]
      : []),
    ...(replayed
      ? [
          {
            title: 'Replayed.',
            text: `No model was asked: answers, tokens and cost are those of a recording${simulated ? ', in which the simulator had made up answers' : ''}, and nothing was paid.`,
            mood: 'warn' as const,
          },
        ]
      : []),
    ...(state === 'running'
      ? [
          {
            title: 'Still running.',
            text: 'The figures are those of the calls and records that had ended when this page was made.',
            mood: 'warn' as const,
          },
        ]
      : []),
    ...(state === 'killed'
      ? [
          {
            title: 'Killed or crashed.',
            text: `The run has not told its end, and no process is at work on it. The figures are those of its journal; \`pipe resume\` goes on${sessions > 1 ? ' once more' : ''}.`,
            mood: 'bad' as const,
          },
        ]
      : []),
    ...(reason === null
      ? []
      : [
          {
            title: state === 'interrupted' ? 'Interrupted.' : 'Stopped.',
            text: `${reason.message} (${reason.code})`,
            mood: 'bad' as const,
          },
        ]),
  ];
}

/** Records that have ended. */
export function endedRecords({ counts }: RunFigures): number {
  return counts.succeeded + counts.failed + counts.skipped;
}

/** `4,853 of 5,000 succeeded, 53 failed, …`; 0 records are said to be none. */
export function countsInWords({ counts }: RunFigures): string {
  const { total, succeeded, failed, skipped, pending } = counts;
  if (total === 0) return 'no records: the input has none, or none was selected';
  const parts = [
    `${formatCount(succeeded)} succeeded`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} skipped`] : []),
    ...(pending !== null && pending > 0 ? [`${formatCount(pending)} pending`] : []),
  ];
  return `${total === null ? '' : `${formatAmount(total, 'record')}: `}${parts.join(', ')}${total === null ? ' so far' : ''}`;
}

/** A share as `1.2 %`; never 0 % or 100 % of what is a little more or less. */
export function shareInWords(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (part / whole) * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  if (percent < 100 && percent > 99.9) return '> 99.9 %';
  const digits = percent === 0 || percent === 100 || percent >= 10 ? 0 : 1;
  // Rounding must not make 100 of 99.6 either.
  return `${percent < 100 && percent >= 99.5 ? percent.toFixed(1) : percent.toFixed(digits)} %`;
}

/** The time that the run took; undefined where it is not known. */
export function timeInWords({ duration_ms, time }: RunFigures): string | undefined {
  if (duration_ms !== null) return formatDuration(duration_ms);
  return time === null ? undefined : formatDuration(time.length_ms);
}

/** Records a second, over all sessions; undefined where that is not known. */
export function rateInWords(figures: RunFigures): string | undefined {
  const duration = figures.duration_ms ?? figures.time?.length_ms ?? 0;
  const ended = endedRecords(figures);
  return duration > 0 && ended > 0 ? formatRate(ended / (duration / 1000)) : undefined;
}

/** As `costInWords`; what a run that goes on has in flight is not counted yet. */
export function runCostInWords({ usage, state }: RunFigures): string {
  return costInWords(usage, { goesOn: state === 'running' });
}

/** Why the cost of a run is a lower bound, or unknown; undefined where it is exact. */
export function inexactCost({ usage, state }: RunFigures): string | undefined {
  const { usd, reasons } = knownCost(usage, { goesOn: state === 'running' });
  if (reasons.length === 0) return undefined;
  return `${usd === null ? '' : 'a lower bound: '}${reasons.join(', and ')}`;
}

/** What is behind the cost: why it is a lower bound or unknown, else what a thousand records cost. */
export function costNote(figures: RunFigures): string {
  const inexact = inexactCost(figures);
  if (inexact !== undefined) return inexact;
  const { records, cost_usd } = figures.usage.total;
  // Of records that are not through, the rest would be missing.
  if (cost_usd === null || cost_usd === 0 || records < 10 || figures.state !== 'completed') return '';
  return `${formatMoney((cost_usd / records) * 1000)} per 1,000 records`;
}

/** 2026-01-31 23:59 UTC */
export function momentInWords(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
