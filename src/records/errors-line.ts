import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { isObject, type JsonValue } from '../json/json.ts';
import type { InputRecord } from './record.ts';

export function isCount(value: JsonValue | undefined, least: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= least;
}

/** Refuses an earlier run's errors.jsonl that is taken for a file of records, by its first line. */
export function refuseErrors({ value, line }: InputRecord, path: string): Diagnostic | undefined {
  if (!isErrorsLine(value)) return undefined;
  return {
    severity: 'error',
    code: 'errors-file',
    message: `\`${path}\` holds the failed records of an earlier run, not the records themselves`,
    hint: 'add `--input-format errors`',
    place: { path, line },
  };
}

const writtenFields = new Set(['index', 'line', 'key', 'input', 'step', 'error', 'raw']);

/** Whether an object has just the fields that a run writes of a failed record. */
function isErrorsLine(value: InputRecord['value']): boolean {
  const { index, line, key, input, raw, error } = value;
  return (
    isCount(index, 0) &&
    isCount(line, 1) &&
    typeof key === 'string' &&
    (input === undefined ? typeof raw === 'string' : isObject(input)) &&
    isObject(error) &&
    Object.keys(value).every((name) => writtenFields.has(name))
  );
}
