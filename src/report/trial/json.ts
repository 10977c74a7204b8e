import type { JsonDiagnostic } from '../../diagnostic/format.ts';
import { printableJson } from '../../diagnostic/printable.ts';
import type { JsonObject, JsonValue } from '../../json/json.ts';
import type { Message, ToolCall } from '../../models/contract.ts';
import type { RecordItem } from '../../records/record.ts';
import type { RunFinished } from '../../run/events.ts';
import type { RecordingChange } from '../../run/recordings/change.ts';
import { addUsage, zeroUsage } from '../../usage/add.ts';
import type { Usage } from '../../usage/usage.ts';
import type { Trial, TrialCall, TrialStep, TrialTool } from '../../trial/trial.ts';
import { originOf, type AnswerOrigin } from './facts.ts';

/**
 * The one object that `pipe try --format json` prints. Names are part of the contract with scripts: none is ever left out,
 * and what is not known or not there is null.
 */
export interface TrialReport {
  readonly pipeline: string;
  readonly state: RunFinished['state'];
  /** Why the run did not go to its end. */
  readonly reason: RunFinished['reason'] | null;
  readonly exit_code: number;
  readonly simulated: boolean;
  readonly replayed: boolean;
  readonly record: {
    readonly key: string;
    /** From 0; null for one that comes from no file, as is `line`, from 1. */
    readonly index: number | null;
    readonly line: number | null;
    /** Null where the row is no record. */
    readonly input: JsonObject | null;
  };
  /** Null where the run was stopped before the record had ended. */
  readonly outcome: 'succeeded' | 'failed' | 'skipped' | null;
  /** The row; with `--step`, what that step has given. Null where there is none. */
  readonly output: JsonValue;
  readonly error: ReportedFailure | null;
  readonly steps: readonly ReportedStep[];
  readonly usage: Usage;
  /** The same as `usage.cost_usd`. */
  readonly cost_usd: number | null;
  readonly recording: RecordingChange | null;
  readonly duration_ms: number;
  /** Warnings, and why the record failed, each as `pipe check --format json` has it. */
  readonly diagnostics: readonly JsonDiagnostic[];
}

interface ReportedFailure {
  /** Null where the record itself is at fault. */
  readonly step: string | null;
  readonly code: string;
  readonly message: string;
  readonly status: number | null;
  readonly attempts: number;
  readonly request_id: string | null;
}

interface ReportedStep {
  readonly id: string;
  readonly type: string;
  readonly model: string;
  /** Null where it was not begun, or cut off. */
  readonly outcome: 'succeeded' | 'failed' | 'skipped' | null;
  /** The condition as the file has it. */
  readonly when: string | null;
  readonly output: JsonValue;
  readonly calls: readonly ReportedCall[];
  readonly tools: readonly ReportedTool[];
  readonly usage: Usage;
}

interface ReportedCall {
  readonly messages: readonly Message[];
  /** The model that answered. */
  readonly model: string | null;
  readonly from: AnswerOrigin | null;
  readonly text: string | null;
  readonly thinking: string | null;
  readonly refusal: string | null;
  readonly tool_calls: readonly Pick<ToolCall, 'id' | 'name' | 'arguments'>[];
  readonly finish_reason: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly usage: Usage | null;
  readonly duration_ms: number | null;
}

interface ReportedTool {
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonValue;
  readonly result: JsonValue;
  readonly error: { readonly code: string; readonly message: string } | null;
  /** How many calls of the model came before it. */
  readonly after: number;
  readonly duration_ms: number | null;
}

export interface TrialReportInput {
  readonly trial: Trial;
  readonly item: RecordItem;
  readonly key: string;
  readonly fromFile: boolean;
  readonly output: JsonValue;
  readonly exitCode: number;
  readonly diagnostics: readonly JsonDiagnostic[];
}

export function trialJson(input: TrialReportInput): string {
  return `${printableJson(JSON.stringify(reportOf(input), null, 2))}\n`;
}

function reportOf(input: TrialReportInput): TrialReport {
  const { trial, item, key, fromFile, output, exitCode, diagnostics } = input;
  const { plan, started, record, finished } = trial;
  if (finished === undefined) throw new Error('a trial is reported before its end');
  const usage = usageOf(trial.steps.flatMap(({ calls }) => calls));
  return {
    pipeline: plan.name,
    state: finished.state,
    reason: finished.reason ?? null,
    exit_code: exitCode,
    simulated: started?.simulated === true || (finished.replay?.simulated ?? 0) > 0,
    replayed: started?.replayed ?? false,
    record: {
      key,
      index: fromFile ? item.index : null,
      line: fromFile ? item.line : null,
      input: item.ok ? item.value : null,
    },
    outcome: record?.outcome ?? null,
    output,
    error: record?.outcome === 'failed' ? failureOf(record.step, record.error) : null,
    steps: trial.steps.map((step) => stepOf(step, trial)),
    usage,
    cost_usd: usage.cost_usd,
    recording: finished.recording ?? null,
    duration_ms: finished.duration,
    diagnostics,
  };
}

function failureOf(
  step: string | null,
  { code, message, status, attempts, request_id }: Omit<ReportedFailure, 'step'>,
): ReportedFailure {
  return { step, code, message, status, attempts, request_id };
}

function stepOf({ step, calls, tools, outcome, value }: TrialStep, trial: Trial): ReportedStep {
  return {
    id: step.id,
    type: step.type,
    model: step.model.name,
    outcome: outcome ?? null,
    when: step.when?.text ?? null,
    output: value?.output ?? null,
    calls: calls.map((call) => callOf(call, trial)),
    tools: tools.map(toolOf),
    usage: usageOf(calls),
  };
}

function usageOf(calls: readonly TrialCall[]): Usage {
  return calls.flatMap(({ outcome }) => outcome?.usage ?? []).reduce(addUsage, zeroUsage);
}

function callOf({ request, outcome, duration }: TrialCall, trial: Trial): ReportedCall {
  const completion = outcome?.ok === true ? outcome.completion : undefined;
  return {
    messages: request.messages,
    model: completion?.model ?? null,
    from: completion === undefined || outcome === undefined ? null : originOf(outcome, trial),
    text: completion?.text ?? null,
    thinking: completion?.thinking ?? null,
    refusal: completion?.refusal ?? null,
    tool_calls: (completion?.tool_calls ?? []).map(({ id, name, arguments: given }) => ({
      id,
      name,
      arguments: given,
    })),
    finish_reason: completion?.finish_reason ?? null,
    error: outcome?.ok === false ? { code: outcome.error.code, message: outcome.error.message } : null,
    usage: outcome?.usage ?? null,
    duration_ms: duration === undefined ? null : Math.round(duration),
  };
}

function toolOf({ call, after, outcome, duration }: TrialTool): ReportedTool {
  const error = outcome?.ok === false ? { code: outcome.error.code, message: outcome.error.message } : null;
  return {
    id: call.id,
    name: call.name,
    arguments: call.arguments,
    result: outcome?.ok === true ? outcome.value : null,
    error,
    after,
    duration_ms: duration === undefined ? null : Math.round(duration),
  };
}
