import type { CallError, CallOutcome, ModelRequest } from '../models/contract.ts';
import { tellCompletion } from '../models/tell-completion.ts';
import type { Result } from '../result.ts';
import { zeroUsage } from '../usage/add.ts';
import type { ActiveRecord } from './active-record.ts';
import { ask } from './ask.ts';
import { callOf, teller, type Call, type CallServices } from './call.ts';
import { holdPin, recordAnswer, rememberAnswer, settleCall } from './call-end.ts';
import type { Entry } from './entry.ts';
import { inSlot } from './in-slot.ts';
import { knownAnswer, type KnownAnswer } from './known-answers.ts';
import { missMessage } from './recordings/miss.ts';

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
    rememberAnswer(call, outcome);
    await recordAnswer(call, await originalOf(call, entry));
  } else {
    settleCall(call, outcome, 0, { replayed: from === 'replay' });
    if (from === 'replay' && simulated !== true) holdPin(call, outcome);
    await recordAnswer(call, entry);
  }
  if (services.stream) tellCompletion(outcome.completion, teller(call));
  return outcome;
}

/** An answer that this run had from another one cost nothing; what is recorded is what it had cost there. */
async function originalOf({ recordings, cache, fingerprint }: Call, entry: Entry): Promise<Entry> {
  if (recordings?.kind !== 'record' || entry.usage.cached_requests === 0) return entry;
  return (await cache?.find(fingerprint)) ?? entry;
}
