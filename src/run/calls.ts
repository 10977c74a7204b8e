import type { CallError, CallOutcome, ModelRequest, StreamDelta } from '../models/contract.ts';
import { tellCompletion } from '../models/tell-completion.ts';
import type { Plan, PlanStep } from '../plan.ts';
import type { Result } from '../result.ts';
import { zeroUsage } from '../usage/add.ts';
import type { ActiveRecord } from './active-record.ts';
import type { Budget } from './budget.ts';
import type { AnswerCache } from './cache/cache.ts';
import type { Entry } from './entry.ts';
import type { RunEvent } from './events.ts';
import type { Fingerprint } from './fingerprint.ts';
import { openGate, type CallGate } from './gate.ts';
import type { Images } from './images.ts';
import { inSlot, type SlotServices } from './in-slot.ts';
import type { Journal } from './journal/journal.ts';
import type { Reserved } from './journal/lines.ts';
import { knownAnswer, remember, type KnownAnswer } from './known-answers.ts';
import { countLimited, type CountedGate } from './limited-requests.ts';
import { untold } from './listeners.ts';
import type { OpenModels, StepModel } from './models.ts';
import { modelMoved, pinnedCache, pinnedRecording, type Pins } from './pins.ts';
import { missMessage } from './recordings/miss.ts';
import { refusedByProvider } from './reasons.ts';
import type { RunRecordings } from './recordings/run-recordings.ts';
import type { UsageLedger } from './usage-ledger.ts';

