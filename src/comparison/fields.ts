import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { cellOf, singleColumn } from '../records/csv-encoder.ts';
import { canonicalJson } from '../run/canonical.ts';
import { fieldPathText, type FieldPath } from './field-path.ts';

/** A field of an output: what has no names in it. A list is one field, however long it is. */
export interface Field {
  readonly path: FieldPath;
  readonly value: JsonValue;
}

/** By their paths as people write them. */
export type Fields = ReadonlyMap<string, Field>;

export interface FieldReading {
  /** A field that names the record, which tells nothing new. */
  readonly key: string | undefined;
  /** Whether one side is a table, which knows texts only: both are then read as its cells would be. */
  readonly asCells: boolean;
}

/** The fields of an output; one that is no object is a field by itself, under the name that it has in a table. */
export function fieldsOf(output: JsonValue, { key, asCells }: FieldReading): Fields {
  const fields = new Map<string, Field>();
  const root: JsonObject = isObject(output) ? output : { [singleColumn]: output };
  for (const [name, value] of Object.entries(root)) {
    if (name === key) continue;
    if (asCells) add(fields, { path: [name], value: cellOf(value) });
    else collect(fields, [name], value);
  }
  return fields;
}

function collect(fields: Map<string, Field>, path: FieldPath, value: JsonValue): void {
  const members = isObject(value) ? Object.entries(value) : [];
  // An object without names is a value, as an empty list is.
  if (members.length === 0) add(fields, { path, value });
  else for (const [name, member] of members) collect(fields, [...path, name], member);
}

function add(fields: Map<string, Field>, field: Field): void {
  fields.set(fieldPathText(field.path), field);
}

/** A field that is not what it was; a side that does not have it is undefined. */
export interface FieldChange {
  /** As people write it. */
  readonly name: string;
  readonly path: FieldPath;
  readonly a: JsonValue | undefined;
  readonly b: JsonValue | undefined;
}

/** Fields in the order of `a`, then those that only `b` has. */
export function changedFields(a: Fields, b: Fields, { asCells }: FieldReading): readonly FieldChange[] {
  // A cell that is not there and one that is empty are the same to a table.
  const absent = asCells ? '' : undefined;
  const valueOf = (fields: Fields, name: string) => {
    const field = fields.get(name);
    return field === undefined ? absent : field.value;
  };
  return [...new Map([...a, ...b])].flatMap(([name, { path }]) => {
    const before = valueOf(a, name);
    const after = valueOf(b, name);
    return isSame(before, after) ? [] : [{ name, path, a: before, b: after }];
  });
}

function isSame(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  return canonicalJson(one) === canonicalJson(other);
}
