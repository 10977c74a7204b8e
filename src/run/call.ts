import type { CallOutcome, ModelRequest, StreamDelta } from '../models/contract.ts';
import type { Plan, PlanStep } from '../plan.ts';
import type { ActiveRecord } from './active-record.ts';
import type { Budget } from './budget.ts';
import type { AnswerCache } from './cache/cache.ts';
import type { Entry } from './entry.ts';
import type { RunEvent } from './events.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Images } from './images.ts';
import type { SlotServices } from './in-slot.ts';
import type { Journal } from './journal/journal.ts';
import type { OpenModels, StepModel } from './models.ts';
import { pinnedCache, pinnedRecording, type Pins } from './pins.ts';
import type { RunRecordings } from './recordings/run-recordings.ts';
import type { UsageLedger } from './usage-ledger.ts';

/** What the calls of a run share. */
export interface CallServices extends SlotServices {
  readonly plan: Plan;
  /** Whether the simulator stands in for the models. */
  readonly simulated: boolean;
  readonly models: OpenModels;
  readonly ledger: UsageLedger;
  /** Undefined where the run may use what it likes. */
  readonly budget: Budget | undefined;
  /** Undefined where no answer is kept from one run to the next. */
  readonly cache: AnswerCache | undefined;
  /** What answers in place of the models, or what is asked is recorded in; undefined where neither is wanted. */
  readonly recordings: RunRecordings | undefined;
  readonly images: Images;
  /** Undefined where any model may answer. */
  readonly pins: Pins | undefined;
  readonly journal: Journal | undefined;
  /** Whether every answer is to come as a stream whose pieces are told. */
  readonly stream: boolean;
  /** An earlier session was answered the call already. */
  readonly replayed: () => void;
  /** Milliseconds that the others are given when a call finds that none can succeed. */
  readonly grace: number;
  readonly now: () => number;
  /** What `now` was when the session began. */
  readonly began: number;
  readonly tell: (event: RunEvent) => void;
}

/** One call on its way to its answer. */
export interface Call {
  readonly services: CallServices;
  readonly record: ActiveRecord;
  /** Of the plan. */
  readonly step: number;
  readonly nth: number;
  readonly ofPlan: PlanStep;
  readonly model: StepModel;
  /** Those that what is pinned allows. */
  readonly recordings: RunRecordings | undefined;
  readonly cache: AnswerCache | undefined;
  /** As the step asks it. */
  readonly request: ModelRequest;
  /** With its images in it. */
  readonly sent: ModelRequest;
  readonly fingerprint: Fingerprint;
}

export function callOf(
  services: CallServices,
  record: ActiveRecord,
  step: number,
  nth: number,
  request: ModelRequest,
  sent: ModelRequest,
): Call {
  const ofPlan = services.plan.steps[step];
  const model = services.models.ofSteps[step];
  if (ofPlan === undefined || model === undefined) throw new Error(`the plan has no step ${step}`);
  const { pins, recordings, cache } = services;
  return {
    services,
    record,
    step,
    nth,
    ofPlan,
    model,
    recordings:
      recordings?.kind === 'record' ? pinnedRecording(recordings, pins, model.settings) : recordings,
    cache: ofPlan.cache ? pinnedCache(cache, pins, model.settings) : undefined,
    request,
    sent,
    fingerprint: model.fingerprint(sent),
  };
}

export function entryOf({ model, fingerprint }: Call, outcome: CallOutcome & { readonly ok: true }): Entry {
  const { completion, usage } = outcome;
  return { fingerprint, model: model.name, completion, usage };
}

/** Tells the pieces of the answer as they come. */
export function teller({ services, record, ofPlan, nth }: Call): (delta: StreamDelta) => void {
  const { index } = record;
  return (delta) => services.tell({ type: 'call_delta', index, step: ofPlan.id, call: nth, delta });
}
