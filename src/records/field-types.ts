import { isObject, type JsonObject, type JsonSchema, type JsonValue } from '../json/json.ts';

export type JsonType = 'null' | 'boolean' | 'integer' | 'number' | 'string' | 'array' | 'object';

const everyType: readonly JsonType[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

/**
 * The types that a record's schema allows for a field, undefined where it says nothing of them. `number` comes with
 * `integer`. It follows local `$ref`s, `allOf`, `anyOf` and `oneOf`, and reads `type`, `enum` and `const`.
 */
export function typesOfField(record: JsonSchema, field: string): ReadonlySet<JsonType> | undefined {
  const found = schemasOfField(record, record, field, new Set());
  return everyOf(found.map((schema) => typesOf(schema, record, new Set())));
}

/** The schemas that a record's schema gives for a field: all of them hold. */
function schemasOfField(
  schema: JsonValue | undefined,
  root: JsonSchema,
  field: string,
  seen: Set<JsonValue>,
): readonly JsonValue[] {
  if (!isObject(schema) || seen.has(schema)) return [];
  seen.add(schema);
  const { properties, $ref, allOf } = schema;
  const own = isObject(properties) && Object.hasOwn(properties, field) ? properties[field] : undefined;
  const others = [...listOf(allOf), ...($ref === undefined ? [] : [resolve($ref, root)])];
  return [
    ...(own === undefined ? [] : [own]),
    ...others.flatMap((other) => schemasOfField(other, root, field, seen)),
  ];
}

type Types = ReadonlySet<JsonType> | undefined;

/** `above` holds the schemas that this one is a part of: one that refers to itself says nothing new there. */
function typesOf(schema: JsonValue | undefined, root: JsonSchema, above: ReadonlySet<JsonValue>): Types {
  if (!isObject(schema) || above.has(schema)) return undefined;
  const within = new Set([...above, schema]);
  const inner = (part: JsonValue | undefined) => typesOf(part, root, within);
  return everyOf([
    schema['type'] === undefined ? undefined : namedTypes(schema['type']),
    Array.isArray(schema['enum']) ? new Set(schema['enum'].flatMap(typesOfValue)) : undefined,
    schema['const'] === undefined ? undefined : new Set(typesOfValue(schema['const'])),
    inner(schema['$ref'] === undefined ? undefined : resolve(schema['$ref'], root)),
    ...listOf(schema['allOf']).map(inner),
    anyOf(schema, 'anyOf', inner),
    anyOf(schema, 'oneOf', inner),
  ]);
}

function anyOf(schema: JsonObject, keyword: 'anyOf' | 'oneOf', inner: (part: JsonValue) => Types): Types {
  const sets = listOf(schema[keyword]).map(inner);
  if (sets.length === 0 || sets.includes(undefined)) return undefined;
  return new Set(everyType.filter((type) => sets.some((set) => set?.has(type))));
}

function everyOf(sets: readonly Types[]): Types {
  const known = sets.filter((set) => set !== undefined);
  if (known.length === 0) return undefined;
  return new Set(everyType.filter((type) => known.every((set) => set.has(type))));
}

function namedTypes(type: JsonValue): ReadonlySet<JsonType> {
  const names: readonly JsonValue[] = Array.isArray(type) ? type : [type];
  const known = everyType.filter((name) => names.includes(name));
  return new Set(known.includes('number') ? [...known, 'integer'] : known);
}

function typesOfValue(value: JsonValue): readonly JsonType[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['number', 'integer'] : ['number'];
  return [typeof value as 'boolean' | 'string' | 'object'];
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

/** What a reference inside the same document points at: `#`, or `#/` and a JSON pointer. */
function resolve(reference: JsonValue, root: JsonSchema): JsonValue | undefined {
  if (reference === '#') return root;
  if (typeof reference !== 'string' || !reference.startsWith('#/')) return undefined;
  let value: JsonValue | undefined = root;
  for (const part of reference.slice(2).split('/')) {
    const name = unescaped(part);
    if (Array.isArray(value)) value = value[Number(name)];
    else if (isObject(value) && Object.hasOwn(value, name)) value = value[name];
    else return undefined;
  }
  return value;
}

/** The name in one part of a pointer that stands in a URI. */
function unescaped(part: string): string {
  return percentDecoded(part).replaceAll('~1', '/').replaceAll('~0', '~');
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
