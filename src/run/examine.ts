import type { JsonObject } from '../json/json.ts';
import type { Plan } from '../plan.ts';
import type { RecordItem } from '../records/record.ts';
import { failure, success, type Result } from '../result.ts';
import type { RecordKey } from './keys.ts';
import { failedEnd, type FailedEnd } from './active-record.ts';
import { conflictingStep } from './row.ts';

/** The record's value, or why it cannot be begun: known before anything is paid for. */
export function examine(item: RecordItem, { error }: RecordKey, plan: Plan): Result<JsonObject, FailedEnd> {
  if (!item.ok) return failure({ ...failedEnd(null, null, item.error), raw: item.raw });
  if (error !== undefined) return failure(failedEnd(null, item.value, error));
  const mistakes = plan.input.validate(item.value);
  if (mistakes.length > 0) {
    return failure(failedEnd(null, item.value, { code: 'invalid_record', message: mistakes.join('; ') }));
  }
  const step = plan.output === undefined ? conflictingStep(item.value, plan.steps) : undefined;
  if (step === undefined) return success(item.value);
  const message = `the record has a field \`${step}\`, which is a step's id too, so a result would have two values of that name; rename the step, or say in \`output\` what a result is`;
  return failure(failedEnd(null, item.value, { code: 'field_conflict', message }));
}
