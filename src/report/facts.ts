import { formatDuration } from '../duration.ts';
import type { Resumed, RunFinished, RunStarted, StopReason } from '../run/events.ts';
import type { ToolCounts } from '../run/totals.ts';
import { outputUnread } from '../run/reasons.ts';
import { budgetInWords } from './budget.ts';
import { latencyInWords, type CallLatency } from './call-latency.ts';
import { costInWords } from './money.ts';
import { formatAmount, formatCount, formatRate } from './numbers.ts';
import { paintWords, type Paint } from './output.ts';
import { recordingInWords, replayInWords, unusedInWords } from './recordings.ts';
import { clip } from './text.ts';

/** What the end of a run is told from. */
export interface RunEnding {
  readonly started: RunStarted | undefined;
  readonly finished: RunFinished;
  /** Records that ended in this session: the counts of a resumed run have those before it too. */
  readonly done: number;
  /** Answers that reached `max_tokens` before their end. */
  readonly cut: number;
  /** Calls beyond the first of a record in its step, in this session. */
  readonly further: number;
  /** How long its calls took; absent where that is not known. */
  readonly latency?: CallLatency;
  /** Whether it is the whole of shards, which lasted as long as all of them together. */
  readonly ofShards?: boolean;
}

/** One thing that a run came to. */
export interface Fact {
  readonly name: string;
  /** Printable; mostly one. Words may have colours. */
  readonly lines: readonly string[];
}

const longestName = 40;
const longestMessage = 400;

export function pipelineName({ started }: Pick<RunEnding, 'started'>): string {
  return clip(started?.pipeline ?? 'run', longestName);
}

/** `completed in 12.5 s, 1.6/s`; of a merged run `completed in 12.5 s, all shards together` */
export function endInWords({ finished, done, ofShards }: RunEnding, paint: Paint): string {
  const { duration } = finished;
  const together = ofShards === true ? ', all shards together' : '';
  const speed = done > 0 && duration > 0 ? `, ${formatRate(done / (duration / 1000))}` : '';
  return `${stateInWords(finished, paint)} ${formatDuration(duration)}${speed}${together}`;
}

function stateInWords({ state, failed }: RunFinished, paint: Paint): string {
  if (state === 'interrupted') return `${paint('yellow', 'interrupted')} after`;
  if (state === 'stopped') return `${paint('red', 'stopped')} after`;
  return failed
    ? `${paintWords(paint, 'red', 'finished with failures')} in`
    : `${paint('green', 'completed')} in`;
}

/** Why the run did not come to its end, where that is news: who interrupted it knows. */
export function newsOf({ reason }: Pick<RunFinished, 'reason'>): StopReason | undefined {
  return reason?.kind === 'interrupted' && reason.code !== outputUnread.code ? undefined : reason;
}

/** What there is to tell of a run in a line each; what is no news is left out. */
export function factsOf(
  { started, finished, cut, further, latency }: RunEnding,
  paint: Paint,
): readonly Fact[] {
  const { tool_calls, usage, budget } = finished;
  const reason = newsOf(finished);
  const fact = (name: string, ...lines: readonly string[]): Fact => ({ name, lines });
  const facts: readonly Fact[] = [
    ...(started?.simulated === true
      ? [fact('simulated', 'no model was asked: answers, tokens and cost are made up')]
      : []),
    ...(started?.replayed === true ? [fact('replayed', replayInWords(finished.replay))] : []),
    ...(reason === undefined
      ? []
      : [
          fact('reason', `${clip(reason.message, longestMessage)} (${reason.code})`),
          ...(reason.hint === undefined ? [] : [fact('hint', clip(reason.hint, longestMessage))]),
        ]),
    fact('records', countsInWords(finished, paint)),
    ...(started?.resumed === undefined
      ? []
      : [fact('resumed', ...earlierInWords(started.resumed, finished))]),
    fact('cost', costInWords(usage)),
    ...(budget === undefined ? [] : [fact('budget', ...budgetInWords(budget, usage))]),
    ...(latency === undefined ? [] : [fact('latency', ...latencyInWords(latency))]),
    ...(cut > 0
      ? [
          fact(
            'cut off',
            `${formatAmount(cut, 'answer')} reached \`max_tokens\` before ${cut === 1 ? 'its' : 'their'} end`,
          ),
        ]
      : []),
    // Where tools were called, it may be with what came of them that the model was asked again.
    ...(further > 0 && tool_calls.total === 0
      ? [fact('repairs', `${formatAmount(further, 'call')} asked again, for an answer that fits`)]
      : []),
    ...(tool_calls.total > 0 ? [fact('tools', toolsInWords(tool_calls))] : []),
    ...(usage.total.cached_requests > 0
      ? [fact('cache', `${formatAmount(usage.total.cached_requests, 'call')} answered without a request`)]
      : []),
    ...(finished.recording === undefined ? [] : [fact('recorded', recordingInWords(finished.recording))]),
    fact('unused', ...unusedLines(finished)),
  ];
  return facts.filter(({ lines }) => lines.length > 0);
}

/** Listed where the run has failed for them. */
function unusedLines({ replay, counts, failed }: RunFinished): readonly string[] {
  return unusedInWords(replay?.unused ?? null, failed && counts.failed === 0);
}

function countsInWords({ counts }: RunFinished, paint: Paint): string {
  if (counts.total === 0) return 'none: the input has no records, or none was selected';
  const parts = [
    `${formatCount(counts.succeeded)} succeeded`,
    ...(counts.failed > 0 ? [paintWords(paint, 'red', `${formatCount(counts.failed)} failed`)] : []),
    ...(counts.skipped > 0 ? [`${formatCount(counts.skipped)} skipped by \`input.when\``] : []),
    ...(counts.pending > 0 ? [paintWords(paint, 'yellow', `${formatCount(counts.pending)} pending`)] : []),
  ];
  return `${formatCount(counts.total)}: ${parts.join(', ')}`;
}

/** What earlier sessions have spared this one; nothing where that is nothing. */
function earlierInWords({ kept }: Resumed, { replayed_calls = 0 }: RunFinished): readonly string[] {
  const were = (count: number, noun: string) =>
    `${formatAmount(count, noun)} ${count === 1 ? 'was' : 'were'}`;
  const spared = [
    ...(kept > 0 ? [`${were(kept, 'record')} done before`] : []),
    ...(replayed_calls > 0 ? [`${were(replayed_calls, 'call')} answered from the journal`] : []),
  ];
  if (spared.length === 0) return [];
  const them = kept + replayed_calls === 1 ? 'it' : 'them';
  return [[...spared, `counts and cost include ${them}`].join('; ')];
}

function toolsInWords({ total, failed }: ToolCounts): string {
  const calls = formatAmount(total, 'call');
  return failed === 0 ? calls : `${calls}, ${formatCount(failed)} failed`;
}
