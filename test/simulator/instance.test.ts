import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonSchema, JsonValue } from '../../src/json/json.ts';
import { createInstances } from '../../src/simulator/instance/instance.ts';
import { condition, schemas } from './schemas.ts';

const words = 'Where is my parcel? It was due on Monday.'.split(' ');

const make = createInstances();

/** What was made for a schema, by the print. */
function made(schema: JsonSchema, print = 'print'): JsonValue {
  const instance = make(schema, print, words);
  if (!instance.ok) throw new Error(instance.error);
  return instance.value;
}

const ajvOptions = {
  logger: false as const,
  strict: false,
  ownProperties: true,
  multipleOfPrecision: 6,
  formats: fullFormats,
};

/** A judge of its own: not the validator that the code under test asks. */
function judgeOf(schema: JsonSchema) {
  const isOld = typeof schema === 'object' && '$schema' in schema;
  return (isOld ? new Ajv(ajvOptions) : new Ajv2020(ajvOptions)).compile(schema);
}

const object = (properties: object, rest: object = {}): JsonSchema =>
  ({ type: 'object', required: Object.keys(properties), properties, ...rest }) as JsonSchema;

const recursive = {
  list: {
    type: 'object',
    required: ['value', 'next'],
    properties: { value: { type: 'integer' }, next: { anyOf: [{ $ref: '#/$defs/list' }, { type: 'null' }] } },
  },
  term: { oneOf: [{ $ref: '#/$defs/sum' }, { $ref: '#/$defs/constant' }] },
  constant: object({ value: { type: 'number' } }, { additionalProperties: false }),
  sum: object(
    { left: { $ref: '#/$defs/term' }, right: { $ref: '#/$defs/term' } },
    { additionalProperties: false },
  ),
} as const;

const formats = Object.keys(fullFormats).filter((name) => !/^(int|float|double)/.test(name));

