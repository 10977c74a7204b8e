import type { Plan, PlanStep } from '../plan.ts';
import type { PacedRequest } from '../run/pacing/paced-request.ts';
import { createLimits, type Limits } from '../run/pacing/limits.ts';
import { stepOrder } from '../run/step-order.ts';
import { zeroUsage } from '../usage/add.ts';
import { createTimeline } from './timeline.ts';

/** What a call of a step is like. */
export interface StepPace {
  /** Calls of a record that comes to the step. */
  readonly calls: number;
  /** Milliseconds of the next call. */
  readonly latency: () => number;
  /** Tokens of one call. */
  readonly input: number;
  readonly output: number;
}

export interface Schedule {
  readonly plan: Plan;
  /** For each record, whether it comes to a call in each step of the plan. */
  readonly records: readonly (readonly boolean[])[];
  readonly paces: readonly StepPace[];
}

interface Call {
  readonly record: number;
  readonly step: number;
  /** How many more the record makes in the step. */
  readonly left: number;
}

interface Model {
  readonly limits: Limits;
  /** Calls that hold a slot and wait for the pace. */
  readonly waiting: Call[];
}

/** Bytes of a token, by which the pace reckons before it has learned. */
const bytesPerToken = 4;

/**
 * Milliseconds that the calls take, by a clock of its own: as many at one time as `limits.concurrency` allows, the oldest
 * record's first, each let out by the same limits that pace a run. Nothing fails, and nobody is asked to wait by a server.
 */
export function simulateSchedule({ plan, records, paces }: Schedule): number {
  const order = stepOrder(plan.steps);
  const timeline = createTimeline();
  const models = new Map<string, Model>();
  const ofSteps = plan.steps.map((step) => modelOf(step, plan, models));
  const ready: Call[] = [];
  const awaited = new Map<number, number[]>();
  let slots = plan.limits.concurrency;
  let next = 0;
  let inFlight = 0;

  function beginRecord(): void {
    const record = next;
    next += 1;
    inFlight += 1;
    awaited.set(record, [...order.awaited]);
    for (const step of order.first) beginStep(record, step);
  }

  function beginStep(record: number, step: number): void {
    const calls = records[record]?.[step] === true ? (paces[step]?.calls ?? 1) : 0;
    if (calls > 0) ready.push({ record, step, left: calls - 1 });
    else endStep(record, step);
  }

  function endStep(record: number, step: number): void {
    const left = awaited.get(record);
    if (left === undefined) return;
    left[step] = -1;
    for (const following of order.next[step] ?? []) {
      left[following] = (left[following] ?? 0) - 1;
      if (left[following] === 0) beginStep(record, following);
    }
    if (left.every((count) => count === -1)) {
      awaited.delete(record);
      inFlight -= 1;
    }
  }

  /** Fills free slots; a new record begins while none of those in flight has a call for one. */
  function fill(): void {
    while (slots > 0) {
      if (ready.length === 0) {
        if (next >= records.length || inFlight >= plan.limits.concurrency) return;
        beginRecord();
        continue;
      }
      const call = ready.shift();
      if (call === undefined) return;
      slots -= 1;
      const model = ofSteps[call.step];
      model?.waiting.push(call);
      if (model?.waiting.length === 1) letOut(model);
    }
  }

  function letOut(model: Model): void {
    const time = timeline.now;
    for (let call = model.waiting[0]; call !== undefined; call = model.waiting[0]) {
      const request = requestOf(call);
      const wait = Math.ceil(model.limits.wait(request, time));
      if (wait > 0) {
        timeline.at(time + wait, () => letOut(model));
        return;
      }
      model.waiting.shift();
      send(call, request, model);
    }
  }

  function send(call: Call, request: PacedRequest, { limits }: Model): void {
    const admitted = timeline.now;
    const reserved = limits.take(request, admitted);
    const { latency = () => 0, input = 0, output = 0 } = paces[call.step] ?? {};
    timeline.at(admitted + latency(), () => {
      const tokens = { input_tokens: input, output_tokens: output, total_tokens: input + output };
      const end = { kind: 'answered', fault: null, retry_after: null, quota: null } as const;
      const usage = { ...zeroUsage, ...tokens };
      limits.settle(request, { ...end, usage }, { admitted, reserved, time: timeline.now });
      slots += 1;
      if (call.left > 0) ready.unshift({ ...call, left: call.left - 1 });
      else endStep(call.record, call.step);
      fill();
    });
  }

  function requestOf({ step }: Call): PacedRequest {
    const { max_output_tokens = null } = plan.steps[step] ?? {};
    const bytes = (paces[step]?.input ?? 0) * bytesPerToken;
    return { bytes, images: 0, max_output_tokens, call: paces, failed_before: false };
  }

  fill();
  return timeline.run();
}

/** Limits hold for each model of each account by itself. */
function modelOf({ model }: PlanStep, { limits }: Plan, models: Map<string, Model>): Model {
  const { provider, base_url = null, name, api_key_env = null } = model;
  const identity = JSON.stringify([provider, base_url, name, api_key_env]);
  const known = models.get(identity) ?? { limits: createLimits(limits), waiting: [] };
  models.set(identity, known);
  return known;
}
