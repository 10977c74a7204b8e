import type { CallOutcome, ModelRequest, StreamDelta } from '../models/contract.ts';
import { tellCompletion } from '../models/tell-completion.ts';
import type { Plan, PlanStep } from '../plan.ts';
import { zeroUsage } from '../usage/add.ts';
import type { ActiveRecord } from './active-record.ts';
import type { Budget } from './budget.ts';
import type { AnswerCache } from './cache/cache.ts';
import type { RunEvent } from './events.ts';
import { openGate } from './gate.ts';
import type { Images } from './images.ts';
import { inSlot, type SlotServices } from './in-slot.ts';
import type { Journal } from './journal/journal.ts';
import type { Reserved } from './journal/lines.ts';
import { knownAnswer, remember, type KnownAnswer } from './known-answers.ts';
import { countLimited } from './limited-requests.ts';
import { untold } from './listeners.ts';
import type { OpenModels, StepModel } from './models.ts';
import type { Entry } from './entry.ts';
import { modelMoved, pinnedCache, pinnedRecording, type Pins } from './pins.ts';
import { missMessage, type ReplayMiss } from './recordings/miss.ts';
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

/**
 * The answer to a step's question: a known one, or the model's, which is asked when a slot is free. What it cost is counted,
 * and the answer journaled and recorded. An error that no other call can escape stops the run; the calls that
 * are under way have a grace to end in.
 */
export async function callModel(
  services: CallServices,
  record: ActiveRecord,
  step: number,
  nth: number,
  request: ModelRequest,
): Promise<CallOutcome> {
  const { plan, images, tell } = services;
  const { ofPlan, model } = partsOf(services, step);
  const recordings =
    services.recordings?.kind === 'record'
      ? pinnedRecording(services.recordings, services.pins, model.settings)
      : services.recordings;
  const { id } = ofPlan;
  const cache = ofPlan.cache ? pinnedCache(services.cache, services.pins, model.settings) : undefined;
  const { index, key } = record;
  const told = (delta: StreamDelta) => tell({ type: 'call_delta', index, step: id, call: nth, delta });

  const whole = await images.embed(request);
  if (!whole.ok) return { ok: false, error: whole.error, usage: zeroUsage };
  const sent = whole.value;
  const fingerprint = model.fingerprint(sent);
  return recordings?.kind === 'record' ? recordings.alone(fingerprint, answer) : answer();

  async function answer(): Promise<CallOutcome> {
    const known = await knownAnswer(record, id, fingerprint, { recordings, cache });
    if (known !== undefined) return take(known);
    if (recordings?.kind === 'replay') return miss(recordings.missedAnswer(ofPlan, model.settings, sent));
    return inSlot(services, record, refused, ask);
  }

  async function take({ from, outcome, entry, simulated }: KnownAnswer): Promise<CallOutcome> {
    if (from === 'journal') {
      services.replayed();
      keep(outcome);
      await write(await originalOf(entry));
    } else {
      settle(outcome, 0, { replayed: from === 'replay' });
      if (from === 'replay' && simulated !== true) holdPin(outcome);
      await write(entry);
    }
    if (services.stream) tellCompletion(outcome.completion, told);
    return outcome;
  }

  /** An answer that this run had from another one cost nothing; what is recorded is what it had cost there. */
  async function originalOf(entry: Entry): Promise<Entry> {
    if (recordings?.kind !== 'record' || entry.usage.cached_requests === 0) return entry;
    return (await cache?.find(fingerprint)) ?? entry;
  }

  /** Records the answer, where the run records. */
  async function write(entry: Entry): Promise<void> {
    if (recordings?.kind !== 'record') return;
    const call = { step: id, settings: model.settings, request: sent, entry };
    await recordings.answered([record.sequence, step, nth, 0], call, record.failed_before);
  }

  function miss(missed: ReplayMiss): CallOutcome {
    tell({ type: 'replay_missed', index, key, miss: missed });
    return {
      ok: false,
      error: { ...refused.error, code: 'replay_miss', message: missMessage(missed) },
      usage: zeroUsage,
    };
  }

  async function ask(): Promise<CallOutcome> {
    const { stop, traces, budget, journal, now } = services;
    const { max_output_tokens } = ofPlan;
    const gate = openGate(
      { pacer: model.pacer, budget, journal, stop },
      {
        key,
        step: id,
        call: nth,
        max_output_tokens,
        failed_before: record.failed_before,
        model: model.name,
        prices: plan.prices,
      },
    );
    const limited = countLimited(gate, now);
    const stream = services.stream ? told : ofPlan.stream ? untold : undefined;
    const began = now();
    const answer = await traces.call({ step: id, settings: model.settings, request }, () =>
      model.client.call(sent, {
        signal: model.signal,
        waiting: stop.signal,
        gate: limited.gate,
        ...(stream !== undefined && { stream }),
        step: id,
        record: key,
      }),
    );
    const outcome = settle(answer, now() - began, {
      held: gate.held,
      limited: limited.count(),
      waited: limited.waited(),
    });
    // In flight until its line is in the file: whoever is killed loses no more calls than there are slots.
    await journal?.committed();
    if (outcome.ok) {
      keep(outcome);
      await write({ fingerprint, model: model.name, completion: outcome.completion, usage: outcome.usage });
    } else if (recordings?.kind === 'record') recordings.unanswered();
    if (outcome.ok) holdPin(outcome);
    if (!outcome.ok && outcome.error.scope === 'run') {
      // Others that are under way may be answered yet, and are paid for.
      stop.request(refusedByProvider(outcome.error, ofPlan.model.name, plan), 'calls', services.grace);
    }
    return outcome;
  }

  /** Ends the run where another model has answered than the one that is pinned. */
  function holdPin({ completion }: CallOutcome & { readonly ok: true }): void {
    const moved = modelMoved(services.pins, model.settings, completion.model);
    if (moved !== undefined) services.stop.request(moved, 'calls', services.grace);
  }

  /** For the cache, but not what an earlier session of this run had from there. */
  function keep({ completion, usage }: CallOutcome & { readonly ok: true }): void {
    if (cache === undefined || usage.cached_requests > 0) return;
    remember(record, step, { fingerprint, model: model.name, completion, usage });
  }

  /** Counts, journals and tells a call that has ended. */
  function settle(
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
    const { name } = model;
    const resolved_model = answer.ok ? answer.completion.model : null;
    const finish_reason = answer.ok ? answer.completion.finish_reason : null;
    const call = { step: id, model: name, resolved_model, usage: answer.usage, priced: replayed };
    const usage = services.ledger.add(call, record.countedIn);
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
    const event: RunEvent = {
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
    };
    tell(event);
    return outcome;
  }
}

function partsOf(
  { plan, models }: CallServices,
  step: number,
): { readonly ofPlan: PlanStep; readonly model: StepModel } {
  const ofPlan = plan.steps[step];
  const model = models.ofSteps[step];
  if (ofPlan === undefined || model === undefined) throw new Error(`the plan has no step ${step}`);
  return { ofPlan, model };
}