const table: readonly (readonly [string, JsonSchema])[] = [
  ['anything', true],
  ['anything by no keyword', {}],
  ['an enum of many kinds', { enum: ['a', 3, null, { b: [1] }] }],
  ['an enum narrowed by a type', { type: 'string', enum: ['a', 3] }],
  ['enums that meet in one value', { allOf: [{ enum: [1, 2, 3] }, { enum: [3, 4] }] }],
  ['a constant', { const: { a: [1, null] } }],
  ['text or null', { type: ['string', 'null'] }],
  ['null', { type: 'null' }],
  ['a small range', { type: 'number', minimum: 0.1, maximum: 0.2 }],
  ['a range without its ends', { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 0.001 }],
  ['the only integer between', { type: 'integer', exclusiveMinimum: 3, exclusiveMaximum: 5 }],
  ['an integer between fractions', { type: 'integer', minimum: -0.5, maximum: 0.5 }],
  ['an integer by its format', { type: 'number', format: 'int32' }],
  ['cents', { type: 'number', multipleOf: 0.01, minimum: 1.14, maximum: 1.16 }],
  [
    'a common multiple',
    { type: 'integer', minimum: 1, maximum: 30, allOf: [{ multipleOf: 4 }, { multipleOf: 6 }] },
  ],
  ['an integer beyond 2^53', { type: 'integer', minimum: 9_007_199_254_740_992 }],
  ['a number below', { type: 'integer', maximum: -5 }],
  ['a huge number', { type: 'number', minimum: 1e15, maximum: 1.1e15 }],
  ['an odd number', { type: 'integer', not: { multipleOf: 2 } }],
  ['no text', { type: 'string', maxLength: 0 }],
  ['a short text', { type: 'string', minLength: 1, maxLength: 3 }],
  ['a long text', { type: 'string', minLength: 500, maxLength: 510 }],
  ['a pattern', { type: 'string', pattern: '^[A-Z]{3}-\\d{4}$' }],
  ['a pattern of a length', { type: 'string', pattern: '^\\d+$', minLength: 6, maxLength: 8 }],
  ['two patterns', { type: 'string', pattern: '^[a-z]+\\d$', allOf: [{ pattern: 'x' }, { minLength: 3 }] }],
  ['a pattern that looks ahead', { type: 'string', pattern: '^(?=.*\\d)(?=.*[a-z])(?=.*[A-Z]).{8,12}$' }],
  ['a pattern that forbids', { type: 'string', pattern: '^(?!foo)[a-z]+$' }],
  ['a pattern of Unicode', { type: 'string', pattern: '^\\p{Lu}\\p{Ll}+ \\u{1F600}$' }],
  ['a pattern that refers back', { type: 'string', pattern: '^(?<quote>[\'"])\\w+\\k<quote>$' }],
  ['a pattern of an alternative', { type: 'string', pattern: '^(?:\\+|00)[1-9]\\d{0,14}$|^none$' }],
  ...formats.map((format) => [`the format ${format}`, { type: 'string', format }] as const),
  ['a format that nobody knows', { type: 'string', format: 'colour' }],
  ['a list of a length', { type: 'array', items: { type: 'integer' }, minItems: 4, maxItems: 5 }],
  ['a list of nothing', { type: 'array', maxItems: 0 }],
  ['a set', { type: 'array', items: { enum: ['a', 'b', 'c'] }, uniqueItems: true, minItems: 3 }],
  ['a set with few members', { type: 'array', items: { type: 'boolean' }, uniqueItems: true }],
  [
    'a set of objects',
    {
      type: 'array',
      items: object({ a: { enum: [1, 2, 3] } }, { additionalProperties: false }),
      uniqueItems: true,
      minItems: 3,
    },
  ],
  [
    'a tuple',
    { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], items: false, minItems: 2 },
  ],
  [
    'a list that contains',
    { type: 'array', items: { type: 'integer' }, contains: { const: 5 }, minContains: 2, maxContains: 3 },
  ],
  [
    'a list that need not contain',
    { type: 'array', items: { type: 'integer' }, contains: { const: 5 }, minContains: 0 },
  ],
  [
    'a list that contains once',
    {
      type: 'array',
      items: { type: 'integer', minimum: 0, maximum: 5 },
      contains: { const: 5 },
      maxContains: 1,
      minItems: 4,
    },
  ],
  [
    'a list that is closed by what was seen',
    { type: 'array', prefixItems: [{ type: 'integer' }], unevaluatedItems: false, minItems: 1 },
  ],
  [
    'a closed object',
    object({ a: { type: 'string' }, b: { type: 'integer' } }, { additionalProperties: false }),
  ],
  [
    'a field that is required and not listed',
    { type: 'object', required: ['z'], properties: { a: { type: 'string' } } },
  ],
  [
    'a field by a pattern',
    {
      type: 'object',
      required: ['zz'],
      patternProperties: { '^z+$': { type: 'integer' } },
      additionalProperties: false,
    },
  ],
  ['a field that may not be', { type: 'object', properties: { a: false, b: { type: 'string' } } }],
  [
    'fields that JavaScript has',
    {
      type: 'object',
      required: ['__proto__', 'constructor'],
      properties: { constructor: { type: 'string' } },
    },
  ],
  [
    'names of a pattern',
    {
      type: 'object',
      propertyNames: { pattern: '^k_' },
      minProperties: 3,
      additionalProperties: { type: 'integer' },
    },
  ],
  ['names that are many', { type: 'object', minProperties: 5, additionalProperties: { type: 'boolean' } }],
  [
    'names that are few',
    {
      type: 'object',
      minProperties: 2,
      maxProperties: 3,
      properties: { a: {}, b: {}, c: {}, d: {} },
      additionalProperties: false,
    },
  ],
  [
    'a field that asks for another',
    { type: 'object', required: ['a'], dependentRequired: { a: ['b'], b: ['c'] } },
  ],
  [
    'a field that asks for a schema',
    {
      type: 'object',
      required: ['a'],
      dependentSchemas: { a: { required: ['b'], properties: { b: { type: 'integer' } } } },
    },
  ],
  [
    'schemas that all hold',
    {
      allOf: [
        object({ a: { type: 'integer', minimum: 3 } }),
        object({ b: {} }),
        { properties: { a: { maximum: 4 } } },
      ],
      unevaluatedProperties: false,
    },
  ],
  [
    'one of two kinds',
    {
      oneOf: [object({ kind: { const: 'a' } }), object({ kind: { const: 'b' }, more: { type: 'integer' } })],
    },
  ],
  [
    'one multiple but not both',
    {
      oneOf: [
        { type: 'integer', multipleOf: 3 },
        { type: 'integer', multipleOf: 5 },
      ],
    },
  ],
  [
    'one field but not both',
    { type: 'object', properties: { a: {}, b: {} }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
  ],
  ['any kind but text', { not: { type: 'string' } }],
  ['a list without a value', { enum: ['a', 'b', 'c'], not: { enum: ['a', 'b'] } }],
  [
    'a condition',
    object(
      { kind: { enum: ['x', 'y'] }, value: { type: 'string' } },
      {
        ...condition(
          { properties: { kind: { const: 'x' } } },
          { properties: { value: { pattern: '^x' } } },
          { required: ['z'], properties: { z: { type: 'integer' } } },
        ),
      },
    ),
  ],
  ['a reference', { $ref: '#/$defs/a~1b%25', $defs: { 'a/b%': { type: 'integer' } } }],
  [
    'a reference with more beside it',
    { $ref: '#/$defs/a', minimum: 10, $defs: { a: { type: 'integer', maximum: 12 } } },
  ],
  ['a list of itself', { $ref: '#/$defs/list', $defs: recursive }],
  ['a tree of itself', { $ref: '#/$defs/term', $defs: recursive }],
  [
    'the root within itself',
    {
      type: 'object',
      required: ['children'],
      properties: { children: { type: 'array', items: { $ref: '#' } } },
    },
  ],
  [
    'draft-07',
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      definitions: { a: { type: 'string' } },
      type: 'array',
      items: [{ $ref: '#/definitions/a', minLength: 100 }, { type: 'integer' }],
      additionalItems: false,
      minItems: 2,
    },
  ],
  [
    'what Pydantic writes',
    object({
      name: { type: 'string', title: 'Name' },
      age: { anyOf: [{ type: 'integer' }, { type: 'null' }], default: null },
    }),
  ],
  [
    'a form of many fields',
    object(
      Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [`f${index}`, { type: 'integer', not: { multipleOf: 3 } }]),
      ),
    ),
  ],
];

