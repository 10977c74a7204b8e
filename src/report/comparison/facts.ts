import type { ComparedSide, Comparison, ToldOutcome } from '../../comparison/compare.ts';
import { formatDuration } from '../../duration.ts';
import type { RunSummary } from '../../run/run-summary.ts';
import { costCell, tokenCell } from '../money.ts';
import { formatCount } from '../numbers.ts';

/** What all views of a comparison tell, in words; texts of users stand in them as they are. */

/** `2 changed`, `1 newly failing`, …: only what there is, unless that is nothing at all. */
export function countsOf(comparison: Comparison, failures: FailureCounts): readonly string[] {
  const { same, changed, added, removed, allowed, skips } = comparison;
  const may = allowed.count === 0 ? '' : ` (${formatCount(allowed.count)} only where it may)`;
  const parts = [
    changed.count > 0 ? `${formatCount(changed.count)} changed${may}` : '',
    failures.fixed > 0 ? `${formatCount(failures.fixed)} fixed` : '',
    failures.new > 0 ? `${formatCount(failures.new)} newly failing` : '',
    failures.other > 0 ? `${formatCount(failures.other)} failing otherwise` : '',
    skips.new > 0 ? `${formatCount(skips.new)} newly skipped` : '',
    skips.gone > 0 ? `${formatCount(skips.gone)} no longer skipped` : '',
    added.count > 0 ? `${formatCount(added.count)} added` : '',
    removed.count > 0 ? `${formatCount(removed.count)} removed` : '',
  ].filter((part) => part !== '');
  return [`${formatCount(same)} the same`, ...parts];
}

export interface FailureCounts {
  readonly fixed: number;
  readonly new: number;
  /** Records that fail on both sides, by something else. */
  readonly other: number;
}

export function failureCounts({ failures, failureCodes, skips }: Comparison): FailureCounts {
  const fixed = failureCodes.reduce((sum, code) => sum + code.fixed, 0);
  const fresh = failureCodes.reduce((sum, code) => sum + code.new, 0);
  return { fixed, new: fresh, other: failures.count - fixed - fresh - skips.new - skips.gone };
}

/** One sentence for who reads nothing else. */
export function verdictOf(comparison: Comparison): string {
  const { same, changed, differs } = comparison;
  if (differs) return 'outputs or outcomes differ';
  if (changed.count > 0) return 'nothing differs but what may';
  return same === 0 ? 'neither side has a record' : 'no output differs';
}

/** A line of a table that has both sides beside each other. */
export interface Measure {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Empty where nothing changed, or one side does not know. */
  readonly change: string;
}

/** Records, tokens, money and time of the runs; `-` for a side that is none. */
export function measuresOf({ a, b }: Comparison): readonly Measure[] {
  if (a.run === null && b.run === null) return [];
  const measure = (
    name: string,
    numberOf: (side: NonNullable<ComparedSide['run']>) => number | null | undefined,
    textOf?: (side: NonNullable<ComparedSide['run']>, number: number) => string,
  ): Measure => {
    const cell = ({ run }: ComparedSide) => {
      if (run === null) return '-';
      const number = numberOf(run) ?? null;
      if (number === null) return 'unknown';
      return textOf === undefined ? formatCount(number) : textOf(run, number);
    };
    const [was, is] = [a.run && numberOf(a.run), b.run && numberOf(b.run)];
    // Of records and requests, the very number matters; of tokens and money, the share.
    const change =
      textOf === undefined ? difference(was ?? null, is ?? null) : changeText(was ?? null, is ?? null);
    return { name, before: cell(a), after: cell(b), change };
  };
  const hasSkipped = [a, b].some(({ run }) => (run?.summary.counts?.skipped ?? 0) > 0);
  return [
    measure('succeeded', ({ summary }) => summary.counts?.succeeded),
    measure('failed', ({ summary }) => summary.counts?.failed),
    ...(hasSkipped ? [measure('skipped', ({ summary }) => summary.counts?.skipped)] : []),
    measure('requests', ({ summary }) => summary.usage?.requests),
    measure(
      'input tokens',
      ({ summary }) => summary.usage?.input_tokens,
      ({ summary }, tokens) => (summary.usage === null ? '' : tokenCell(summary.usage, tokens)),
    ),
    measure(
      'output tokens',
      ({ summary }) => summary.usage?.output_tokens,
      ({ summary }, tokens) => (summary.usage === null ? '' : tokenCell(summary.usage, tokens)),
    ),
    measure(
      'cost',
      ({ summary }) => summary.cost_usd,
      ({ summary }) => (summary.usage === null ? '' : costCell(summary.usage)),
    ),
  ];
}

/** How long calls took, in pairs of before and after; empty where no journal tells it on both sides. */
export function latencyPairs({ a, b }: Comparison): readonly Measure[] {
  const [before, after] = [a.run?.latency, b.run?.latency];
  if (!before || !after) return [];
  const rows = [
    ['median call', 'p50'],
    ['95 % of calls', 'p95'],
    ['slowest call', 'max'],
  ] as const;
  return rows.map(([name, part]) => ({
    name,
    before: formatDuration(before[part]),
    after: formatDuration(after[part]),
    change: changeText(before[part], after[part]),
  }));
}

/** `+3`, `-3`; empty where nothing changed or one of the two is not known. */
function difference(before: number | null, after: number | null): string {
  if (before === null || after === null || before === after) return '';
  return `${after > before ? '+' : '-'}${formatCount(Math.abs(after - before))}`;
}

/** `+5.9 %`; empty where nothing changed or one of the two is not known. */
function changeText(before: number | null, after: number | null): string {
  if (before === null || after === null || before === after) return '';
  const sign = after > before ? '+' : '-';
  if (before === 0) return 'new';
  const percent = (Math.abs(after - before) / before) * 100;
  return `${sign}${percent >= 99.5 ? formatCount(percent) : percent.toFixed(1)} %`;
}

/** `succeeded`, `skipped`, `schema_mismatch in classify`. */
export function outcomeText(outcome: ToldOutcome): string {
  if (outcome === null) return 'succeeded';
  if (outcome === 'skipped') return outcome;
  return outcome.step === null ? outcome.code : `${outcome.code} in ${outcome.step}`;
}

/** Empty where models have answered. */
function originNote({ simulated, replay }: RunSummary): string {
  if (simulated) return 'simulated';
  if (replay === null) return '';
  return replay.simulated === true ? 'replayed from made up answers' : 'replayed';
}

/** Notes on a side: that its answers were made up, that it has not come to its end. */
export function noteOf({ run }: ComparedSide): string {
  if (run === null) return '';
  const { state, counts } = run.summary;
  const notes = [
    originNote(run.summary),
    state === 'completed' ? '' : run.isKilled === true ? 'killed' : state,
    (counts?.pending ?? 0) > 0 ? `${formatCount(counts?.pending ?? 0)} pending` : '',
  ].filter((note) => note !== '');
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}

/** The first of a list, and how many there are beyond. */
export async function firstOf<Value>(
  list: { readonly count: number; all(): AsyncIterable<Value> },
  most: number,
): Promise<{ readonly first: readonly Value[]; readonly more: number }> {
  const first: Value[] = [];
  if (most > 0) {
    for await (const value of list.all()) {
      first.push(value);
      if (first.length >= most) break;
    }
  }
  return { first, more: list.count - first.length };
}
