import type { JsonValue } from '../json/json.ts';
import type { Plan } from '../plan.ts';
import { failure } from '../result.ts';
import type { ToolInvocation } from '../steps/step.ts';
import type { Shared } from '../tools/shared.ts';
import type { ToolOutcome } from '../tools/tool.ts';
import type { ActiveRecord } from './active-record.ts';
import type { ReplayMissed, ToolFinished } from './events.ts';
import { toolFingerprint, type Fingerprint } from './fingerprint.ts';
import { inSlot, type SlotServices } from './in-slot.ts';
import type { Journal } from './journal/journal.ts';
import { missMessage } from './recordings/miss.ts';
import type { RunRecordings } from './recordings/run-recordings.ts';
import type { RunOptions } from './options.ts';
import type { RedactOutcome } from './secrets.ts';
import { toolEnv } from './tool-env.ts';

/**
 * What the tool calls of a run share. The slots are of tools alone: a call that held a model's slot while it waited for a
 * tool's could wait for ever.
 */
export interface ToolCallServices extends SlotServices {
  readonly plan: Plan;
  readonly env: RunOptions['env'];
  readonly shared: Shared;
  readonly redact: RedactOutcome;
  readonly journal: Journal | undefined;
  readonly recordings: RunRecordings | undefined;
  /** Aborted when everything has to end at once: a tool at work is then ended. */
  readonly signal: AbortSignal;
  /** An earlier session was given the call's result already. */
  readonly replayed: () => void;
  readonly now: () => number;
  readonly finished: (event: ToolFinished) => void;
  readonly missed: (event: ReplayMissed) => void;
}

/** A tool call's place in its record's step. */
export interface ToolPosition {
  /** Its number, from 1, in the order in which the model asked. */
  readonly nth: number;
  /** Model calls of the step before it. */
  readonly after: number;
}

/** A call that was not begun: nothing is told of it. */
const refused: ToolOutcome = failure({
  code: 'aborted',
  message: 'the run is stopping, so the tool was not run',
});

/**
 * What an earlier session of this run was given for the same call of the record, or what was recorded for it; else runs the
 * tool when a slot is free, takes the secrets out of what it gives back, and journals and records that.
 */
export async function runTool(
  services: ToolCallServices,
  record: ActiveRecord,
  step: number,
  { nth, after }: ToolPosition,
  call: ToolInvocation,
): Promise<ToolOutcome> {
  const { plan, recordings } = services;
  const { index, key } = record;
  const ofPlan = plan.steps[step];
  if (ofPlan === undefined) throw new Error(`the plan has no step ${step}`);
  const { id: stepId, program } = ofPlan;
  const { id, name } = call;
  const asked = { id, name, arguments: call.arguments };
  const fingerprint = fingerprintOfTool(call, plan);
  const known = record.replay?.tool(stepId, fingerprint);
  if (known !== undefined) {
    services.replayed();
    await write(known, false);
    return known;
  }
  if (recordings?.kind === 'record') return recordings.alone(fingerprint, recordedOrRun);
  if (recordings === undefined || recordings.liveTools) return inSlot(services, record, refused, perform);
  const recorded = recordings.tool(fingerprint);
  if (recorded !== undefined) return finish(recorded.outcome, 0);
  const miss = recordings.missedTool(ofPlan, { ...asked, files: call.identity?.files ?? [] });
  services.missed({ type: 'replay_missed', index, key, miss });
  return failure({ code: 'replay_miss', message: missMessage(miss), fatal: true });

  /** A failure that was recorded does not stand in the way: tools cost nothing, and may do better. */
  async function recordedOrRun(): Promise<ToolOutcome> {
    const found =
      recordings?.kind === 'record' ? await recordings.find(fingerprint, record.failed_before) : undefined;
    const reused = found?.type === 'tool' && found.outcome.ok;
    const outcome = reused
      ? await finish(found.outcome, 0)
      : await inSlot(services, record, refused, perform);
    if (outcome.ok || outcome.error.code !== 'aborted') await write(outcome, !reused);
    return outcome;
  }

  async function write(outcome: ToolOutcome, anew: boolean): Promise<void> {
    if (recordings?.kind !== 'record') return;
    const made = { step: stepId, fingerprint, name, arguments: call.arguments, outcome };
    await recordings.called([record.sequence, step, after, nth], made, anew);
  }

  async function perform(): Promise<ToolOutcome> {
    const { env, shared, redact, traces, signal, now } = services;
    const began = now();
    const tools = { signal, shared, env: toolEnv(program.env ?? [], env) };
    const outcome = await traces.tool(call, async () => redact(await call.run(tools)));
    // One that was ended midway has not finished: it is to run again when the run is resumed.
    if (!outcome.ok && outcome.error.code === 'aborted') return outcome;
    return finish(outcome, now() - began);
  }

  /** Journals and tells a call that has ended. */
  async function finish(outcome: ToolOutcome, duration: number): Promise<ToolOutcome> {
    const { journal, finished } = services;
    journal?.tool({ index, key, step: stepId, call: nth, fingerprint, ...asked, outcome, duration });
    await journal?.committed();
    const event = { type: 'tool_finished', index, step: stepId, tool: name, duration } as const;
    finished(outcome.ok ? { ok: true, ...event } : { ok: false, code: outcome.error.code, ...event });
    return outcome;
  }
}

/** What a call of a tool is known by. */
export function fingerprintOfTool(call: ToolInvocation, plan: Plan): Fingerprint {
  const { id, name } = call;
  return toolFingerprint({ id, name, arguments: call.arguments, identity: identityOf(call, plan) });
}

/** What the tool is, with what is in its files: a result of what it was before is none of its own. */
function identityOf({ identity }: ToolInvocation, { files }: Plan): JsonValue {
  if (identity === null) return null;
  const { spec, files: paths } = identity;
  return { spec, files: files.filter(({ path }) => paths.includes(path)).map(({ sha256 }) => sha256) };
}
