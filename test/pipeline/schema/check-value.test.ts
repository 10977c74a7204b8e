import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/json/json.ts';
import { mayTakeForEver } from '../../../src/pipeline/schema/endless.ts';
import { compileSchema } from './compile.ts';

/** What a sound schema finds wrong with a value. */
async function mistakesIn(value: JsonValue, text: string): Promise<readonly string[]> {
  const { schema, diagnostics } = await compileSchema(text);
  expect(diagnostics).toEqual([]);
  return schema?.validate(value) ?? ['no schema'];
}

/** Alternatives that differ by a constant only, each of which holds another of them. */
const alternatives = (properties: (operator: string) => string) => `
$ref: '#/$defs/node'
$defs:
  node:
    anyOf:
      - {type: object, required: [op, of], properties: {${properties('not')}}}
      - {type: object, required: [op, of], properties: {${properties('neg')}}}
      - {type: string}
`;
const node = `of: {$ref: '#/$defs/node'}`;
const constantFirst = alternatives((operator) => `op: {const: ${operator}}, ${node}`);
const constantLast = alternatives((operator) => `${node}, op: {const: ${operator}}`);

const nested = (depth: number, value: JsonValue): JsonValue =>
  depth === 0 ? value : { op: 'neg', of: nested(depth - 1, value) };

const unfinished = [
  'the value could not be checked within 1 s: a `pattern` of the schema backtracks without end on it, or there are too many ways to try',
];

describe('alternatives within alternatives', () => {
  it('are looked into no further than it takes to rule them out', async () => {
    expect(await mistakesIn(nested(100, 'x'), constantFirst)).toEqual([]);
  });

  it('are one mistake, however deep it stands', async () => {
    const mistake = ['the value fits none of the shapes that `anyOf` allows'];
    expect(await mistakesIn(nested(3, 5), constantFirst)).toEqual(mistake);
    expect(await mistakesIn(nested(100, 5), constantFirst)).toEqual(mistake);
  });

  it('are given up after a second where nothing rules them out', async () => {
    expect(await mistakesIn(nested(3, 'x'), constantLast)).toEqual([]);
    expect(await mistakesIn(nested(100, 'x'), constantLast)).toEqual(unfinished);
  });
});

describe('a pattern', () => {
  it('that backtracks without end is given up after a second', async () => {
    const text = 'properties: {code: {type: string, pattern: "^(a+)+$"}}';
    expect(await mistakesIn({ code: `${'a'.repeat(40)}!` }, text)).toEqual(unfinished);
    expect(await mistakesIn({ code: 'aaa' }, text)).toEqual([]);
  });

  it('tells its mistakes beside all the others', async () => {
    const text = 'properties: {code: {type: string, pattern: "^([A-Z])+$"}, count: {type: integer}}';
    expect(await mistakesIn({ code: 'a', count: 'b' }, text)).toEqual([
      '`code` must match the pattern ^([A-Z])+$, found "a"',
      '`count` must be a whole number, found "b"',
    ]);
  });
});

describe('what a validator may be busy with for ever', () => {
  it.each<readonly [string, Parameters<typeof mayTakeForEver>[0]]>([
    ['a pattern with a repeated group', { properties: { a: { type: 'string', pattern: '^(a+)+$' } } }],
    ['a pattern with a counted group', { pattern: '^(a|a){30}$' }],
    ['patterns of names', { allOf: [{ patternProperties: { '(a*)*': true } }] }],
    ['a reference to the whole', { properties: { a: { $ref: '#' } } }],
    ['a reference to what holds it', { $defs: { a: { items: { $ref: '#/$defs/a' } } } }],
    [
      'references in a circle',
      {
        $ref: '#/$defs/a',
        $defs: { a: { items: { $ref: '#/$defs/b' } }, b: { items: { $ref: '#/$defs/a' } } },
      },
    ],
    ['a property that is named as a reference', { properties: { $ref: { pattern: '(a)+' } } }],
  ])('is %s', (_what, schema) => {
    expect(mayTakeForEver(schema)).toBe(true);
  });

  it.each<readonly [string, Parameters<typeof mayTakeForEver>[0]]>([
    ['anything at all', true],
    ['a pattern without groups', { pattern: '^[A-Z()+]+-\\(\\d\\)+$' }],
    ['a pattern with a group that stands once', { pattern: '^([A-Z]+)-(\\d+)?$' }],
    [
      'properties that are named as keywords',
      { properties: { pattern: { type: 'string' }, toString: true } },
    ],
    ['fields', { type: 'object', properties: { a: { enum: ['a', 'b'] } }, required: ['a'] }],
    [
      'a definition that is used twice',
      {
        properties: { a: { $ref: '#/$defs/a' }, b: { $ref: '#/$defs/a' } },
        $defs: { a: { type: 'string' } },
      },
    ],
  ])('is not %s', (_what, schema) => {
    expect(mayTakeForEver(schema)).toBe(false);
  });
});
