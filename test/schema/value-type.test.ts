import { describe, expect, test } from 'vitest';
import type { JsonSchema } from '../../src/json/json.ts';
import {
  elementsOf,
  kindsOfType,
  literalsOf,
  mayBeNull,
  memberNames,
  memberOf,
  typeOf,
} from '../../src/schema/value-type.ts';

const draft07 = 'http://json-schema.org/draft-07/schema#';

/** The kinds that a path leads to; undefined where it leads nowhere. `*` is an item. */
function at(schema: JsonSchema, path: string): string | undefined {
  let type: ReturnType<typeof typeOf> | undefined = typeOf(schema);
  for (const name of path === '' ? [] : path.split('.')) {
    if (type === undefined) return undefined;
    type = name === '*' ? elementsOf(type) : memberOf(type, name);
  }
  if (type === undefined) return undefined;
  const kinds = kindsOfType(type);
  return kinds.length === 6 ? 'any' : kinds.join(' ');
}

const text: JsonSchema = { type: 'string' };
const number: JsonSchema = { type: 'number' };

describe('what a path leads to', () => {
  test.each<[string, JsonSchema, string, string | undefined]>([
    ['a property', { properties: { a: text } }, 'a', 'string'],
    ['an unknown property', { properties: { a: text } }, 'b', undefined],
    ['additionalProperties: true', { properties: { a: text }, additionalProperties: true }, 'b', 'any'],
    [
      'additionalProperties: a schema',
      { properties: { a: text }, additionalProperties: number },
      'b',
      'number',
    ],
    ['additionalProperties: false', { properties: { a: text }, additionalProperties: false }, 'b', undefined],
    ['unevaluatedProperties: true', { properties: { a: text }, unevaluatedProperties: true }, 'b', 'any'],
    ['a matching pattern', { patternProperties: { '^x_': number } }, 'x_a', 'number'],
    ['no matching pattern', { patternProperties: { '^x_': number } }, 'a', undefined],
    ['a pattern that JavaScript cannot read', { patternProperties: { '(?<': number } }, 'a', 'number'],
    [
      'a property that a pattern matches too',
      { properties: { x_a: {} }, patternProperties: { '^x_': number } },
      'x_a',
      'number',
    ],
    ['an object of which nothing is said', { type: 'object' }, 'a.b', 'any'],
    ['anything', true, 'a.b.0', 'any'],
    ['nothing', false, 'a', undefined],
    ['a scalar', text, 'a', undefined],
    ['several types', { type: ['object', 'null', 'string'], properties: { a: text } }, 'a', 'string'],
    ['an integer', { type: 'integer' }, '', 'number'],
    ['const', { const: 'x' }, '', 'string'],
    ['enum', { enum: [1, null, 'x'] }, '', 'null number string'],
    ['items', { type: 'array', items: text }, '3', 'string'],
    ['items of which nothing is said', { type: 'array' }, '3', 'any'],
    ['prefixItems', { prefixItems: [text, number], items: { type: 'boolean' } }, '1', 'number'],
    ['after prefixItems', { prefixItems: [text], items: { type: 'boolean' } }, '2', 'boolean'],
    ['beyond prefixItems', { prefixItems: [text], items: false }, '1', undefined],
    [
      'draft-07 items',
      { $schema: draft07, items: [text, number], additionalItems: { type: 'boolean' } },
      '1',
      'number',
    ],
    [
      'draft-07 additionalItems',
      { $schema: draft07, items: [text], additionalItems: { type: 'boolean' } },
      '5',
      'boolean',
    ],
    ['the length of a list', { type: 'array' }, 'length', 'number'],
    ['a name in a list', { type: 'array' }, 'name', undefined],
    ['a negative index', { type: 'array' }, '-1', undefined],
    ['each item', { prefixItems: [text], items: number }, '*', 'number string'],
    ['each value', { properties: { a: text }, additionalProperties: number }, '*', 'number string'],
    ['each value of properties only', { properties: { a: text } }, '*', 'string'],
    ['each value of an open object', { type: 'object' }, '*', 'any'],
    ['each of a nullable list', { type: ['array', 'null'], items: text }, '*', 'string'],
    ['anyOf', { anyOf: [{ properties: { a: text } }, { properties: { b: number } }] }, 'b', 'number'],
    [
      'anyOf of one name',
      { anyOf: [{ properties: { a: text } }, { properties: { a: number } }] },
      'a',
      'number string',
    ],
    [
      'oneOf with null',
      { oneOf: [{ type: 'null' }, { type: 'object', properties: { a: text } }] },
      'a',
      'string',
    ],
    ['allOf', { allOf: [{ properties: { a: text } }, { properties: { b: number } }] }, 'b', 'number'],
    ['allOf that narrows', { allOf: [{ type: ['string', 'null'] }, { type: 'string' }] }, '', 'string'],
    ['allOf that contradicts itself', { allOf: [text, number] }, '', ''],
    [
      'if, then, else',
      JSON.parse(
        '{"properties": {"a": true}, "if": true, "then": {"properties": {"b": {"type": "number"}}}, "else": {"properties": {"c": true}}}',
      ) as JsonSchema,
      'b',
      'number',
    ],
    [
      'dependentSchemas',
      { properties: { a: text }, dependentSchemas: { a: { properties: { b: number } } } },
      'b',
      'number',
    ],
    ['$ref', { $ref: '#/$defs/x', $defs: { x: { properties: { a: text } } } }, 'a', 'string'],
    [
      '$ref beside properties',
      { properties: { b: number }, $ref: '#/$defs/x', $defs: { x: { properties: { a: text } } } },
      'b',
      'number',
    ],
    [
      '$ref beside properties in draft-07',
      {
        $schema: draft07,
        properties: { b: number },
        $ref: '#/definitions/x',
        definitions: { x: { properties: { a: text } } },
      },
      'b',
      undefined,
    ],
    ['$ref to the root', { properties: { next: { $ref: '#' }, a: text } }, 'next.next.a', 'string'],
    [
      '$ref with an escaped pointer',
      { $ref: '#/$defs/a~1b~0%20c', $defs: { 'a/b~ c': { properties: { a: text } } } },
      'a',
      'string',
    ],
    [
      '$ref that is no percent code',
      { $ref: '#/$defs/100%', $defs: { '100%': { properties: { a: text } } } },
      'a',
      'string',
    ],
    ['$ref to what is not there', { $ref: '#/$defs/gone' }, 'a', 'any'],
    ['$ref to __proto__', { $ref: '#/__proto__/x' }, 'a', 'any'],
    ['$ref to another file', { $ref: 'other.json#/a' }, 'a', 'any'],
    ['$ref to an anchor', { $ref: '#here' }, 'a', 'any'],
    [
      'a schema with an $id is a root',
      {
        properties: { a: { $id: 'https://example.com/a', $ref: '#/$defs/x', $defs: { x: text } } },
        $defs: { x: number },
      },
      'a',
      'string',
    ],
    ['a $ref to itself', { $ref: '#' }, 'a', undefined],
    ['anyOf with itself', { anyOf: [{ properties: { a: text } }, { $ref: '#' }] }, 'a', 'string'],
    [
      'a property called __proto__',
      JSON.parse('{"properties": {"__proto__": {"type": "string"}}}') as JsonSchema,
      '__proto__',
      'string',
    ],
    ['no property called constructor', { properties: {} }, 'constructor', undefined],
  ])('%s', (_, schema, path, expected) => {
    expect(at(schema, path)).toBe(expected);
  });

  test('a schema that multiplies ends as anything, soon', () => {
    const defs = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `d${index}`,
        { anyOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
      ]),
    );
    expect(at({ $ref: '#/$defs/d0', $defs: { ...defs, d60: text } }, '')).toBe('any');
  });
});

describe('what else is known of a type', () => {
  test('null counts where the schema says so', () => {
    expect(mayBeNull(typeOf({ type: ['string', 'null'] }))).toBe(true);
    expect(mayBeNull(typeOf({ anyOf: [text, { const: null }] }))).toBe(true);
    expect(mayBeNull(typeOf({}))).toBe(false);
    expect(mayBeNull(typeOf(text))).toBe(false);
  });

  test('the values that are listed', () => {
    expect(literalsOf(typeOf({ enum: ['a', 1] }))).toEqual(['a', 1]);
    expect(literalsOf(typeOf({ anyOf: [{ const: 'a' }, { enum: ['b'] }] }))).toEqual(['a', 'b']);
    expect(literalsOf(typeOf({ anyOf: [{ const: 'a' }, number] }))).toBeUndefined();
    expect(literalsOf(typeOf(text))).toBeUndefined();
    expect(literalsOf(typeOf(false))).toBeUndefined();
  });

  test('the names of all alternatives', () => {
    expect(
      memberNames(
        typeOf({ properties: { a: {} }, anyOf: [{ properties: { b: {} } }, { properties: { a: {} } }] }),
      ),
    ).toEqual(['a', 'b']);
  });
});
