import type { CallError, CallOutcome } from '../models/contract.ts';
import { entryOf, teller, type Call } from './call.ts';
import { holdPin, recordAnswer, rememberAnswer, settleCall } from './call-end.ts';
import { openGate, type CallGate } from './gate.ts';
import { countLimited, type CountedGate } from './limited-requests.ts';
import { untold } from './listeners.ts';
import { refusedByProvider } from './reasons.ts';

/** A call under way. */
interface Asked {
  readonly began: number;
  readonly gate: CallGate;
  readonly counted: CountedGate;
  readonly answer: Promise<CallOutcome>;
}

/** Asks the model, and takes in what comes of it. */
// Short, and what it does in functions of their own: all that a function holds while it waits is held for each call in flight.
export async function ask(call: Call): Promise<CallOutcome> {
  const asked = sendOff(call);
  const outcome = answered(call, asked, await asked.answer);
  // In flight until its line is in the file: whoever is killed loses no more calls than there are slots.
  await call.services.journal?.committed();
  if (outcome.ok) {
    rememberAnswer(call, outcome);
    if (call.recordings !== undefined) await recordAnswer(call, entryOf(call, outcome));
    holdPin(call, outcome);
  } else heedFailure(call, outcome.error);
  return outcome;
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
  const outcome = settleCall(call, answer, call.services.now() - began, {
    held: gate.held,
    limited: counted.limited,
    waited: Math.round(counted.waited),
  });
  gate.ended();
  return outcome;
}

function heedFailure({ services, ofPlan, recordings }: Call, error: CallError): void {
  if (recordings?.kind === 'record') recordings.unanswered();
  if (error.scope !== 'run') return;
  // Others that are under way may be answered yet, and are paid for.
  const reason = refusedByProvider(error, ofPlan.model.name, services.plan, services.simulated);
  services.stop.request(reason, 'calls', services.grace);
}
