import type { JsonObject, JsonSchema, JsonValue } from '../json/json.ts';
import type { Alternative } from '../schema/alternatives.ts';
import { kindOf } from '../schema/kinds.ts';
import { memberOf, typeOf } from '../schema/value-type.ts';

export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

const everyType: readonly JsonType[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

/**
 * The types that a record's schema allows for a field, undefined where it says nothing of them. `number` comes with
 * `integer`. The schema is read as the static check reads it, so that a cell is what the templates were checked for.
 */
export function typesOfField(record: JsonSchema, field: string): ReadonlySet<JsonType> | undefined {
  const sets = (memberOf(typeOf(record), field) ?? []).map(typesOfAlternative);
  if (sets.length === 0 || sets.includes(undefined)) return undefined;
  return new Set(everyType.filter((type) => sets.some((set) => set?.has(type))));
}

/** Whether a record's schema allows no record without this field, in whichever of its shapes. */
export function isRequired(record: JsonSchema, field: string): boolean {
  return typeOf(record).every((alternative) =>
    alternative.some(({ schema }) => Array.isArray(schema['required']) && schema['required'].includes(field)),
  );
}

type Types = ReadonlySet<JsonType> | undefined;

function typesOfAlternative(alternative: Alternative): Types {
  const said = alternative.flatMap(({ schema }) => typesSaid(schema));
  if (said.length === 0) return undefined;
  return new Set(everyType.filter((type) => said.every((set) => set.has(type))));
}

/** What each keyword says of the type: all of them hold. */
function typesSaid({ type, enum: options, const: constant }: JsonObject): readonly ReadonlySet<JsonType>[] {
  return [
    ...(type === undefined ? [] : [namedTypes(type)]),
    ...(Array.isArray(options) ? [new Set((options as readonly JsonValue[]).flatMap(typesOfValue))] : []),
    ...(constant === undefined ? [] : [new Set(typesOfValue(constant))]),
  ];
}

function namedTypes(type: JsonValue): ReadonlySet<JsonType> {
  const names: readonly JsonValue[] = Array.isArray(type) ? type : [type];
  const known = everyType.filter((name) => names.includes(name));
  return new Set(known.includes('number') ? [...known, 'integer'] : known);
}

function typesOfValue(value: JsonValue): readonly JsonType[] {
  return Number.isInteger(value) ? ['number', 'integer'] : [kindOf(value)];
}
