import type { Plan } from '../plan.ts';
import type { BudgetReport, Counts, RunFinished, StopReason, ToolCounts, UsageReport } from './events.ts';

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
  readonly intaken: Intaken;
  readonly outcomes: Pick<Counts, 'succeeded' | 'failed' | 'skipped'>;
  readonly tool_calls: ToolCounts;
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
  const { plan, intaken, outcomes, tool_calls, usage, budget, files, duration } = conclusion;
  const ended = outcomes.succeeded + outcomes.failed + outcomes.skipped;
  const total = intaken.exhausted ? intaken.taken : Math.max(intaken.taken, conclusion.total ?? 0);
  const whole = ended === total && (intaken.exhausted || total === conclusion.total);
  // An interrupt that came when all was done already has interrupted nothing.
  const reason = whole && conclusion.reason?.kind === 'interrupted' ? undefined : conclusion.reason;
  return {
    type: 'run_finished',
    state: stateOf(reason),
    ...(reason !== undefined && { reason }),
    counts: { total, ...outcomes, pending: total - ended },
    tool_calls,
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