/** What the calls of a run share. */
export interface CallServices extends SlotServices {
  readonly plan: Plan;
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

/** A call that was not made: nothing was sent, nothing is told of it. */
const refused: CallOutcome & { readonly ok: false } = {
  ok: false,
  error: {
    code: 'aborted',
    message: 'the run is stopping, so the model was not asked',
    status: null,
    attempts: 0,
    request_id: null,
    scope: 'record',
  },
  usage: zeroUsage,
};

/** One call on its way to its answer. */
interface Call {
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

/**
 * The answer to a step's question: a known one, or the model's, which is asked when a slot is free. What it cost is counted,
 * and the answer journaled and recorded. An error that no other call can escape stops the run; the calls that
 * are under way have a grace to end in.
 */
export function callModel(
  services: CallServices,
  record: ActiveRecord,
  step: number,
  nth: number,
  request: ModelRequest,
): Promise<CallOutcome> {
  const begin = (whole: Result<ModelRequest, CallError>): Promise<CallOutcome> => {
    if (!whole.ok) return Promise.resolve({ ok: false, error: whole.error, usage: zeroUsage });
    return answer(callOf(services, record, step, nth, request, whole.value));
  };
  // Here and below, what is there at once is not waited for: each wait is one for every call of a run.
  const embedded = services.images.embed(request);
  return embedded instanceof Promise ? embedded.then(begin) : begin(embedded);
}

function callOf(
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

function answer(call: Call): Promise<CallOutcome> {
  const { recordings, fingerprint } = call;
  return recordings?.kind === 'record'
    ? recordings.alone(fingerprint, () => knownOrAsked(call))
    : knownOrAsked(call);
}

function knownOrAsked(call: Call): Promise<CallOutcome> {
  const { record, ofPlan, fingerprint } = call;
  const known = knownAnswer(record, ofPlan.id, fingerprint, call);
  if (known === undefined) return unknown(call);
  if (!(known instanceof Promise)) return take(call, known);
  return known.then((found) => (found === undefined ? unknown(call) : take(call, found)));
}

function unknown(call: Call): Promise<CallOutcome> {
  const { services, record, ofPlan, model, recordings, sent } = call;
  if (recordings?.kind !== 'replay') return inSlot(services, record, refused, () => ask(call));
  const { index, key } = record;
  const miss = recordings.missedAnswer(ofPlan, model.settings, sent);
  services.tell({ type: 'replay_missed', index, key, miss });
  const error: CallError = { ...refused.error, code: 'replay_miss', message: missMessage(miss) };
  return Promise.resolve({ ok: false, error, usage: zeroUsage });
}

async function take(call: Call, { from, outcome, entry, simulated }: KnownAnswer): Promise<CallOutcome> {
  const { services } = call;
  if (from === 'journal') {
    services.replayed();
    keep(call, outcome);
    await write(call, await originalOf(call, entry));
  } else {
    settle(call, outcome, 0, { replayed: from === 'replay' });
    if (from === 'replay' && simulated !== true) holdPin(call, outcome);
    await write(call, entry);
  }
  if (services.stream) tellCompletion(outcome.completion, teller(call));
  return outcome;
}

/** An answer that this run had from another one cost nothing; what is recorded is what it had cost there. */
async function originalOf({ recordings, cache, fingerprint }: Call, entry: Entry): Promise<Entry> {
  if (recordings?.kind !== 'record' || entry.usage.cached_requests === 0) return entry;
  return (await cache?.find(fingerprint)) ?? entry;
}

/** Records the answer, where the run records. */
async function write(call: Call, entry: Entry): Promise<void> {
  const { record, step, nth, ofPlan, model, recordings, sent } = call;
  if (recordings?.kind !== 'record') return;
  const answered = { step: ofPlan.id, settings: model.settings, request: sent, entry };
  await recordings.answered([record.sequence, step, nth, 0], answered, record.failed_before);
}

/** Tells the pieces of the answer as they come. */
function teller({ services, record, ofPlan, nth }: Call): (delta: StreamDelta) => void {
  const { index } = record;
  return (delta) => services.tell({ type: 'call_delta', index, step: ofPlan.id, call: nth, delta });
}

/** Short, and what it does in functions of their own: all that a function holds while it waits is held for each call in flight. */
async function ask(call: Call): Promise<CallOutcome> {
  const asked = sendOff(call);
  const outcome = answered(call, asked, await asked.answer);
  // In flight until its line is in the file: whoever is killed loses no more calls than there are slots.
  await call.services.journal?.committed();
  if (outcome.ok) {
    keep(call, outcome);
    if (call.recordings !== undefined) await write(call, entryOf(call, outcome));
    holdPin(call, outcome);
  } else heedFailure(call, outcome.error);
  return outcome;
}

/** A call under way. */
interface Asked {
  readonly began: number;
  readonly gate: CallGate;
  readonly counted: CountedGate;
  readonly answer: Promise<CallOutcome>;
}

function sendOff(call: Call): Asked {
  const { services, record, nth, ofPlan, model, request, sent } = call;
  const { plan, stop, traces, budget, journal, now } = services;
  const { key, failed_before } = record;
  const { id, max_output_tokens } = ofPlan;
  const gate = openGate(
    { pacer: model.pacer, budget, journal, stop },
    { key, step: id, call: nth, max_output_tokens, failed_before, model: model.name, prices: plan.prices },
  );
  const counted = countLimited(gate, now);
  const stream = services.stream ? teller(call) : ofPlan.stream ? untold : undefined;
  const options = {
    signal: model.signal,
    waiting: stop.signal,
    gate: counted,
    ...(stream !== undefined && { stream }),
    step: id,
    record: key,
  };
  const began = now();
  const answer = traces.call({ step: id, settings: model.settings, request }, () =>
    model.client.call(sent, options),
  );
  return { began, gate, counted, answer };
}

function answered(call: Call, { began, gate, counted }: Asked, answer: CallOutcome): CallOutcome {
  const outcome = settle(call, answer, call.services.now() - began, {
    held: gate.held,
    limited: counted.limited,
    waited: Math.round(counted.waited),
  });
  gate.ended();
  return outcome;
}

function entryOf({ model, fingerprint }: Call, outcome: CallOutcome & { readonly ok: true }): Entry {
  const { completion, usage } = outcome;
  return { fingerprint, model: model.name, completion, usage };
}

function heedFailure({ services, ofPlan, recordings }: Call, error: CallError): void {
  if (recordings?.kind === 'record') recordings.unanswered();
  if (error.scope !== 'run') return;
  // Others that are under way may be answered yet, and are paid for.
  const reason = refusedByProvider(error, ofPlan.model.name, services.plan);
  services.stop.request(reason, 'calls', services.grace);
}

/** Ends the run where another model has answered than the one that is pinned. */
function holdPin({ services, model }: Call, { completion }: CallOutcome & { readonly ok: true }): void {
  const moved = modelMoved(services.pins, model.settings, completion.model);
  if (moved !== undefined) services.stop.request(moved, 'calls', services.grace);
}

/** For the cache, but not what an earlier session of this run had from there. */
function keep(call: Call, outcome: CallOutcome & { readonly ok: true }): void {
  if (call.cache === undefined || outcome.usage.cached_requests > 0) return;
  remember(call.record, call.step, entryOf(call, outcome));
}

/** Counts, journals and tells a call that has ended. */
function settle(
  { services, record, nth, ofPlan, model, fingerprint }: Call,
  answer: CallOutcome,
  duration: number,
  {
    held,
    limited = 0,
    waited = 0,
    replayed = false,
  }: {
    readonly held?: Reserved | undefined;
    readonly limited?: number;
    readonly waited?: number;
    readonly replayed?: boolean;
  },
): CallOutcome {
  const { index, key } = record;
  const { id } = ofPlan;
  const { name } = model;
  const resolved_model = answer.ok ? answer.completion.model : null;
  const finish_reason = answer.ok ? answer.completion.finish_reason : null;
  const ended = { step: id, model: name, resolved_model, usage: answer.usage, priced: replayed };
  const usage = services.ledger.add(ended, record.countedIn);
  const outcome: CallOutcome = { ...answer, usage };
  const at = services.now() - services.began;
  // Member by member: where an object is spread and given members after it, V8 makes a hidden class for each anew.
  services.journal?.call({
    index,
    key,
    step: id,
    call: nth,
    fingerprint,
    model: name,
    outcome,
    duration,
    at,
    limited,
    waited,
    held,
  });
  services.tell({
    type: 'call_finished',
    index,
    step: id,
    model: name,
    resolved_model,
    ok: answer.ok,
    finish_reason,
    usage,
    duration,
    replayed: replayed ? true : undefined,
  });
  return outcome;
}
