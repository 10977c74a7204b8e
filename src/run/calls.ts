import type { CallOutcome, ModelRequest, StreamDelta } from '../models/contract.ts';
import type { Plan } from '../plan.ts';
import { zeroUsage } from '../usage/add.ts';
import type { ActiveRecord } from './active-record.ts';
import type { RunEvent } from './events.ts';
import { fingerprintsOf } from './fingerprint.ts';
import type { Images } from './images.ts';
import { inSlot, type SlotServices } from './in-slot.ts';
import type { Journal } from './journal/journal.ts';
import type { OpenModels } from './models.ts';
import type { UsageLedger } from './usage-ledger.ts';

/** What the calls of a run share. */
export interface CallServices extends SlotServices {
  readonly plan: Plan;
  readonly models: OpenModels;
  readonly ledger: UsageLedger;
  readonly images: Images;
  readonly journal: Journal | undefined;
  /** Whether every answer is to come as a stream whose pieces are told. */
  readonly stream: boolean;
  readonly now: () => number;
  readonly tell: (event: RunEvent) => void;
}

/** A call that was not made: nothing was sent, nothing is told of it. */
const refused: CallOutcome = {
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

/** Nobody reads along: the answer is told when it is whole. */
function untold(): void {}

/**
 * Asks the model of a step when a slot is free, counts what it cost, and journals the answer. An error that no other
 * call can escape stops the run and ends the model's other calls.
 */
export async function callModel(
  services: CallServices,
  record: ActiveRecord,
  step: number,
  nth: number,
  request: ModelRequest,
): Promise<CallOutcome> {
  const whole = await services.images.embed(request);
  if (!whole.ok) return { ok: false, error: whole.error, usage: zeroUsage };
  return inSlot(services, record, refused, () => ask(whole.value));

  async function ask(sent: ModelRequest): Promise<CallOutcome> {
    const { plan, models, ledger, journal, stop, traces, now, tell } = services;
    const { id, stream: streams = false, max_output_tokens = null } = plan.steps[step] ?? {};
    const model = models.ofSteps[step];
    if (id === undefined || model === undefined) throw new Error(`the plan has no step ${step}`);
    const { index, key } = record;
    const told = (delta: StreamDelta) => tell({ type: 'call_delta', index, step: id, call: nth, delta });
    const stream = services.stream ? told : streams ? untold : undefined;
    const began = now();
    const answer = await traces.call({ step: id, settings: model.settings, request }, () =>
      model.client.call(sent, {
        signal: model.signal,
        waiting: stop.signal,
        gate: { admit: (size, signal) => model.pacer.admit({ ...size, max_output_tokens }, signal) },
        ...(stream !== undefined && { stream }),
        step: id,
        record: key,
      }),
    );
    const duration = now() - began;
    const resolved_model = answer.ok ? answer.completion.model : null;
    const call = { step: id, model: model.name, resolved_model, usage: answer.usage };
    const usage = ledger.add(call, record.countedIn);
    const outcome: CallOutcome = { ...answer, usage };
    const fingerprint = fingerprintsOf(model.settings)(sent);
    journal?.call({ index, key, step: id, call: nth, fingerprint, model: model.name, outcome, duration });
    const finish_reason = answer.ok ? answer.completion.finish_reason : null;
    tell({ type: 'call_finished', index, ...call, ok: answer.ok, finish_reason, usage, duration });
    if (!answer.ok && answer.error.scope === 'run') {
      const { code, message } = answer.error;
      stop.request({ kind: 'provider', code, message }, 'calls');
      model.abort();
    }
    return outcome;
  }
}
