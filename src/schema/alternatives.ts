import { isObject, type JsonObject, type JsonSchema, type JsonValue } from '../json/json.ts';
import { everyKind, kindOf, type Kind } from './kinds.ts';
import { resolveLocal } from './reference.ts';

/** A schema, with the root that a `$ref` in it starts from. */
export interface SchemaView {
  readonly schema: JsonObject;
  readonly root: JsonSchema;
}

/** A value for which all of these schemas hold; none of them is left to follow to another (`$ref`, `anyOf`, …). */
export type Alternative = readonly SchemaView[];

/** What a value can be: one of the alternatives. No alternative: there is no such value. */
export type ValueType = readonly Alternative[];

/** A value of which nothing is known. */
export const anything: ValueType = [[]];

/** Beyond these a schema is not taken apart further but taken for anything: the check may not outlast the run. */
const mostAlternatives = 64;
const mostSteps = 1000;

/** Takes a schema apart. `root`: where its `$ref`s start, if that is not the schema itself. */
export function alternativesOf(schema: JsonValue | undefined, root: JsonSchema): ValueType {
  return expand(schema, root, { left: mostSteps }, []);
}

/** Both hold. */
export function conjoin(types: readonly ValueType[]): ValueType {
  let joined: ValueType = anything;
  for (const type of types) {
    if (joined.length * type.length > mostAlternatives) return anything;
    joined = joined.flatMap((one) => type.map((other) => one.concat(other)));
  }
  return joined.filter((alternative) => kindsOf(alternative).length > 0);
}

/** One of them holds. */
export function unite(types: readonly ValueType[]): ValueType {
  const united = types.flat();
  return united.length > mostAlternatives ? anything : united;
}

/** The kinds of JSON value that an alternative allows. */
export function kindsOf(alternative: Alternative): readonly Kind[] {
  return everyKind.filter((kind) => alternative.every(({ schema }) => kindsOfSchema(schema).includes(kind)));
}

/** Whether the schema says itself which kinds it allows. */
export function saysKinds({ schema }: SchemaView): boolean {
  return 'type' in schema || 'const' in schema || Array.isArray(schema['enum']);
}

function kindsOfSchema(schema: JsonObject): readonly Kind[] {
  const { type, const: constant, enum: options } = schema;
  if (type !== undefined) return (Array.isArray(type) ? type : [type]).flatMap(kindsOfTypeName);
  if (constant !== undefined) return [kindOf(constant)];
  if (Array.isArray(options)) return (options as readonly JsonValue[]).map(kindOf);
  // A schema without a type holds for values of any, but who lists properties means an object.
  const ofObject = ['properties', 'required', 'patternProperties', 'additionalProperties'];
  const ofArray = ['items', 'prefixItems'];
  const saysObject = ofObject.some((keyword) => keyword in schema);
  const saysArray = ofArray.some((keyword) => keyword in schema);
  if (saysObject === saysArray) return everyKind;
  return saysObject ? ['object'] : ['array'];
}

function kindsOfTypeName(type: JsonValue): readonly Kind[] {
  return everyKind.filter((kind) => kind === (type === 'integer' ? 'number' : type));
}

interface Budget {
  left: number;
}

function expand(
  schema: JsonValue | undefined,
  outerRoot: JsonSchema,
  budget: Budget,
  following: readonly JsonObject[],
): ValueType {
  if (schema === false) return [];
  if (!isObject(schema)) return anything;
  // A schema that refers to itself adds nothing to what it is.
  if (following.includes(schema)) return [];
  budget.left -= 1;
  if (budget.left < 0) return anything;
  const root = typeof schema['$id'] === 'string' && !schema['$id'].startsWith('#') ? schema : outerRoot;
  const inner = (part: JsonValue | undefined): ValueType =>
    expand(part, root, budget, [...following, schema]);
  const { $ref: reference } = schema;
  const referred = typeof reference === 'string' ? [inner(resolveLocal(reference, root) ?? true)] : [];
  // In draft-07 nothing beside a `$ref` counts.
  if (referred.length > 0 && isDraft07(root)) return unite(referred);
  return conjoin([
    [[{ schema, root }]],
    ...referred,
    ...listOf(schema['allOf']).map(inner),
    ...[schema['anyOf'], schema['oneOf']].filter(Array.isArray).map((options) => unite(options.map(inner))),
    ...conditional(schema).map((branches) => unite(branches.map(inner))),
  ]);
}

/** Schemas that hold or not depending on the value: each may. */
function conditional(schema: JsonObject): readonly (readonly JsonValue[])[] {
  const { if: condition, then: consequence = true, else: alternative = true } = schema;
  const branches = condition === undefined ? [] : [[consequence, alternative]];
  const dependent = isObject(schema['dependentSchemas']) ? Object.values(schema['dependentSchemas']) : [];
  return [...branches, ...dependent.map((part) => [true, part])];
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}

export function isDraft07(root: JsonSchema): boolean {
  return isObject(root) && typeof root['$schema'] === 'string' && root['$schema'].includes('draft-07');
}
