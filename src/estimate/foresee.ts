import type { CallOutcome, ModelRequest } from '../models/contract.ts';
import type { Plan, PlanStep } from '../plan.ts';
import type { RecordItem } from '../records/record.ts';
import { failure } from '../result.ts';
import { examine } from '../run/examine.ts';
import type { Fingerprint } from '../run/fingerprint.ts';
import type { Images } from '../run/images.ts';
import type { RecordKey } from '../run/keys.ts';
import { cachedUsage } from '../run/known-answers.ts';
import { fingerprintOfTool } from '../run/tools.ts';
import { decide } from '../run/when.ts';
import type { StepServices, StepValue } from '../steps/step.ts';
import type { Scope } from '../template/template.ts';
import { zeroUsage } from '../usage/add.ts';
import type { Known } from './known.ts';

/** One question that a run would ask. */
export interface Question {
  readonly request: ModelRequest;
  readonly fingerprint: Fingerprint;
  /** Whether its answer is; otherwise the model has to be asked. */
  readonly known: boolean;
}

/**
 * How far a step of a record can be told beforehand:
 *
 * - `through`: its answers are known, and it ends with them
 * - `open`: its last question is unanswered; how many more would follow, if any, is not known
 * - `tools`: all its questions are answered, and it goes on with what tools say, which is not known
 * - `awaits`: what it asks depends on answers that are not known; `certain`: it will ask, unless the record fails before
 * - `skipped`: its `when` holds it back
 * - `fails`: the record fails here, by what is known
 */
export interface StepSight {
  readonly step: PlanStep;
  readonly end: 'through' | 'open' | 'tools' | 'awaits' | 'skipped' | 'fails';
  readonly questions: readonly Question[];
  readonly certain: boolean;
  /** Of a step that awaits: its first question as far as it is known. */
  readonly sketch?: ModelRequest;
}

/** What is known of a record before a run; `steps` are those that it comes to. */
export type Foresight =
  | { readonly outcome: 'runs'; readonly steps: readonly StepSight[] }
  | { readonly outcome: 'skipped' | 'fails'; readonly steps: readonly [] };

export interface ForesightServices {
  readonly plan: Plan;
  readonly known: Known;
  readonly images: Images;
  /** Of each step of the plan, in its order. */
  readonly fingerprints: readonly ((request: ModelRequest) => Fingerprint)[];
}

/**
 * Walks a record through the steps by what is answered already: each runs as it does in a run, its answers judged and
 * repaired alike, but nobody is asked and no tool is run. Where an answer is missing, the step and those that read it stay
 * open, and the others go on.
 */
export async function foresee(
  item: RecordItem,
  key: RecordKey,
  services: ForesightServices,
): Promise<Foresight> {
  const { plan } = services;
  const examined = examine(item, key, plan);
  if (!examined.ok) return { outcome: 'fails', steps: [] };
  const values: Record<string, StepValue> = {};
  const scope = { input: examined.value, vars: plan.vars, steps: values };
  if (plan.input.when !== undefined) {
    const decision = decide(plan.input.when, '`input.when`', scope);
    if (!decision.ok) return { outcome: 'fails', steps: [] };
    if (!decision.value) return { outcome: 'skipped', steps: [] };
  }
  const steps: StepSight[] = [];
  const unknown = new Set<string>();
  for (const [at, step] of plan.steps.entries()) {
    const sight = await foreseeStep(step, at, { scope, values, unknown }, services);
    steps.push(sight);
    if (sight.end === 'fails') return { outcome: 'runs', steps };
    if (sight.end !== 'through' && sight.end !== 'skipped') unknown.add(step.id);
  }
  return { outcome: 'runs', steps };
}

interface Progress {
  readonly scope: Scope;
  readonly values: Record<string, StepValue>;
  /** Steps whose outputs are not known. */
  readonly unknown: ReadonlySet<string>;
}

async function foreseeStep(
  step: PlanStep,
  at: number,
  progress: Progress,
  services: ForesightServices,
): Promise<StepSight> {
  const { scope, unknown } = progress;
  const { when, when_reads = step.after } = step;
  const isDecidable = when === undefined || when_reads.every((id) => !unknown.has(id));
  const nothing = { step, questions: [], certain: isDecidable };
  if (when !== undefined && isDecidable) {
    const decision = decide(when, `the \`when\` of step \`${step.id}\``, scope);
    if (!decision.ok) return { ...nothing, end: 'fails' };
    if (!decision.value) return { ...nothing, end: 'skipped' };
  }
  if (isDecidable && step.after.every((id) => !unknown.has(id)))
    return rehearse(step, at, progress, services);
  const sketch = step.program.outlook?.sketch(scope);
  return { ...nothing, end: 'awaits', ...(sketch !== undefined && { sketch }) };
}

/** Runs the step on what is known. */
async function rehearse(
  step: PlanStep,
  at: number,
  { scope, values }: Progress,
  { plan, known, images, fingerprints }: ForesightServices,
): Promise<StepSight> {
  const questions: Question[] = [];
  let end: StepSight['end'] | undefined;
  const program: StepServices = {
    signal: never,
    async call(request) {
      const whole = await images.embed(request);
      if (!whole.ok) return { ok: false, error: whole.error, usage: zeroUsage };
      const fingerprint = fingerprints[at]?.(whole.value) ?? '';
      const found = await known.answer(step, fingerprint);
      questions.push({ request: whole.value, fingerprint, known: found !== undefined });
      if (found !== undefined) return { ok: true, completion: found.completion, usage: cachedUsage };
      end = 'open';
      return unanswered;
    },
    async tool(call) {
      const outcome = await known.tool(fingerprintOfTool(call, plan));
      if (outcome !== undefined) return outcome;
      end ??= 'tools';
      return failure({ code: 'aborted', message: unasked });
    },
  };
  const result = await step.program.execute(scope, program);
  if (end === undefined && result.ok) values[step.id] = result.value;
  return { step, questions, certain: true, end: end ?? (result.ok ? 'through' : 'fails') };
}

/** One for all: a signal takes more time and memory than the rest of a record. */
const never = new AbortController().signal;

const unasked = 'nobody is asked while a run is estimated';

const unanswered: CallOutcome = {
  ok: false,
  error: { code: 'aborted', message: unasked, status: null, attempts: 0, request_id: null, scope: 'record' },
  usage: zeroUsage,
};
