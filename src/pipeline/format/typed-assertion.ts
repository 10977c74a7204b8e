import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import { inlineYaml, listText } from '../words.ts';
import { ourWord, plainWord } from './other-words.ts';
import { otherWayIn } from './other-ways.ts';

/** What to tell of `type` in an assertion, and of the keys that belong to it. */
export interface TypedAssertion {
  readonly hint: string;
  readonly says: readonly string[];
  readonly beside: readonly string[];
}

/**
 * `{type: contains, value: parcel}`, as promptfoo writes an assertion: here its type is the key, and stands before what is
 * expected.
 */
export function typedAssertion(
  assertion: JsonValue | undefined,
  schema: JsonObject,
): TypedAssertion | undefined {
  const { properties } = schema;
  const type = isObject(assertion) ? assertion['type'] : undefined;
  if (!isObject(assertion) || !isObject(properties) || typeof type !== 'string') return undefined;
  const kinds = Object.keys(properties).filter((key) => key !== 'path');
  const beside = ['value', 'threshold', 'assert'].filter((key) => Object.hasOwn(assertion, key));
  const way = otherWayIn('assertion', type);
  if (way !== undefined) return { hint: way.hint, says: kinds, beside };
  const kind = kinds.find((key) => plainWord(key) === plainWord(type)) ?? ourWord(type, kinds);
  if (kind === undefined)
    return {
      hint: `the kinds are ${listText(kinds)}, each the key of what is expected`,
      says: kinds,
      beside,
    };
  const expected = expectedOf(properties[kind], assertion['value'] ?? assertion['threshold']);
  const isOfUsage = kind === 'max_tokens' || kind === 'max_cost_usd';
  const path: JsonObject = isOfUsage ? {} : { path: assertion['path'] ?? 'output.FIELD' };
  return { hint: `write \`${inlineYaml({ ...path, [kind]: expected })}\``, says: kinds, beside };
}

/** A kind that takes a map has its text under the one key that there must be. */
function expectedOf(schema: JsonValue | undefined, value: JsonValue | undefined): JsonValue {
  const { required, examples } = isObject(schema) ? schema : {};
  const [example = null] = Array.isArray(examples) ? (examples as readonly JsonValue[]) : [];
  if (value === undefined) return example;
  const [key] = Array.isArray(required) ? required.map(String) : [];
  return key === undefined || isObject(value) ? value : { [key]: value };
}
