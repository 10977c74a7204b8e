import { isObject, type JsonObject, type JsonSchema, type JsonValue } from '../json/json.ts';
import type { Plan, RecordReads } from '../plan.ts';
import { kindsOfType, literalsOf, memberOf, typeOf } from '../schema/value-type.ts';

/** What a pipeline needs of a record. */
export interface NeededRecord {
  /** The fields that it reads, and those that `input.schema` requires. */
  readonly fields: readonly string[];
  /** Whether a record without any field does. */
  readonly nothing: boolean;
  /** A record with these fields, each with a value of its type. */
  readonly example: JsonObject;
}

export function neededRecord(plan: Plan): NeededRecord {
  const { schema } = plan.input;
  const reads = [plan.input.when_reads, ...plan.steps.map((step) => step.record_reads), plan.output_reads];
  const known = reads.filter((one): one is RecordReads => one !== undefined);
  const fields = [...new Set([...requiredBy(schema), ...known.flatMap((one) => one.fields)])];
  const example = Object.fromEntries(fields.map((name) => [name, exampleOf(name, schema)]));
  const reading = fields.length > 0 || known.some(({ whole }) => whole);
  return { fields, nothing: !reading && plan.input.validate({}).length === 0, example };
}

function requiredBy(schema: JsonSchema | undefined): readonly string[] {
  const required = isObject(schema) ? schema['required'] : undefined;
  if (!Array.isArray(required)) return [];
  return (required as readonly JsonValue[]).filter((name) => typeof name === 'string');
}

/** A value that says what belongs there: the first of a list, or the emptiest of its kind. */
function exampleOf(name: string, schema: JsonSchema | undefined): JsonValue {
  const type = schema === undefined ? undefined : memberOf(typeOf(schema), name);
  if (type === undefined) return '…';
  const [first] = literalsOf(type) ?? [];
  if (first !== undefined) return first;
  const kinds = kindsOfType(type);
  if (kinds.includes('string')) return '…';
  if (kinds.includes('number')) return 0;
  if (kinds.includes('boolean')) return true;
  if (kinds.includes('array')) return [];
  return kinds.includes('object') ? {} : null;
}
