import type { Usage } from '../usage/usage.ts';

/** How many records have come to what; `pending`: to nothing yet. */
export interface Counts {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly pending: number;
}

export interface ToolCounts {
  readonly total: number;
  /** Those that came to an error. One that was ended before its end counts nowhere. */
  readonly failed: number;
}

export interface UsageRow extends Usage {
  /** Records that this row speaks of: those for which at least one call was made. */
  readonly records: number;
}

/** What a run has used, by step and by the model asked for. */
export interface UsageReport {
  readonly total: UsageRow;
  readonly by_step: { readonly [step: string]: UsageRow };
  readonly by_model: { readonly [model: string]: UsageRow };
  /**
   * Sessions that were cut off, killed or by a full disk, so that up to `concurrency` calls of each may have been paid for
   * and stand nowhere: all sums are then lower bounds. Absent where there are none.
   */
  readonly crashed_sessions?: number;
}

/** What was used of what a run may use, over all its sessions. */
export interface BudgetReport {
  /** US dollars; null where there is no such bound. */
  readonly usd: BudgetUse | null;
  /** Of input and output together. */
  readonly tokens: BudgetUse | null;
}

export interface BudgetUse {
  readonly limit: number;
  /** With what is held for calls whose usage never came: they may have cost it. */
  readonly spent: number;
  /** The most that a call which was refused could have used; absent where none was. */
  readonly wanted?: number;
}

/** How a run went that was answered by recordings. */
export interface ReplayReport {
  /** Calls that were never recorded. */
  readonly misses: number;
  /** Answers that the simulator had made up when they were recorded. */
  readonly simulated: number;
  /** Entries that nothing has used; null where that is not known, since not all records were run to their end. */
  readonly unused: readonly UnusedEntry[] | null;
}

export interface UnusedEntry {
  readonly type: 'answer' | 'tool';
  readonly step: string;
  /** The recording, absolute. */
  readonly path: string;
  readonly line: number;
}

/** What a disk has not taken. */
export interface Unwritten {
  /** Files of the run's folder that are not as this session has left them, or not there. */
  readonly files: readonly string[];
  /** Whether the folder has gone, so that nothing can be gone on with. */
  readonly gone: boolean;
  /** Whether that holds of the rows of `--output`, too. */
  readonly output?: boolean;
}
