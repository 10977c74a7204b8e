import { didYouMean } from '../../diagnostic/suggest.ts';
import { durationPattern } from '../../duration.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { inlineYaml } from '../words.ts';
import { ourWord } from './other-words.ts';

/** The key as it would be added to this value. */
export function additionHint(key: string, schema: JsonObject, value: JsonValue): string | undefined {
  const property = isObject(schema['properties']) ? schema['properties'][key] : undefined;
  if (!isObject(property)) return undefined;
  const record = key === 'input' && isObject(value) ? value['vars'] : undefined;
  // The record of a test, under promptfoo's word for its fields.
  if (isObject(record)) return `write ${written([key], record)}: \`vars\` are those of the pipeline`;
  // A part that has a `text` is of type `text`.
  const options = Array.isArray(property['enum']) ? property['enum'].map(String) : [];
  const held = options.find((option) => isObject(value) && Object.hasOwn(value, option));
  const example = held ?? exampleOf(property);
  return example === undefined ? `add \`${key}: …\`` : `add ${written([key], example)}`;
}

/** The value as it should be written, where that can be told, else an example. */
export function typeHint(pointer: Pointer, schema: JsonObject, value: JsonValue): string | undefined {
  const wants = (type: string) => [schema['type']].flat().includes(type);
  const items = isObject(schema['items']) ? schema['items']['type'] : undefined;
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  if (wants('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return `quote it: ${written(pointer, String(value))}`;
  }
  const name = wants('string') ? nameIn(value) : undefined;
  if (name !== undefined) return `write the name alone: ${written(pointer, name)}`;
  const named = wants('object') ? namedValues(schema, value) : undefined;
  if (named !== undefined) return `write ${written(pointer, named)}`;
  if (typeof value !== 'string') return exampleHint(pointer, schema);
  if ((wants('number') || wants('integer')) && /^-?\d+(\.\d+)?$/u.test(value)) {
    return `write it without quotes: ${written(pointer, Number(value))}`;
  }
  if (wants('boolean')) return 'write `true` or `false`, without quotes';
  if (wants('array') && items === 'string') return `write a list: ${written(pointer, [value])}`;
  if (wants('object') && 'name' in properties) return `write ${written(pointer, { name: value })}`;
  return exampleHint(pointer, schema);
}

/** The name in `{type: function, function: {name: stock}}`, as APIs spell out what is a name here. */
function nameIn(value: JsonValue): string | undefined {
  if (!isObject(value)) return undefined;
  const { name, function: called } = value;
  return typeof name === 'string' ? name : called === undefined ? undefined : nameIn(called);
}

/** `[human, Hello]` for `{role: user, content: Hello}`: what there must be, in its order and without its names. */
function namedValues({ required, properties }: JsonObject, value: JsonValue): JsonObject | undefined {
  if (!Array.isArray(required) || !Array.isArray(value) || required.length !== value.length) return undefined;
  const values = (value as readonly JsonValue[]).map((one, at): readonly [string, JsonValue] => {
    const name = String(required[at]);
    const property = isObject(properties) ? properties[name] : undefined;
    const options = isObject(property) && Array.isArray(property['enum']) ? property['enum'].map(String) : [];
    return [name, (typeof one === 'string' ? ourWord(one, options) : undefined) ?? one];
  });
  return Object.fromEntries(values);
}

/** For a duration that is a bare number. */
export function unitHint({ pattern }: JsonObject, value: JsonValue): string | undefined {
  if (pattern !== durationPattern || (typeof value !== 'number' && typeof value !== 'string'))
    return undefined;
  return /^\d+(\.\d+)?$/u.test(`${value}`) ? `write a unit, such as ${value}s` : undefined;
}

/** A percentage in place of a share. */
export function shareHint(pointer: Pointer, schema: JsonObject, value: JsonValue): string | undefined {
  const isShare = pointer.includes('at_least') && schema['maximum'] === 1;
  if (!isShare || typeof value !== 'number' || value < 10 || value > 100) return undefined;
  return `a share is from 0 to 1: ${written(pointer, Number((value / 100).toPrecision(12)))}`;
}

/** The one of the allowed values that was meant, or how to do without one. */
export function valueHint(pointer: Pointer, schema: JsonObject, value: JsonValue): string | undefined {
  const allowed = Array.isArray(schema['enum']) ? schema['enum'].map(String) : [];
  if (typeof value !== 'string' || allowed.length === 0) return undefined;
  const meant = ourWord(value, allowed) ?? didYouMean(value, allowed);
  if (meant !== undefined) return `did you mean \`${meant}\`?`;
  return pointer.at(-1) === 'provider'
    ? "a server that speaks OpenAI's API is `provider: openai`, with its `base_url` and `api_key_env`"
    : undefined;
}

export function exampleHint(pointer: Pointer, schema: JsonObject): string | undefined {
  const example = exampleOf(schema);
  return example === undefined ? undefined : `for example ${written(pointer, example)}`;
}

/** The value as it would stand at this place: with its key, or without one as an item of a list. */
function written(pointer: Pointer, value: JsonValue): string {
  const key = pointer.at(-1);
  return typeof key === 'string' ? `\`${key}: ${inlineYaml(value)}\`` : `\`${inlineYaml(value)}\``;
}

function exampleOf(schema: JsonObject): JsonValue | undefined {
  const { examples, const: constant, default: fallback } = schema;
  return Array.isArray(examples) ? (examples as readonly JsonValue[])[0] : (constant ?? fallback);
}
