import type { Source } from '../diagnostic/source.ts';
import type { ModelSettings } from '../models/contract.ts';
import type { PlanLimits } from '../plan.ts';
import { longestAnswer } from './budget.ts';
import type { Report } from './report.ts';

const perMinute = 60;

/** Warns of limits that do not do what they seem to say. */
export function warnOfLimits(
  limits: PlanLimits,
  settings: ReadonlyMap<string, ModelSettings>,
  source: Source,
  report: Report,
): void {
  warnOfTwoPaces(limits, source, report);
  warnOfSmallTokens(limits, settings, source, report);
}

/** Requests go out evenly, so that of two paces the slower rules at every moment. */
function warnOfTwoPaces(
  { requests_per_second: ofSecond, requests_per_minute: ofMinute }: PlanLimits,
  source: Source,
  report: Report,
): void {
  if (ofSecond === undefined || ofMinute === undefined || ofSecond * perMinute === ofMinute) return;
  const told = {
    requests_per_second: `\`requests_per_second: ${ofSecond}\``,
    requests_per_minute: `\`requests_per_minute: ${ofMinute}\``,
  };
  const isMinuteSlower = ofSecond * perMinute > ofMinute;
  const [idle, ruling] = isMinuteSlower
    ? (['requests_per_second', 'requests_per_minute'] as const)
    : (['requests_per_minute', 'requests_per_second'] as const);
  report.add({
    severity: 'warning',
    code: 'idle-limit',
    message: `${told[idle]} has no effect: requests go out evenly, and ${told[ruling]} is slower`,
    hint: `keep \`${ruling}\` alone`,
    place: { source, pointer: ['limits', idle], part: 'key' },
  });
}

/** A call that may use more than a minute has is let through alone, and held against the minutes after it. */
function warnOfSmallTokens(
  { tokens_per_minute: allowed }: PlanLimits,
  settings: ReadonlyMap<string, ModelSettings>,
  source: Source,
  report: Report,
): void {
  if (allowed === undefined) return;
  const answers = [...settings].map(([id, model]) => ({ id, longest: longestAnswer(model) ?? 0 }));
  const [largest] = answers.sort((one, other) => other.longest - one.longest);
  if (largest === undefined || largest.longest < allowed) return;
  report.add({
    severity: 'warning',
    code: 'small-limit',
    message: `\`tokens_per_minute: ${allowed}\` is less than one call of \`steps.${largest.id}\` may use: its answer may have ${largest.longest} tokens, and its prompt counts too`,
    hint: 'such calls go one by one, a minute or more apart: raise the limit, or lower `max_tokens`',
    place: { source, pointer: ['limits', 'tokens_per_minute'] },
  });
}
