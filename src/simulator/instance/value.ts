import type { JsonObject, JsonValue } from '../../json/json.ts';
import { kindsOf } from '../../schema/alternatives.ts';
import { everyKind, kindOf, type Kind } from '../../schema/kinds.ts';
import { makeArray } from './array.ts';
import { deepest, pick, sayings, type Making } from './making.ts';
import { makeNumber } from './number.ts';
import { makeObject } from './object.ts';
import { settle } from './settle.ts';
import { makeText } from './text.ts';

/**
 * A value for which all of these schemas likely hold. What a schema rules out rather than describes (`not`, the other
 * branches of a `oneOf`) is not looked at: whoever asks validates the value, and asks again.
 */
export function makeValue(
  schemas: readonly JsonValue[],
  place: string,
  depth: number,
  making: Making,
): JsonValue {
  making.values.left -= 1;
  if (making.values.left < 0 || making.effort.left < 0 || depth > deepest) return null;
  const parts = settle(schemas, place, depth, making);
  const kinds = kindsOf(parts.map((schema) => ({ schema, root: making.root })));
  const listed = listedValues(parts, kinds);
  if (listed !== undefined) return pick(listed, making.draw(place, 'listed')) ?? null;
  switch (chooseKind(parts, kinds, making.draw(place, 'kind'))) {
    case 'boolean':
      return making.draw(place, 'boolean') < 0.5;
    case 'number':
      return makeNumber(parts, place, making);
    case 'string':
      return makeText(parts, place, making);
    case 'array':
      return makeArray(parts, place, depth, making, makeValue);
    case 'object':
      return makeObject(parts, place, depth, making, makeValue);
    case 'null':
    case undefined:
      return null;
  }
}

/** The values that `const` and every `enum` list; undefined where the value is not to be one of a list. */
function listedValues(
  parts: readonly JsonObject[],
  kinds: readonly Kind[],
): readonly JsonValue[] | undefined {
  const lists = [
    ...sayings(parts, 'const').map((value) => [value]),
    ...sayings(parts, 'enum').filter((list) => Array.isArray(list)),
  ] as readonly (readonly JsonValue[])[];
  const [first, ...others] = lists;
  return first?.filter(
    (value) =>
      kinds.includes(kindOf(value)) && others.every((list) => list.some((other) => isSame(value, other))),
  );
}

function isSame(one: JsonValue, other: JsonValue): boolean {
  if (typeof one !== 'object' || one === null) return one === other;
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Keywords that hold for values of one kind only, and so tell of which kind a value is meant to be. */
const telling: readonly (readonly [Kind, readonly string[]])[] = [
  ['object', ['propertyNames', 'minProperties', 'maxProperties', 'dependentRequired', 'dependentSchemas']],
  ['array', ['minItems', 'maxItems', 'uniqueItems', 'contains', 'unevaluatedItems']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

function chooseKind(parts: readonly JsonObject[], kinds: readonly Kind[], drawn: number): Kind | undefined {
  if (kinds.length === everyKind.length) {
    const told = telling.find(([, keywords]) => keywords.some((name) => sayings(parts, name).length > 0));
    if (told !== undefined) return told[0];
    // A text, mostly: but what is left open may be ruled out elsewhere.
    return drawn < 0.9 ? 'string' : pick(everyKind, (drawn - 0.9) * 10);
  }
  // Null is what may be missing: now and then it is.
  const others = kinds.filter((kind) => kind !== 'null');
  if (others.length < kinds.length && (others.length === 0 || drawn < 0.2)) return 'null';
  return pick(others, others.length < kinds.length ? (drawn - 0.2) / 0.8 : drawn);
}
