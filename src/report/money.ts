import type { UsageReport } from '../run/totals.ts';
import type { Usage } from '../usage/usage.ts';
import { formatAmount, formatCount, formatMoney } from './numbers.ts';
import { clip, isolated } from './text.ts';

const namedAtMost = 3;
const longestModel = 40;

/** What a run cost, and why that is not exact. */
export interface KnownCost {
  /** US dollars; null where nothing is known of it. */
  readonly usd: number | null;
  /** Why it is a lower bound, or unknown; none where it is exact. */
  readonly reasons: readonly string[];
}

/** `goesOn`: the run is still at work. */
export function knownCost(
  { total, by_model, crashed_sessions = 0 }: UsageReport,
  { goesOn = false }: { readonly goesOn?: boolean } = {},
): KnownCost {
  const models = Object.entries(by_model);
  const unpriced = models.filter(([, row]) => row.cost_usd === null && (row.total_tokens ?? 0) > 0);
  const reasons = [
    ...(unpriced.length > 0 ? [`no price is known for ${nameModels(unpriced.map(([name]) => name))}`] : []),
    ...(isLowerBound(total)
      ? [`the usage of ${formatAmount(total.unmetered_requests, 'request')} never came`]
      : []),
    ...(crashed_sessions > 0 ? [cutOffInWords(crashed_sessions)] : []),
    ...(goesOn ? ['what is in flight is not counted yet'] : []),
  ];
  const usd = total.cost_usd ?? models.reduce((sum, [, row]) => sum + (row.cost_usd ?? 0), 0);
  return { usd: total.cost_usd === null && usd === 0 ? null : usd, reasons };
}

/**
 * What a run cost, in words that hide nothing: `$12.40`, `at least $0.21: …`, `unknown: …`; never 0 for
 * unknown.
 */
export function costInWords(usage: UsageReport, options?: { readonly goesOn?: boolean }): string {
  const { usd, reasons } = knownCost(usage, options);
  const cost = usd === null ? 'unknown' : formatMoney(usd);
  if (reasons.length === 0) return cost;
  return `${usd === null ? cost : `at least ${cost}`}: ${reasons.join(', and ')}`;
}

function cutOffInWords(sessions: number): string {
  const times = sessions === 1 ? '' : ` ${formatCount(sessions)} times`;
  return `what was in flight when the run was cut off${times} is not counted`;
}

function nameModels(names: readonly string[]): string {
  const shown = names.slice(0, namedAtMost).map((name) => isolated(clip(name, longestModel)));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${formatAmount(more, 'other')}` : shown.join(' and ');
}

/** A table's cell; `+` marks a lower bound. */
export function costCell(usage: Usage): string {
  return usage.cost_usd === null ? 'unknown' : formatMoney(usage.cost_usd) + boundMark(usage);
}

/** A table's cell; `+` marks a lower bound. */
export function tokenCell(usage: Usage, tokens: number | null): string {
  return tokens === null ? 'unknown' : formatCount(tokens) + boundMark(usage);
}

export function isLowerBound(usage: Usage): boolean {
  return usage.unmetered_requests > 0;
}

function boundMark(usage: Usage): string {
  return isLowerBound(usage) ? '+' : '';
}
