import type { CallOutcome, ModelRequest } from '../models/contract.ts';
import type { Plan, PlanStep } from '../plan.ts';
import { failure, success, type Result } from '../result.ts';
import type { StepError, StepServices, StepValue, ToolInvocation } from '../steps/step.ts';
import type { ToolOutcome } from '../tools/tool.ts';
import { failedEnd, type ActiveRecord, type PendingEnd, type RecordEnd } from './active-record.ts';
import type { StepFinished } from './events.ts';
import { defaultRow, renderOutput } from './row.ts';
import type { StepOrder } from './step-order.ts';
import type { ToolPosition } from './tools.ts';
import type { Traces } from './traces.ts';
import { decide } from './when.ts';

/** What a record needs of the run that it is part of. */
export interface RecordHost {
  readonly plan: Plan;
  readonly order: StepOrder;
  readonly traces: Traces;
  /** Aborted when everything has to end at once. */
  readonly signal: AbortSignal;
  /** The nth model call of this record's step, from 1. */
  call(record: ActiveRecord, step: number, nth: number, request: ModelRequest): Promise<CallOutcome>;
  tool(
    record: ActiveRecord,
    step: number,
    position: ToolPosition,
    call: ToolInvocation,
  ): Promise<ToolOutcome>;
  /** Whether the run has stopped so far that no step begins any more. */
  stopped(): boolean;
  stepBegins(record: ActiveRecord): void;
  stepEnds(record: ActiveRecord): void;
  /** There may be room for another record. */
  moveOn(): void;
  stepFinished(record: ActiveRecord, step: number, outcome: StepFinished['outcome']): void;
  /** Something was thrown that only a mistake of ours can throw. */
  bug(error: unknown): void;
}

/** The scope of the record's templates, and how far its steps are. */
interface Progress {
  readonly record: ActiveRecord;
  readonly host: RecordHost;
  readonly scope: Readonly<Record<'input' | 'vars' | 'steps', unknown>>;
  readonly values: Record<string, StepValue>;
  /** For each step, how many it still awaits. */
  readonly awaited: number[];
}

type StepResult = Result<StepValue, StepError>;

const pending: PendingEnd = { outcome: 'pending' };

/** Runs the record's steps, each as soon as those before it have ended, independent ones side by side. */
export function runRecord(record: ActiveRecord, host: RecordHost): Promise<RecordEnd> {
  return host.traces.record(record, () => throughSteps(record, host));
}

/** Neither this nor what it calls holds more than it needs while it waits: there is one to each record in flight. */
function throughSteps(record: ActiveRecord, host: RecordHost): Promise<RecordEnd> {
  const { plan, order } = host;
  const values: Record<string, StepValue> = {};
  const scope = { input: record.value, vars: plan.vars, steps: values };
  if (plan.input.when !== undefined) {
    const decision = decide(plan.input.when, '`input.when`', scope);
    if (!decision.ok) return Promise.resolve(failedEnd(null, record.value, decision.error));
    if (!decision.value) return Promise.resolve({ outcome: 'skipped' });
  }
  const progress = { record, host, scope, values, awaited: [...order.awaited] };
  return runSteps(progress, order.first).then(() => endOf(progress));
}

function endOf({ record, host, scope, values }: Progress): RecordEnd {
  const { plan } = host;
  if (record.end !== undefined) return record.end;
  if (plan.output === undefined) {
    return { outcome: 'succeeded', output: defaultRow(record.value, plan.steps, values) };
  }
  const row = renderOutput(plan.output, scope);
  if (row.ok) return { outcome: 'succeeded', output: row.value };
  const { code, message } = row.error;
  return failedEnd(null, record.value, { code, message: `\`output\`: ${message}` });
}

function runSteps(progress: Progress, steps: readonly number[]): Promise<unknown> {
  const [first] = steps;
  if (first !== undefined && steps.length === 1) return runStep(progress, first);
  return Promise.all(steps.map((step) => runStep(progress, step)));
}

/** Runs a step, then those that it was the last to be awaited by. */
async function runStep(progress: Progress, at: number): Promise<void> {
  const { record, host } = progress;
  host.stepBegins(record);
  try {
    const step = host.plan.steps[at];
    if (step === undefined) throw new Error(`the plan has no step ${at}`);
    if (isToRun(progress, at, step)) end(progress, at, step, await perform(progress, at, step));
  } catch (error) {
    record.end ??= pending;
    host.bug(error);
  }
  host.stepEnds(record);
  const following = record.end === undefined ? runReady(progress, at) : undefined;
  // Only now: a record that begins asks for a slot at once, and must not get it before this one's next step.
  host.moveOn();
  await following;
}

/** Runs the steps that awaited this one only; undefined where there are none. */
function runReady(progress: Progress, ended: number): Promise<unknown> | undefined {
  const { host, awaited } = progress;
  const ready = (host.order.next[ended] ?? []).filter((next) => {
    awaited[next] = (awaited[next] ?? 0) - 1;
    return awaited[next] === 0;
  });
  return ready.length === 0 ? undefined : runSteps(progress, ready);
}

/** Whether the step is to be done; where it is not, that is told. */
function isToRun({ record, host, scope }: Progress, at: number, step: PlanStep): boolean {
  const decision = decideStep(step, scope);
  if (!decision.ok) {
    record.end ??= failedEnd(step.id, record.value, decision.error);
    host.stepFinished(record, at, 'failed');
    return false;
  }
  if (!decision.value) {
    host.stepFinished(record, at, 'skipped');
    return false;
  }
  if (!host.stopped()) return true;
  record.end ??= pending;
  return false;
}

function perform({ record, host, scope }: Progress, at: number, step: PlanStep): Promise<StepResult> {
  let calls = 0;
  let tools = 0;
  const services: StepServices = {
    call: (request) => host.call(record, at, ++calls, request),
    tool: (call) => host.tool(record, at, { nth: ++tools, after: calls }, call),
    signal: host.signal,
  };
  return host.traces.step(step, () => step.program.execute(scope, services));
}

function end({ record, host, values }: Progress, at: number, step: PlanStep, result: StepResult): void {
  if (result.ok) {
    values[step.id] = result.value;
    host.stepFinished(record, at, 'succeeded');
  } else if (wasCutOff(result.error, record, host)) {
    record.end ??= pending;
  } else {
    record.end ??= failedEnd(step.id, record.value, result.error);
    host.stepFinished(record, at, 'failed');
  }
}

function decideStep(
  step: PlanStep,
  scope: Progress['scope'],
): Result<boolean, { code: string; message: string }> {
  if (step.when === undefined) return success(true);
  const decision = decide(step.when, `the \`when\` of step \`${step.id}\``, scope);
  return decision.ok ? decision : failure(decision.error);
}

/** Whether a step ended not by what it did but because the run, or its record, is over. */
function wasCutOff(error: StepError, record: ActiveRecord, host: RecordHost): boolean {
  if (host.signal.aborted) return true;
  const over = host.stopped() || record.end !== undefined;
  return over && (error.code === 'aborted' || error.scope === 'run');
}
