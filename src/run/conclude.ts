import type { Plan } from '../plan.ts';
import { journalDisagrees } from './reasons.ts';
import type { RunFinished, StopReason } from './events.ts';
import type { BudgetReport, Counts, ToolCounts, UsageReport } from './totals.ts';

/** What was taken of the input. */
export interface Intaken {
  /** Records. */
  readonly taken: number;
  /** Whether it was read to its end. */
  readonly exhausted: boolean;
}

export interface Conclusion {
  readonly plan: Plan;
  /** Records that were announced; null where none were. */
  readonly total: number | null;
  /** Records of the input that earlier sessions came to: it has so many at least. */
  readonly known: number;
  readonly intaken: Intaken;
  readonly outcomes: Pick<Counts, 'succeeded' | 'failed' | 'skipped'>;
  readonly tool_calls: ToolCounts;
  /** Calls that earlier sessions were answered; undefined where there were none. */
  readonly replayed_calls: number | undefined;
  /** The folder that images were read from; undefined where no record named a file. */
  readonly files: string | undefined;
  /** Why the run stopped; undefined where it did not. */
  readonly reason: StopReason | undefined;
  readonly usage: UsageReport;
  readonly budget?: BudgetReport;
  readonly duration: number;
}

/** What a run came to. Records that are not known to have ended are pending. */
export function conclude(conclusion: Conclusion): RunFinished {
  const { plan, intaken, outcomes, tool_calls, replayed_calls, usage, budget, files, duration } = conclusion;
  const ended = outcomes.succeeded + outcomes.failed + outcomes.skipped;
  const came = intaken.exhausted
    ? intaken.taken
    : Math.max(intaken.taken, conclusion.total ?? conclusion.known);
  const whole = ended === came && (intaken.exhausted || came === conclusion.total);
  // An interrupt that came when all was done already has interrupted nothing.
  const given = whole && conclusion.reason?.kind === 'interrupted' ? undefined : conclusion.reason;
  const reason = ended > came ? (given ?? journalDisagrees(ended, came)) : given;
  const total = Math.max(came, ended);
  return {
    type: 'run_finished',
    state: stateOf(reason),
    ...(reason !== undefined && { reason }),
    counts: { total, ...outcomes, pending: total - ended },
    tool_calls,
    ...(replayed_calls !== undefined && { replayed_calls }),
    usage,
    ...(budget !== undefined && { budget }),
    ...(files !== undefined && { files }),
    duration,
    failed: ended > 0 && outcomes.failed / ended > plan.fail.error_rate,
  };
}

function stateOf(reason: StopReason | undefined): RunFinished['state'] {
  if (reason === undefined) return 'completed';
  return reason.kind === 'interrupted' ? 'interrupted' : 'stopped';
}
