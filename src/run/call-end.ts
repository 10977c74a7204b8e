import type { CallOutcome } from '../models/contract.ts';
import { entryOf, type Call } from './call.ts';
import type { Entry } from './entry.ts';
import type { Reserved } from './journal/lines.ts';
import { remember } from './known-answers.ts';
import { modelMoved } from './pins.ts';

/** Counts, journals and tells a call that has ended. */
export function settleCall(
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
    call: nth,
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

/** For the cache, but not what an earlier session of this run had from there. */
export function rememberAnswer(call: Call, outcome: CallOutcome & { readonly ok: true }): void {
  if (call.cache === undefined || outcome.usage.cached_requests > 0) return;
  remember(call.record, call.step, entryOf(call, outcome));
}

/** Records the answer, where the run records. */
export async function recordAnswer(call: Call, entry: Entry): Promise<void> {
  const { record, step, nth, ofPlan, model, recordings, sent } = call;
  if (recordings?.kind !== 'record') return;
  const answered = { step: ofPlan.id, settings: model.settings, request: sent, entry };
  await recordings.answered([record.sequence, step, nth, 0], answered, record.failed_before);
}

/** Ends the run where another model has answered than the one that is pinned. */
export function holdPin(
  { services, model }: Call,
  { completion }: CallOutcome & { readonly ok: true },
): void {
  const moved = modelMoved(services.pins, model.settings, completion.model);
  if (moved !== undefined) services.stop.request(moved, 'calls', services.grace);
}
