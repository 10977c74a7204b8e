import { describe, expect, it } from 'vitest';
import { schemaOfPico } from '../../../src/importing/dotprompt/picoschema.ts';
import type { JsonValue } from '../../../src/json/json.ts';

function schema(value: JsonValue): { readonly schema: unknown; readonly told: readonly string[] } {
  const told: string[] = [];
  const made = schemaOfPico(
    value,
    ['schema'],
    (pointer, message) => void told.push(`${pointer.join('.')}: ${message}`),
  );
  return { schema: made, told };
}

const closed = { type: 'object', additionalProperties: false };

describe('Picoschema', () => {
  it.each<[string, JsonValue, unknown]>([
    ['a scalar', 'string', { type: 'string' }],
    [
      'a description with a comma',
      'integer, how many, roughly',
      { type: 'integer', description: 'how many, roughly' },
    ],
    ['any', 'any', {}],
    [
      'fields',
      { a: 'string', b: 'number, x' },
      {
        ...closed,
        required: ['a', 'b'],
        properties: { a: { type: 'string' }, b: { type: 'number', description: 'x' } },
      },
    ],
    [
      'an optional field',
      { 'a?': 'boolean' },
      { ...closed, properties: { a: { type: ['boolean', 'null'] } } },
    ],
    [
      'a list',
      { 'a(array, all)': 'string' },
      {
        ...closed,
        required: ['a'],
        properties: { a: { type: 'array', items: { type: 'string' }, description: 'all' } },
      },
    ],
    [
      'an optional list of objects',
      { 'a?(array)': { b: 'any' } },
      {
        ...closed,
        properties: {
          a: { type: ['array', 'null'], items: { ...closed, required: ['b'], properties: { b: {} } } },
        },
      },
    ],
    [
      'an object',
      { 'a(object, it)': { 'b?': 'null' } },
      {
        ...closed,
        required: ['a'],
        properties: { a: { ...closed, properties: { b: { type: 'null' } }, description: 'it' } },
      },
    ],
    [
      'an enum',
      { 'a(enum)': ['x', 'y'], 'b?(enum, or none)': ['z'] },
      {
        ...closed,
        required: ['a'],
        properties: { a: { enum: ['x', 'y'] }, b: { enum: ['z', null], description: 'or none' } },
      },
    ],
    [
      'a wildcard',
      { a: 'string', '(*)': 'number, any' },
      {
        ...closed,
        required: ['a'],
        properties: { a: { type: 'string' } },
        additionalProperties: { type: 'number', description: 'any' },
      },
    ],
    [
      'JSON Schema',
      { type: 'array', items: { type: 'string' } },
      { type: 'array', items: { type: 'string' } },
    ],
    [
      'JSON Schema without a type',
      { properties: { a: { type: 'string' } } },
      { type: 'object', properties: { a: { type: 'string' } } },
    ],
  ])('reads %s', (_, value, expected) => {
    expect(schema(value)).toEqual({ schema: expected, told: [] });
  });

  it.each<[JsonValue, string]>([
    ['Recipe', 'schema: the schema `Recipe` is registered in a program'],
    [{ a: 'Recipe, of a dish' }, 'schema.a: the schema `Recipe`'],
    [{ a: 3 }, 'schema.a: a schema is a type or a map of fields'],
    [{ 'a(set)': 'string' }, 'schema.a(set): `(set)` is no kind of schema'],
  ])('tells what it cannot know: %j', (value, message) => {
    expect(schema(value).told).toEqual([expect.stringContaining(message)]);
  });
});
