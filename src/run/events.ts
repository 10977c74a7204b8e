import type { JsonObject, JsonValue } from '../json/json.ts';
import type { StreamDelta } from '../models/contract.ts';
import type { PlanBudget } from '../plan.ts';
import type { StepError } from '../steps/step.ts';
import type { ToolError } from '../tools/tool.ts';
import type { Usage } from '../usage/usage.ts';
import type { RecordingChange } from './recordings/change.ts';
import type { ReplayMiss } from './recordings/miss.ts';
import type { BudgetReport, Counts, ReplayReport, ToolCounts, Unwritten, UsageReport } from './totals.ts';

/** What a run tells, in the order in which it happens. Everything a person sees is a fold over these. */
export type RunEvent =
  | RunStarted
  | RecordStarted
  | StepFinished
  | CallDelta
  | CallFinished
  | ToolFinished
  | ModelPaused
  | BudgetHeld
  | Notice
  | ReplayMissed
  | RecordKept
  | RecordFinished
  | RunStopping
  | RunFinished;

export interface RunStarted {
  readonly type: 'run_started';
  readonly pipeline: string;
  /** Records selected, where that is known before the input has been read. */
  readonly total: number | null;
  readonly concurrency: number;
  /** The run's folder; absent where none is kept. */
  readonly folder?: string;
  readonly simulated: boolean;
  /** Recordings answer in place of the models: tokens and cost are those of the recording, and nothing is paid. */
  readonly replayed?: true;
  /** What the run may use at most, over all its sessions; absent: no bound. */
  readonly budget?: PlanBudget;
  /** Absent where the run has not been begun before. */
  readonly resumed?: Resumed;
}

/** What earlier sessions of a run have left. */
export interface Resumed {
  /** Records that are through: they are told as `record_kept`, and not run again. */
  readonly kept: number;
  /** Of all calls made so far, those of failed records included. */
  readonly usage: Usage;
}

export interface RecordStarted {
  readonly type: 'record_started';
  readonly index: number;
  readonly key: string;
}

/** A piece of an answer; told only where `stream` of the run's options asks for it. */
export interface CallDelta {
  readonly type: 'call_delta';
  readonly index: number;
  readonly step: string;
  /** The number of the call within the record's step, from 1. */
  readonly call: number;
  readonly delta: StreamDelta;
}

export interface CallFinished {
  readonly type: 'call_finished';
  readonly index: number;
  readonly step: string;
  /** The number of the call within the record's step, from 1. */
  readonly call: number;
  /** The model asked for, and the one that answered. */
  readonly model: string;
  readonly resolved_model: string | null;
  readonly ok: boolean;
  /** Why the answer ended: `length` where it was cut off; null where there was none, or it is not told. */
  readonly finish_reason: string | null;
  readonly usage: Usage;
  /** Milliseconds, waits and retries included. */
  readonly duration: number;
  /** The answer and its usage are those of a recording. */
  readonly replayed?: true;
}

export type ToolFinished = ToolEnd &
  ({ readonly ok: true } | { readonly ok: false; readonly code: ToolError['code'] });

interface ToolEnd {
  readonly type: 'tool_finished';
  readonly index: number;
  readonly step: string;
  /** The name that the model called, which may be no tool's. */
  readonly tool: string;
  /** Milliseconds, without the wait for a free place. */
  readonly duration: number;
}

export interface StepFinished {
  readonly type: 'step_finished';
  readonly index: number;
  readonly step: string;
  readonly outcome: 'succeeded' | 'failed' | 'skipped';
}

export interface ModelPaused {
  readonly type: 'model_paused';
  readonly model: string;
  /** Milliseconds. */
  readonly duration: number;
  /** A 429; errors from everybody's calls; or that the limits which the file sets want so long a wait. */
  readonly reason: 'rate_limited' | 'unavailable' | 'limits';
  /** Milliseconds after which the run stops if the model has not answered by then; absent: it does not stop for this. */
  readonly gives_up_in?: number;
}

/**
 * Whether calls wait from now on until others have told what they used: all that the budget has left is set aside for those.
 * Told whenever that changes.
 */
