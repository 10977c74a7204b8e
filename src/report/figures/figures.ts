import type { JsonObject } from '../../json/json.ts';
import type { RunFinished, StopReason } from '../../run/events.ts';
import type { BudgetReport, ToolCounts, UsageReport } from '../../run/totals.ts';
import type { ErrorGroup } from './error-groups.ts';
import type { ResultFigures } from './results.ts';
import type { Histogram, StepCalls } from './step-calls.ts';
import type { Timeline } from './timeline.ts';

/**
 * All that a report tells of a run but its records: what `pipe report --format json` prints. Names are part of the
 * contract with scripts: none is ever left out, and what is not known or not there is null.
 */
export interface RunFigures {
  /** Of this object; a change that an older reader would misread makes it 2. */
  readonly format: 1;
  /** The last part of the run's folder. */
  readonly run: string;
  /** Absolute. */
  readonly folder: string;
  /** `killed`: it has not told its end, and no process is at work on it. */
  readonly state: RunFinished['state'] | 'running' | 'killed';
  /** Why the run did not go to its end. */
  readonly reason: StopReason | null;
  /** Whether answers, tokens and cost were made up by the simulator, now or when they were recorded. */
  readonly simulated: boolean;
  /** Whether recordings answered in place of the models. */
  readonly replayed: boolean;
  /** The pipeline's name. */
  readonly name: string;
  /** The version of pipe. */
  readonly pipe: string;
  /** Null where the run was begun by a program. */
  readonly pipeline: FileFigures | null;
  /** Partials, schemas and the like. */
  readonly files: readonly FileFigures[];
  readonly vars: JsonObject;
  /** The flags that changed the file for this run, as given. */
  readonly overrides: readonly string[];
  readonly input: {
    readonly path: string | null;
    readonly sha256: string | null;
    readonly format: string | null;
  };
  /** Null where all records were taken. */
  readonly selection: JsonObject | null;
  /** For each model asked for, those that answered. */
  readonly models: { readonly [model: string]: readonly string[] };
  /** UTC. */
  readonly started: string;
  readonly finished: string | null;
  /** Of all sessions that came to an end of their own; null where there is none. */
  readonly duration_ms: number | null;
  /** How often the run was begun: 1, and one more for each resume. */
  readonly sessions: number;
  readonly counts: RecordCounts;
  /** What the records that succeeded came to, field by field. */
  readonly results: ResultFigures;
  readonly tool_calls: ToolCounts;
  /** As in usage.json: `{total, by_step, by_model}`. */
  readonly usage: UsageReport;
  /**
   * US dollars, the same as `usage.total.cost_usd`; a lower bound where `usage.total.unmetered_requests` is not 0, and
   * while the run is at work, since what is in flight counts once it has ended.
   */
  readonly cost_usd: number | null;
  /** Null where the run has no budget, or has not told its end. */
  readonly budget: BudgetReport | null;
  /** How the calls of models went that were really made, or answered by the cache. */
  readonly calls: { readonly total: StepCalls; readonly by_step: { readonly [step: string]: StepCalls } };
  /** Null where no call was answered by a model. */
  readonly latency: Histogram | null;
  /** Null where no call ended, or an older pipe wrote the journal, without the time of each call. */
  readonly time: Timeline | null;
  /** Failed records by their code, the largest group first. */
  readonly errors: readonly ErrorGroup[];
}

/** A file that the run was made of. */
export interface FileFigures {
  /** Absolute. */
  readonly path: string;
  /** Of its bytes when the run was begun. */
  readonly sha256: string;
}

/** `total` and `pending` are null until a run has told its end. */
export interface RecordCounts {
  readonly total: number | null;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly pending: number | null;
}
