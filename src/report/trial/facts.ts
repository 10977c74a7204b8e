import { formatDuration } from '../../duration.ts';
import type { RunFinished } from '../../run/events.ts';
import type { Trial, TrialCall, TrialStep } from '../../trial/trial.ts';
import type { Usage } from '../../usage/usage.ts';
import { costCell, costInWords, tokenCell } from '../money.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { clip } from '../text.ts';

const longestName = 60;

/** Where an answer came from. */
export type AnswerOrigin = 'model' | 'simulator' | 'cache' | 'recording';

export function originOf({ usage }: { readonly usage: Usage }, { started }: Trial): AnswerOrigin {
  if (started?.replayed === true) return 'recording';
  if (usage.cached_requests > 0) return 'cache';
  return started?.simulated === true ? 'simulator' : 'model';
}

/** `stop, 28 tokens in, 9 out, $0.0000096, 40 ms, mistral-small-2603`; of one that was not asked again, `cached, stop`. */
export function callFacts(call: TrialCall, { step }: TrialStep, trial: Trial): string {
  const { outcome, duration = 0 } = call;
  if (outcome === undefined) return 'cut off';
  if (!wasMade(call)) return 'not sent';
  const { usage } = outcome;
  const origin = originOf(outcome, trial);
  const completion = outcome.ok ? outcome.completion : undefined;
  const ended = outcome.ok ? outcome.completion.finish_reason : outcome.error.code;
  const resolved = completion?.model ?? step.model.name;
  const isKnown = origin === 'cache' || origin === 'recording';
  return [
    ...(origin === 'cache' ? ['cached'] : []),
    ...(origin === 'recording' && outcome.ok ? ['recorded'] : []),
    ...(ended === null ? [] : [clip(ended, longestName)]),
    ...(origin === 'cache' ? [] : usageFacts(usage)),
    ...(isKnown ? [] : [formatDuration(duration)]),
    ...(resolved === step.model.name ? [] : [clip(resolved, longestName)]),
  ].join(', ');
}

/** What a budget, an interrupt or a missing recording stands in the way of is never sent. */
function wasMade({ outcome }: TrialCall): boolean {
  if (outcome === undefined || outcome.ok) return true;
  return outcome.usage.requests > 0 || outcome.error.code !== 'aborted';
}

function usageFacts(usage: Usage): readonly string[] {
  const { input_tokens, output_tokens, total_tokens, retries } = usage;
  const again = retries === 0 ? [] : [`${formatCount(retries)} ${retries === 1 ? 'retry' : 'retries'}`];
  if (total_tokens === 0) return again;
  if (total_tokens === null) return ['usage unknown', ...again];
  const tokens = `${tokenCell(usage, input_tokens)} tokens in, ${tokenCell(usage, output_tokens)} out`;
  const cost = usage.cost_usd === null ? 'cost unknown' : costCell(usage);
  return [tokens, cost, ...again];
}

/** `chat, mistral-small-latest`. */
export function stepFacts({ step }: TrialStep): string {
  return `${step.type}, ${clip(step.model.name, longestName)}`;
}

/** `2 calls (1 cached), 55 tokens in, 31 out, $0.000027, 145 ms`. */
export function totalFacts({ usage, tool_calls, duration }: RunFinished, { steps }: Trial): string {
  const { total } = usage;
  const calls = steps.flatMap((step) => step.calls).filter(wasMade).length;
  const { cached_requests: cached } = total;
  const tools = tool_calls.total;
  return [
    `${formatAmount(calls, 'call')}${cached === 0 ? '' : cached === calls ? ' (cached)' : ` (${formatCount(cached)} cached)`}`,
    ...(tools === 0 ? [] : [formatAmount(tools, 'tool call')]),
    ...(total.total_tokens === 0
      ? []
      : [`${tokenCell(total, total.input_tokens)} tokens in, ${tokenCell(total, total.output_tokens)} out`]),
    costInWords(usage).replace(/^unknown/u, 'cost unknown'),
    formatDuration(duration),
  ].join(', ');
}