export interface BudgetHeld {
  readonly type: 'budget_held';
  readonly held: boolean;
}

/** Something that a user should know of and that changes nothing about the run. */
export interface Notice {
  readonly type: 'notice';
  /** One sentence, without a final full stop. */
  readonly message: string;
}

/** A call that no recording has, in a run that is answered by them; its record then fails with `replay_miss`. */
export interface ReplayMissed {
  readonly type: 'replay_missed';
  readonly index: number;
  readonly key: string;
  readonly miss: ReplayMiss;
}

/** What a failed record says of itself; with index, line, key and input it is a line of errors.jsonl. */
export interface RecordError extends Omit<StepError, 'code' | 'scope'> {
  /**
   * A model's or template's code, `ambiguous_when`, or of the record itself: a reader's code such as invalid_json,
   * invalid_record, missing_key, duplicate_key, field_conflict.
   */
  readonly code: string;
}

/** A record that an earlier session has brought to its end. */
export interface RecordKept {
  readonly type: 'record_kept';
  /** Counts the selected records from 0, in input order. */
  readonly sequence: number;
  readonly index: number;
  readonly outcome: 'succeeded' | 'skipped';
}

interface RecordOutcome {
  readonly type: 'record_finished';
  /** Counts the selected records from 0, in input order. */
  readonly sequence: number;
  readonly index: number;
  readonly line: number;
  /** The line of the file that is read, where `line` is that of an earlier run's input. */
  readonly file_line?: number | undefined;
  readonly key: string;
}

export type RecordFinished = RecordOutcome &
  (
    | { readonly outcome: 'succeeded'; readonly output: JsonValue }
    | { readonly outcome: 'skipped' }
    | {
        readonly outcome: 'failed';
        /** Null where the record itself was at fault, not a step. */
        readonly step: string | null;
        readonly input: JsonObject | null;
        readonly raw?: string;
        readonly error: RecordError;
      }
  );

/**
 * The run takes no further record. When draining, calls in flight are finished and no other begins, but that records in
 * flight run to their end where it is the input that broke off; when aborting, all ends at once. Told again when a run
 * that drains is given a time to end in, or is aborted, or when its folder fails.
 */
export interface RunStopping {
  readonly type: 'run_stopping';
  readonly how: 'draining' | 'aborting';
  readonly reason: StopReason;
  /** Records in flight run to their end; absent: the calls under way are all that is finished of them. */
  readonly to_the_end?: true;
  /** Milliseconds after which what is still in flight is ended; absent: it is waited for. */
  readonly grace?: number;
}

export interface StopReason {
  /** Decides the exit code: provider 3, budget 4, local 5, input 2, interrupted 130, failures 1. */
  readonly kind: 'provider' | 'budget' | 'local' | 'input' | 'interrupted' | 'failures';
  readonly code: string;
  readonly message: string;
  /** The remedy, as one short sentence; absent where the message has it, or there is none. */
  readonly hint?: string;
}

export interface RunFinished {
  readonly type: 'run_finished';
  readonly state: 'completed' | 'interrupted' | 'stopped';
  readonly reason?: StopReason;
  readonly counts: Counts;
  readonly tool_calls: ToolCounts;
  /** Calls of models and tools that earlier sessions had been answered, and nobody was asked again. */
  readonly replayed_calls?: number;
  readonly usage: UsageReport;
  /** Absent where the run has no budget. */
  readonly budget?: BudgetReport;
  /** The folder that images were read from; absent where no record named a file. */
  readonly files?: string;
  /** Absent where models were asked. */
  readonly replay?: ReplayReport;
  /** What could not be written of what the run was to leave; absent where all was. */
  readonly unwritten?: Unwritten;
  /** What the run's recording has changed in its file; absent where none was written. */
  readonly recording?: RecordingChange;
  /** Milliseconds. */
  readonly duration: number;
  /**
   * Whether the share of failed records is above `fail.error_rate`, or a replay is none: a call of it was never recorded,
   * or, where that is asked for, an entry was not used.
   */
  readonly failed: boolean;
}
