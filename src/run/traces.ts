import { AsyncResource } from 'node:async_hooks';
import type { JsonValue } from '../json/json.ts';
import type { CallOutcome, ModelRequest, ModelSettings } from '../models/contract.ts';
import type { PlanStep } from '../plan.ts';
import type { Result } from '../result.ts';
import type { StepError, StepValue, ToolInvocation } from '../steps/step.ts';
import type { ToolOutcome } from '../tools/tool.ts';
import type { SpanEnd, Tracer } from '../tracing/tracer.ts';
import type { ActiveRecord, RecordEnd } from './active-record.ts';

/** Does the parts of a run, and has tracers told of each. */
export interface Traces {
  record(record: ActiveRecord, work: () => Promise<RecordEnd>): Promise<RecordEnd>;
  step(step: PlanStep, work: () => Promise<StepResult>): Promise<StepResult>;
  call(call: TracedCall, work: () => Promise<CallOutcome>): Promise<CallOutcome>;
  tool(call: ToolInvocation, work: () => Promise<ToolOutcome>): Promise<ToolOutcome>;
  /** Keeps the work inside of the span that it is handed over in, wherever it is begun. */
  here<Value>(work: () => Promise<Value>): () => Promise<Value>;
  close(): Promise<void>;
}

type StepResult = Result<StepValue, StepError>;

export interface TracedCall {
  readonly step: string;
  readonly settings: ModelSettings;
  readonly request: ModelRequest;
}

/** Nobody is told. */
export const untraced: Traces = {
  record: (_record, work) => work(),
  step: (_step, work) => work(),
  call: (_call, work) => work(),
  tool: (_call, work) => work(),
  here: (work) => work,
  close: () => Promise.resolve(),
};

export function tracesBy(tracer: Tracer, pipeline: string): Traces {
  // A record is often begun by the end of another, whose trace it must not become a part of.
  const outside = new AsyncResource('run');
  return {
    record: ({ key, index, value }, work) =>
      outside.runInAsyncScope(() =>
        tracer.span({ kind: 'record', pipeline, key, index, input: value }, work, recordEnd),
      ),
    step: ({ id, type }, work) =>
      tracer.span({ kind: 'step', id, type }, work, (result) =>
        result.ok ? { ok: true, output: result.value.output } : failed(result.error),
      ),
    call: (call, work) =>
      tracer.span({ kind: 'call', ...call }, work, (outcome) => ({
        ...(outcome.ok ? succeeded(outcome.completion.text) : failed(outcome.error)),
        call: outcome,
      })),
    tool: (call, work) =>
      tracer.span(
        { kind: 'tool', id: call.id, name: call.name, arguments: call.arguments },
        work,
        (outcome) => (outcome.ok ? succeeded(outcome.value) : failed(outcome.error)),
      ),
    // A slot runs the call that has waited longest, in whatever span the slot came free.
    here: (work) => AsyncResource.bind(work),
    close: () => tracer.close(),
  };
}

function recordEnd(end: RecordEnd): SpanEnd {
  switch (end.outcome) {
    case 'succeeded':
      return succeeded(end.output);
    case 'skipped':
      return succeeded(null);
    case 'failed':
      return failed(end.error);
    case 'pending':
      return failed({ code: 'aborted', message: 'the run stopped before the record was through' });
  }
}

function succeeded(output: JsonValue): SpanEnd {
  return { ok: true, output };
}

function failed({ code, message }: { readonly code: string; readonly message: string }): SpanEnd {
  return { ok: false, code, message };
}
