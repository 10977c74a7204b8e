import type { CallOutcome, ModelRequest } from '../models/contract.ts';
import type { Plan, PlanStep } from '../plan.ts';
import type { RecordItem } from '../records/record.ts';
import type { RecordFinished, RunEvent, RunFinished, RunStarted, StepFinished } from '../run/events.ts';
import type { RunOptions } from '../run/options.ts';
import type { ReplayMiss } from '../run/recordings/miss.ts';
import { runPipeline } from '../run/run.ts';
import { observed, type StepObserver } from '../steps/observe.ts';
import type { StepError, StepValue, ToolInvocation } from '../steps/step.ts';
import type { ToolOutcome } from '../tools/tool.ts';

/** One record's way through a pipeline, with all that was asked and answered on it. Grows while the run goes on. */
export interface Trial {
  readonly plan: Plan;
  /** Every step of the plan, in its order, whether or not it has run. */
  readonly steps: readonly TrialStep[];
  /** Calls of models and tools that no recording has. */
  readonly misses: readonly ReplayMiss[];
  readonly started?: RunStarted;
  /** How the record ended; absent where the run was stopped before. */
  readonly record?: RecordFinished;
  /** Absent while the run goes on. */
  readonly finished?: RunFinished;
}

export interface TrialStep {
  readonly step: PlanStep;
  readonly calls: readonly TrialCall[];
  readonly tools: readonly TrialTool[];
  /** Absent where the step was not begun, or cut off. */
  readonly outcome?: StepFinished['outcome'];
  readonly value?: StepValue;
  readonly error?: StepError;
}

export interface TrialCall {
  readonly request: ModelRequest;
  /** Absent while the answer is awaited. */
  readonly outcome?: CallOutcome;
  /** Milliseconds, waits and retries included. */
  readonly duration?: number;
}

export interface TrialTool {
  readonly call: Pick<ToolInvocation, 'id' | 'name' | 'arguments'>;
  /** How many calls of the model had been made before it. */
  readonly after: number;
  readonly outcome?: ToolOutcome;
  /** Milliseconds, the wait for a free place included. */
  readonly duration?: number;
}

/** Who follows a trial. */
export interface TrialListener {
  on(event: RunEvent): void;
  /** The step asks the model, after all events that were told before. */
  asked(step: TrialStep): void;
}

type Growing<Value> = { -readonly [name in keyof Value]: Value[name] };

interface GrowingStep extends Growing<Omit<TrialStep, 'calls' | 'tools'>> {
  readonly calls: Growing<TrialCall>[];
  readonly tools: Growing<TrialTool>[];
}

interface GrowingTrial extends Growing<Omit<Trial, 'steps' | 'misses'>> {
  readonly steps: readonly GrowingStep[];
  readonly misses: ReplayMiss[];
}

/**
 * Runs one record. `follow` is given the trial before anything of it has happened. Nothing throws for what users, providers
 * or disks do.
 */
export async function runTrial(
  plan: Plan,
  item: RecordItem,
  options: RunOptions,
  follow: (trial: Trial) => TrialListener,
): Promise<Trial> {
  const steps = plan.steps.map((step): GrowingStep => ({ step, calls: [], tools: [] }));
  const trial: GrowingTrial = { plan, steps, misses: [] };
  const listener = follow(trial);
  // The run's events are told a little later than they happen: those before a question have been when this is.
  const asked = (step: TrialStep, call: TrialCall) =>
    setImmediate(() => {
      if (call.outcome === undefined && trial.finished === undefined) listener.asked(step);
    });
  const watched = { ...plan, steps: steps.map((step) => watchedStep(step, asked)) };
  for await (const event of runPipeline(watched, once(item), { ...options, total: 1 })) {
    note(trial, event);
    listener.on(event);
  }
  return trial;
}

type Asked = (step: TrialStep, call: TrialCall) => void;

function watchedStep(step: GrowingStep, asked: Asked): PlanStep {
  return { ...step.step, program: observed(step.step.program, () => observerOf(step, asked)) };
}

function observerOf(step: GrowingStep, asked: Asked): StepObserver {
  return {
    asked(request) {
      const call: Growing<TrialCall> = { request };
      const began = performance.now();
      step.calls.push(call);
      asked(step, call);
      return (outcome) => {
        call.outcome = outcome;
        call.duration = performance.now() - began;
      };
    },
    called({ id, name, arguments: given }) {
      const tool: Growing<TrialTool> = { call: { id, name, arguments: given }, after: step.calls.length };
      const began = performance.now();
      step.tools.push(tool);
      return (outcome) => {
        tool.outcome = outcome;
        tool.duration = performance.now() - began;
      };
    },
    ended(result) {
      if (result.ok) step.value = result.value;
      else step.error = result.error;
    },
  };
}

function note(trial: GrowingTrial, event: RunEvent): void {
  switch (event.type) {
    case 'run_started':
      trial.started = event;
      return;
    case 'replay_missed':
      trial.misses.push(event.miss);
      return;
    case 'step_finished': {
      const ended = trial.steps.find(({ step }) => step.id === event.step);
      if (ended !== undefined) ended.outcome = event.outcome;
      return;
    }
    case 'record_finished':
      trial.record = event;
      return;
    case 'run_finished':
      trial.finished = event;
      return;
    case 'record_started':
    case 'call_delta':
    case 'call_finished':
    case 'tool_finished':
    case 'model_paused':
    case 'budget_held':
    case 'notice':
    case 'record_kept':
    case 'run_stopping':
  }
}

async function* once(item: RecordItem): AsyncGenerator<RecordItem, void, undefined> {
  yield item;
}
