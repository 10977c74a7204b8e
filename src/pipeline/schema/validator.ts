import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, Options, ValidateFunction } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { isObject, type JsonSchema, type JsonValue } from '../../json/json.ts';
import type { Draft } from './keywords.ts';

/** The values of `format` that are checked. */
export const formats: ReadonlySet<string> = new Set(Object.keys(fullFormats));

const options: Options = {
  allErrors: true,
  verbose: true,
  // What Ajv's strictness and its check by the meta-schema find, check.ts tells with a place; the latter alone
  // would cost as much time as everything else that `pipe check` does.
  strict: false,
  validateSchema: false,
  meta: false,
  // Data from outside is never asked for what it inherits, such as `constructor`.
  ownProperties: true,
  // Without it, 19.99 is no multiple of 0.01.
  multipleOfPrecision: 6,
  formats: fullFormats,
  logger: false,
};

/** Compiles a schema that check.ts found nothing wrong with. Throws where Ajv cannot. */
export async function compileValidator(
  schema: JsonSchema,
  draft: Draft,
  { allErrors = true } = {},
): Promise<ValidateFunction> {
  if (draft === '2020-12') return new Ajv2020({ ...options, allErrors }).compile(schema);
  const { Ajv } = await import('ajv');
  return new Ajv({ ...options, allErrors }).compile(schema);
}

/** Compiles a schema of our own, for one value: to optimize the code would take longer than to run it. */
export function compileOnce(schema: JsonSchema): ValidateFunction {
  return new Ajv2020({ ...options, code: { optimize: false } }).compile(schema);
}

/** A part of the format as far as it is compiled. To compile it takes ten times as long as all else that a check of a file does. */
interface PartOfFormat {
  /** By the schema without what it says of keys that the first value did not have; `keys` are those that it had. */
  readonly first?: { readonly validate: ValidateFunction; readonly keys: ReadonlySet<string> };
  /** By the whole schema, which is compiled when it is needed. */
  whole?: ValidateFunction;
}

const compiled = new Map<string, PartOfFormat>();

/**
 * What a part of the format finds wrong with values. Under one name there is one schema only. A value that is sound, as most
 * are, shows so without what the schema says of keys that it does not have: which holds as long as no `$ref` of a schema of
 * ours leads into its `properties`.
 */
export function checkOfFormat(
  name: string,
  schema: () => JsonSchema,
): (value: JsonValue) => readonly ErrorObject[] {
  return (value) => {
    const part = compiled.get(name) ?? firstOf(schema(), value);
    compiled.set(name, part);
    if (part.whole === undefined && isCovered(value, part.first) && part.first.validate(value)) return [];
    part.whole ??= compileOnce(schema());
    return part.whole(value) ? [] : (part.whole.errors ?? []);
  };
}

function isCovered(value: JsonValue, first: PartOfFormat['first']): first is NonNullable<typeof first> {
  return first !== undefined && isObject(value) && Object.keys(value).every((key) => first.keys.has(key));
}

function firstOf(schema: JsonSchema, value: JsonValue): PartOfFormat {
  if (!isObject(value) || !isObject(schema) || !isObject(schema['properties'])) return {};
  const keys = new Set(Object.keys(value));
  const ofKeys = Object.entries(schema['properties']).map(([key, held]) => [
    key,
    keys.has(key) ? held : true,
  ]);
  const validate = compileOnce({ ...schema, properties: Object.fromEntries(ofKeys) });
  return { first: { validate, keys } };
}