describe('an instance', () => {
  it.each(table)('is made for %s', (_, schema) => {
    const isValid = judgeOf(schema);
    for (let index = 0; index < 20; index += 1) {
      const value = made(schema, `print ${index}`);
      expect(isValid(JSON.parse(JSON.stringify(value))), JSON.stringify(value)).toBe(true);
    }
  });

  it('is valid for any schema that some value fits', () => {
    fc.assert(
      fc.property(schemas, fc.string(), (schema, print) => {
        const value = made(schema, print);
        expect(judgeOf(schema)(value), JSON.stringify(value)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('is the same for the same print, whatever was made before', () => {
    fc.assert(
      fc.property(schemas, fc.string(), (schema, print) => {
        const again = createInstances()(schema, print, words);
        expect(again).toEqual({ ok: true, value: made(schema, print) });
      }),
      { numRuns: 100 },
    );
  });

  it('differs by print', () => {
    const topics = ['order', 'billing', 'other'];
    const drawn = Array.from({ length: 300 }, (_, index) => made({ enum: topics }, `record ${index}`));
    for (const topic of topics) {
      expect(drawn.filter((other) => other === topic).length).toBeGreaterThan(60);
    }
  });

  it('has some of the optional fields', () => {
    const schema = { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } };
    const seen = Array.from({ length: 50 }, (_, index) =>
      Object.keys(made(schema, `${index}`) as object).join(),
    );
    expect(new Set(seen)).toEqual(new Set(['a,b', 'a', 'b', '']));
  });

  it.each<[string, JsonSchema, RegExp]>([
    ['marked, with the words of the prompt', { type: 'string' }, /^\[simulated\] (?:\S+ ?){1,6}$/],
    ['marked where there is room', { type: 'string', maxLength: 14 }, /^\[simulated\] ..$/],
    ['words where there is none for the mark', { type: 'string', maxLength: 5 }, /^[A-Za-z? .]{1,5}$/],
    [
      'at addresses that lead nowhere',
      { type: 'string', format: 'email' },
      /^simulated\.[a-z]+@example\.com$/,
    ],
    ['at hosts that lead nowhere', { type: 'string', format: 'uri' }, /^https:\/\/example\.com\/simulated\//],
  ])('has texts that are %s', (_, schema, shape) => {
    expect(made(schema)).toMatch(shape);
  });

  it('is made without words, too', () => {
    expect(createInstances()({ type: 'string', minLength: 30 }, 'print', [])).toMatchObject({ ok: true });
    expect(createInstances()({ format: 'email' }, 'print', ['日本語'])).toEqual({
      ok: true,
      value: 'simulated.simulated@example.com',
    });
  });
});

describe('a schema of great width', () => {
  const many = Array.from({ length: 200_000 }, (_, index) => index);

  it.each<[string, JsonSchema]>([
    ['many values', { enum: many }],
    ['many values to choose from within itself', { $ref: '#/$defs/a', $defs: { a: within({ enum: many }) } }],
    ['many parts', { allOf: many.map(() => ({})).slice(0, 2000), type: 'integer' }],
  ])('is met: %s', (_, schema) => {
    expect(createInstances()(schema, 'print', words)).toMatchObject({ ok: true });
  });
});

/** Holds itself, or an end of this schema. */
function within(end: JsonSchema): JsonSchema {
  return { type: 'array', minItems: 1, maxItems: 1, items: { anyOf: [{ $ref: '#/$defs/a' }, end] } };
}

describe('a schema that no instance is made for', () => {
  const none = 'no value was found that it allows: the last one';

  it.each<[string, JsonSchema, string]>([
    ['false', false, `${none} boolean schema is false`],
    ['bounds that cross', { type: 'integer', minimum: 5, maximum: 4 }, `${none} must be <= 4`],
    ['a field that may not be and must', object({ a: false }), `${none} at /a boolean schema is false`],
    ['an empty list of values', { enum: [] }, 'it is no JSON Schema: enum must have non-empty array'],
    [
      'a type that there is not',
      { type: 'text' },
      'it is no JSON Schema: type must be JSONType or JSONType[]: text',
    ],
    [
      'a pattern that is none',
      { type: 'string', pattern: '(' },
      'it is no JSON Schema: Invalid regular expression: /(/u: Unterminated group',
    ],
    [
      'a reference to nowhere',
      { $ref: '#/$defs/none' },
      "it is no JSON Schema: can't resolve reference #/$defs/none from id #",
    ],
  ])('is told: %s', (_, schema, error) => {
    expect(make(schema, 'print', words)).toEqual({ ok: false, error });
  });

  const letters = (count: number): JsonSchema => ({ type: 'string', pattern: `^[a-z]{${count}}$` });
  const short = { ...(letters(2000) as object), maxLength: 5 };
  const list = (minItems: number, rest: object): JsonSchema => ({ type: 'array', minItems, ...rest });

  it.each<[string, JsonSchema]>([
    ['long texts that may not be long', object({ a: short, b: short })],
    ['more items than are made', list(2000, { items: { type: 'string' } })],
    ['many long texts of a pattern', list(100, { items: letters(20_000) })],
    ['more different items than there are', list(900, { items: { enum: [1, 2, 3] }, uniqueItems: true })],
    ['a long list of long patterns', list(1000, { items: { ...(letters(1) as object), maxLength: 0 } })],
    ['more fields than are made', { type: 'object', minProperties: 5000 }],
    [
      'a name as long as a book',
      object({ ['n'.repeat(1_000_000)]: { type: 'integer', minimum: 5, maximum: 4 } }),
    ],
  ])('is given up before it keeps everybody waiting: %s', (_, schema) => {
    const instance = make(schema, 'print', words);
    expect(instance.ok ? '' : instance.error).toMatch(
      /^no value was found .{1,50} in the time that one may take: /,
    );
  });

  it('is remembered: it is not searched again', () => {
    const properties = { a: { type: 'integer', minimum: 5, maximum: 4 } };
    let reads = 0;
    const schema = Object.defineProperty({ type: 'object', required: ['a'] }, 'properties', {
      enumerable: true,
      get() {
        reads += 1;
        return properties;
      },
    });
    const first = make(schema, 'print', words);
    const searched = reads;
    expect(make(schema, 'another print', words)).toEqual(first);
    expect(first.ok).toBe(false);
    expect(searched).toBeGreaterThan(100);
    expect(reads - searched, 'to know it again').toBeLessThan(5);
  });

  it('is told where it asks for itself without end', () => {
    const schema = { $ref: '#/$defs/a', $defs: { a: object({ a: { $ref: '#/$defs/a' } }) } } as JsonSchema;
    const instance = make(schema, 'print', words);
    expect(instance.ok).toBe(false);
    expect(instance.ok ? '' : instance.error).toMatch(/^no value was found .{1,200} must be object$/);
  });

  it.each([
    ['a schema', '{"not":', '{}', '}'],
    ['a value', '{"const":', '{"const":1}', '}'],
    ['a list', '[', '', ']'],
  ])('is told where it nests deeper than the stack: %s', (_, open, inmost, close) => {
    const deep = JSON.parse(
      `{"enum":[1,${open.repeat(50_000)}${inmost}${close.repeat(50_000)}]}`,
    ) as JsonSchema;
    const error = 'it is nested deeper than 500 levels';
    expect(make(deep, 'print', words)).toEqual({ ok: false, error });
  });

  it('ends, whatever the schema', () => {
    const keywords = fc.dictionary(
      fc.constantFrom(
        'type',
        'enum',
        'items',
        'properties',
        'required',
        'anyOf',
        'not',
        'pattern',
        'minLength',
        '$ref',
        'minItems',
        'multipleOf',
        'contains',
        'if',
        'propertyNames',
        'minProperties',
      ),
      fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom('string', 'object', 'array', '#', '^a+$', 1, 2),
      ),
    );
    fc.assert(
      fc.property(keywords, (schema) => {
        const instance = make(schema as JsonSchema, 'print', words);
        expect(instance.ok || instance.error.length > 0).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
