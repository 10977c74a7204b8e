import { isObject, type JsonObject, type JsonSchema, type JsonValue } from '../json/json.ts';
import { everyKind, type Kind } from './kinds.ts';
import {
  alternativesOf,
  anything,
  conjoin,
  isDraft07,
  kindsOf,
  saysKinds,
  unite,
  type Alternative,
  type SchemaView,
  type ValueType,
} from './alternatives.ts';

/** The type that a JSON Schema describes; the schema is the root of its own references. */
export function typeOf(schema: JsonSchema): ValueType {
  return alternativesOf(schema, schema);
}

export function kindsOfType(type: ValueType): readonly Kind[] {
  return everyKind.filter((kind) => type.some((alternative) => kindsOf(alternative).includes(kind)));
}

/** Whether the schema says that the value may be null, rather than saying nothing of its kind. */
export function mayBeNull(type: ValueType): boolean {
  return type.some((alternative) => alternative.some(saysKinds) && kindsOf(alternative).includes('null'));
}

export function withoutNull(type: ValueType): ValueType {
  return conjoin([type, typeOf({ type: ['boolean', 'number', 'string', 'array', 'object'] })]);
}

/**
 * The type of what a name leads to; undefined where nothing can be there. A name beside a schema's `properties` is
 * unknown, although JSON Schema allows it, unless `additionalProperties` is given or `patternProperties` matches.
 */
export function memberOf(type: ValueType, name: string): ValueType | undefined {
  const found = type.flatMap((alternative) => {
    const kinds = kindsOf(alternative);
    const field = kinds.includes('object') ? fieldOf(alternative, name) : undefined;
    const item = kinds.includes('array') ? itemOf(alternative, name) : undefined;
    return [...(field ?? []), ...(item ?? [])];
  });
  return found.length === 0 ? undefined : unite([found]);
}

/** The names that a value is said to have. */
export function memberNames(type: ValueType): readonly string[] {
  const schemas = type.flatMap((alternative) => alternative.map(({ schema }) => schema));
  return [...new Set(schemas.flatMap((schema) => Object.keys(mapOf(schema, 'properties'))))];
}

/** What `#each` gives one after another: the items of a list, the values of an object. */
export function elementsOf(type: ValueType): ValueType {
  const found = type.flatMap((alternative) => {
    const kinds = kindsOf(alternative);
    const items = kinds.includes('array') ? conjoin(alternative.map(itemsOf)) : [];
    const values = kinds.includes('object') ? conjoin(alternative.map(valuesOf)) : [];
    return [...items, ...values];
  });
  return found.length === 0 ? anything : unite([found]);
}

/** All values there can be, where the schema lists them (`enum`, `const`); undefined where it does not. */
export function literalsOf(type: ValueType): readonly JsonValue[] | undefined {
  const lists = type.map((alternative) => {
    const listed = alternative.find(({ schema }) => 'const' in schema || Array.isArray(schema['enum']));
    if (listed === undefined) return undefined;
    const { const: constant, enum: options } = listed.schema;
    return constant === undefined ? (options as readonly JsonValue[]) : [constant];
  });
  const known = lists.filter((list) => list !== undefined);
  return known.length === 0 || known.length < lists.length ? undefined : known.flat();
}

function fieldOf(alternative: Alternative, name: string): ValueType | undefined {
  const named = alternative.flatMap((view) => {
    const properties = mapOf(view.schema, 'properties');
    const own = Object.hasOwn(properties, name) ? [properties[name]] : [];
    const matching = Object.entries(mapOf(view.schema, 'patternProperties'))
      .filter(([pattern]) => matchesPattern(pattern, name))
      .map(([, schema]) => schema);
    return [...own, ...matching].map((schema) => alternativesOf(schema, view.root));
  });
  if (named.length > 0) return conjoin(named);
  const others = alternative.flatMap(({ schema, root }) =>
    ['additionalProperties', 'unevaluatedProperties']
      .filter((keyword) => keyword in schema)
      .map((keyword) => alternativesOf(schema[keyword], root)),
  );
  if (others.length > 0) return conjoin(others);
  const listed = alternative.some(({ schema }) => 'properties' in schema || 'patternProperties' in schema);
  return listed ? undefined : anything;
}

function itemOf(alternative: Alternative, name: string): ValueType | undefined {
  if (name === 'length') return typeOf({ type: 'integer' });
  if (!/^(?:0|[1-9]\d*)$/u.test(name)) return undefined;
  return conjoin(
    alternative.map((view) => {
      const { first, rest } = listShape(view);
      return alternativesOf(first[Number(name)] ?? rest, view.root);
    }),
  );
}

function itemsOf(view: SchemaView): ValueType {
  const { first, rest } = listShape(view);
  return unite([...first, rest].map((schema) => alternativesOf(schema, view.root)));
}

/** The schemas of the first items one by one, and that of all others. */
function listShape({ schema, root }: SchemaView): {
  readonly first: readonly JsonValue[];
  readonly rest: JsonValue | undefined;
} {
  const { prefixItems, items, additionalItems } = schema;
  if (Array.isArray(items) && isDraft07(root)) return { first: items, rest: additionalItems };
  return { first: Array.isArray(prefixItems) ? prefixItems : [], rest: items };
}

function valuesOf({ schema, root }: SchemaView): ValueType {
  const schemas = ['properties', 'patternProperties'].flatMap((keyword) =>
    Object.values(mapOf(schema, keyword)),
  );
  const others = schema['additionalProperties'] ?? schemas.length === 0;
  return unite([...schemas, others].map((part) => alternativesOf(part, root)));
}

function mapOf(schema: JsonObject, keyword: string): JsonObject {
  const value = schema[keyword];
  return isObject(value) ? value : {};
}

/** A pattern that JavaScript does not understand is taken to match: the schema's own check speaks of it. */
export function matchesPattern(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(name);
  } catch {
    return true;
  }
}
