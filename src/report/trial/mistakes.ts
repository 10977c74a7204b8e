import type { Diagnostic, Location } from '../../diagnostic/diagnostic.ts';
import type { RecordFinished, StopReason } from '../../run/events.ts';
import type { ReplayMiss } from '../../run/recordings/miss.ts';
import { withoutResume } from '../../run/budget-spent.ts';
import type { Trial, TrialStep } from '../../trial/trial.ts';
import { missTitle } from '../replay-miss.ts';

/** Where the record stands, for mistakes of its own. Absent: in no file. */
export interface RecordPlace {
  readonly path: string;
  readonly line: number;
}

/** Why a trial came to nothing: that the record failed, or that the run was stopped. What is only interrupted is none. */
export function mistakesOf(trial: Trial, place: RecordPlace | undefined): readonly Diagnostic[] {
  const { record, finished } = trial;
  const failed = record?.outcome === 'failed' ? [failureOf(trial, record, place)] : [];
  const { reason } = finished ?? {};
  return reason === undefined || reason.kind === 'interrupted' ? failed : [...failed, stopped(reason)];
}

type Failed = Extract<RecordFinished, { readonly outcome: 'failed' }>;

function failureOf(
  { steps, misses: [miss] }: Trial,
  { step, error }: Failed,
  place: RecordPlace | undefined,
): Diagnostic {
  if (error.code === 'replay_miss' && miss !== undefined) return missOf(miss);
  const at = steps.find((one) => one.step.id === step);
  const hint = at === undefined ? recordRemedy(error.code) : stepRemedy(error.code, at);
  const message = step === null ? error.message : `step \`${step}\`: ${error.message}`;
  return {
    severity: 'error',
    code: error.code.replaceAll('_', '-'),
    message,
    ...(hint !== undefined && { hint }),
    ...(at?.error?.place === undefined ? placeOf(at?.step.place, place) : { place: at.error.place }),
  };
}

/** What it differs in stands below it. */
function missOf(miss: ReplayMiss): Diagnostic {
  return {
    severity: 'error',
    code: 'replay-miss',
    message: missTitle(miss),
    hint: '`--record FILE` in the place of `--replay` asks the model, and records its answer',
    ...(miss.place !== undefined && { place: miss.place }),
  };
}

function placeOf(step: Location | undefined, record: RecordPlace | undefined): Pick<Diagnostic, 'place'> {
  if (step !== undefined) return { place: { ...step, part: 'key' } };
  return record === undefined ? {} : { place: record };
}

/** What to do about a record that fails before anything is asked for it. */
export function recordRemedy(code: string): string | undefined {
  if (code === 'invalid_record') return 'correct the record, or `input.schema`';
  return code === 'absent_path' ? guard : undefined;
}

const guard = 'give the record that field, or guard the path with `{{#if}}` or `default`';

/** What to do about it, where the message does not say so itself. */
function stepRemedy(code: string, { step, calls }: TrialStep): string | undefined {
  switch (code) {
    case 'invalid_json':
    case 'schema_mismatch':
    case 'no_tool_call':
    case 'bad_tool_arguments':
      if (step.type !== 'structured') return undefined;
      return calls.length > 1
        ? 'say in the prompt what the answer must be, or allow this one in `schema`'
        : '`repair: 2` in the step asks again with what is wrong; or say in the prompt what the answer must be';
    case 'inexact_number':
      return 'describe it as a text in `schema`: {type: string}';
    case 'refused_answer':
      return 'write the prompt otherwise, or ask another model';
    case 'tool_failed':
      return 'correct the tool, or let the model be told of the error by `on_error: tell`';
    case 'absent_path':
      return guard;
    case 'connection_failed':
    case 'timed_out':
      return '`--simulate` answers without a server';
    default:
      return undefined;
  }
}

/** Nothing is kept of a trial that could be resumed. */
function stopped(reason: StopReason): Diagnostic {
  const { code, message, hint } = withoutResume(reason);
  const remedy = hint ?? (code === 'budget_spent' ? 'raise `--budget-usd`, or `budget`' : undefined);
  return {
    severity: 'error',
    code: code.replaceAll('_', '-'),
    message,
    ...(remedy !== undefined && { hint: remedy }),
  };
}
