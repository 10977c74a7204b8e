import * as fc from 'fast-check';
import type { JsonSchema } from '../../src/json/json.ts';

const conditional = ['if', 'then', 'else'];

/** What `if`, `then` and `else` say, made so that no object of ours looks like a promise. */
export function condition(...said: readonly [object, object, object]): object {
  return Object.fromEntries(conditional.map((keyword, index) => [keyword, said[index]]));
}

/** Schemas that some value fits, as people write them for structured answers and tools. */

const texts = fc.oneof(
  fc.constant({ type: 'string' }),
  fc
    .tuple(fc.nat(40), fc.nat(40))
    .map(([minLength, more]) => ({ type: 'string', minLength, maxLength: minLength + more })),
  fc
    .constantFrom(
      '^[A-Z]{3}-\\d{4}$',
      '^\\d+$',
      '^(?:\\+|00)[1-9]\\d{5,14}$',
      'foo|bar',
      '^[^\\s@]+@[^\\s@]+$',
      '^\\p{Lu}\\p{Ll}*$',
      '^(a|b)-\\1$',
      '(?=.*\\d)(?=.*[a-z])^.{6,}$',
    )
    .map((pattern) => ({ type: 'string', pattern })),
  fc.constant({ type: 'string', pattern: '^\\d+$', minLength: 6, maxLength: 8 }),
  fc
    .constantFrom('date', 'time', 'date-time', 'email', 'uri', 'uuid', 'ipv4', 'ipv6', 'hostname', 'duration')
    .map((format) => ({ type: 'string', format })),
);

const numbers = fc.oneof(
  fc
    .tuple(fc.integer({ min: -1000, max: 1000 }), fc.nat(50), fc.constantFrom('integer', 'number'))
    .map(([minimum, more, type]) => ({ type, minimum, maximum: minimum + more })),
  fc.tuple(fc.integer(), fc.integer({ min: 2, max: 20 })).map(([exclusiveMinimum, more]) => ({
    type: 'integer',
    exclusiveMinimum,
    exclusiveMaximum: exclusiveMinimum + more,
  })),
  fc
    .constantFrom(0.01, 0.25, 3, 7)
    .map((multipleOf) => ({ type: 'number', multipleOf, minimum: 10, maximum: 20 })),
  fc.integer({ min: 2, max: 5 }).map((multipleOf) => ({ type: 'integer', not: { multipleOf } })),
);

const choices = fc.oneof(
  fc
    .uniqueArray(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 4 })
    .map((options) => ({ enum: options })),
  fc.jsonValue({ maxDepth: 2 }).map((value) => ({ const: value })),
  fc.constantFrom({ type: 'boolean' }, { type: 'null' }, { type: ['string', 'null'] }, {}, true),
  fc.constant({ $ref: '#/$defs/leaf' }),
  fc.constant({ $ref: '#/$defs/tree' }),
);

const names = fc.uniqueArray(
  fc.constantFrom('id', 'name', 'a b', 'x/y', '~', 'items', 'constructor', 'topic'),
  {
    maxLength: 5,
  },
);

interface Ties {
  readonly schema: unknown;
}

const { schema: anySchema } = fc.letrec<Ties>((tie) => {
  const schema = tie('schema');
  const objects = fc
    .tuple(names, fc.array(schema, { minLength: 5, maxLength: 5 }), fc.nat(31), fc.boolean())
    .map(([keys, held, mask, additionalProperties]) => {
      const required = keys.filter((_, index) => (mask >> index) % 2 === 1);
      const properties = Object.fromEntries(keys.map((key, index) => [key, held[index]]));
      return {
        type: 'object',
        properties,
        required,
        minProperties: required.length,
        additionalProperties,
      };
    });
  const arrays = fc.oneof(
    fc.tuple(schema, fc.nat(3), fc.nat(3)).map(([items, minItems, more]) => ({
      type: 'array',
      items,
      minItems,
      maxItems: minItems + more,
    })),
    fc.nat(5).map((minItems) => ({
      type: 'array',
      items: { type: 'integer', minimum: 0, maximum: 6 },
      uniqueItems: true,
      minItems,
    })),
    fc.tuple(schema, schema).map(([one, other]) => ({
      type: 'array',
      prefixItems: [one, other],
      items: false,
      minItems: 2,
    })),
    fc.constant({
      type: 'array',
      items: { type: 'integer' },
      contains: { const: 5 },
      maxContains: 2,
      minItems: 2,
    }),
  );
  const composed = fc.oneof(
    fc.tuple(schema, schema).map((anyOf) => ({ anyOf })),
    fc.tuple(schema, schema).map(([one, other]) => ({
      oneOf: [
        { type: 'object', required: ['kind', 'it'], properties: { kind: { const: 'one' }, it: one } },
        { type: 'object', required: ['kind', 'it'], properties: { kind: { const: 'other' }, it: other } },
      ],
    })),
    fc.tuple(schema, schema).map(([one, other]) => ({
      type: 'object',
      allOf: [
        { required: ['left'], properties: { left: one } },
        { required: ['right'], properties: { right: other } },
      ],
      unevaluatedProperties: false,
    })),
    fc.tuple(schema, schema).map(([one, other]) => ({
      type: 'object',
      required: ['kind'],
      properties: { kind: { enum: ['a', 'b'] } },
      allOf: [
        condition(
          { properties: { kind: { const: 'a' } } },
          { required: ['a'], properties: { a: one } },
          { required: ['b'], properties: { b: other } },
        ),
      ],
    })),
    schema.map((held) => ({
      type: 'object',
      propertyNames: { pattern: '^k_[a-z]+$' },
      additionalProperties: held,
      minProperties: 2,
    })),
    schema.map((held) => ({
      type: 'object',
      required: ['card'],
      properties: { card: { type: 'string' } },
      dependentRequired: { card: ['holder'] },
      dependentSchemas: { card: { required: ['more'], properties: { more: held } } },
    })),
  );
  return {
    schema: fc.oneof({ maxDepth: 3, depthSize: 'small' }, choices, texts, numbers, objects, arrays, composed),
  };
});

/** A schema of its own, with what it refers to. */
export const schemas: fc.Arbitrary<JsonSchema> = anySchema.map((schema): JsonSchema => ({
  allOf: [schema as JsonSchema],
  $defs: {
    leaf: { type: 'integer', minimum: 3, maximum: 9 },
    tree: {
      type: 'object',
      required: ['value', 'left'],
      properties: {
        value: { $ref: '#/$defs/leaf' },
        left: { anyOf: [{ $ref: '#/$defs/tree' }, { type: 'null' }] },
        rest: { type: 'array', items: { $ref: '#/$defs/tree' } },
      },
    },
  },
}));
