import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../src/json/json.ts';
import { columnReaders } from '../../src/records/cells.ts';
import { csv } from '../../src/records/csv.ts';
import { typesOfField } from '../../src/records/field-types.ts';
import { readBytes, shownAll } from './support.ts';

/** The value of a cell of a column `n` under this schema of the column: or the message of what is wrong. */
function read(column: JsonSchema, cell: string): unknown {
  const [reader] = columnReaders(['n'], { type: 'object', properties: { n: column } });
  const result = reader?.read(cell);
  return result?.ok ? result.value : result?.error;
}

describe('cells of a typed column', () => {
  it.each<[JsonSchema, string, unknown]>([
    [{ type: 'string' }, '1', '1'],
    [{ type: 'string' }, ' true ', ' true '],
    [{ type: 'number' }, '1', 1],
    [{ type: 'number' }, '-12.50', -12.5],
    [{ type: 'number' }, '1e3', 1000],
    [{ type: 'number' }, '1E-2', 0.01],
    [{ type: 'number' }, '9007199254740991', 9007199254740991],
    [{ type: 'integer' }, '0', 0],
    [{ type: 'integer' }, '-7', -7],
    [{ type: 'boolean' }, 'true', true],
    [{ type: 'boolean' }, 'false', false],
    [{ type: ['integer', 'null'] }, '3', 3],
    [{ type: ['boolean', 'number'] }, 'true', true],
    [{ type: ['boolean', 'number'] }, '2.5', 2.5],
    // A string is allowed, so the text stays what it is.
    [{ type: ['number', 'string'] }, '007', '007'],
    [{ type: ['string', 'null'] }, 'null', 'null'],
    [{ enum: ['a', 1] }, '1', '1'],
    [{ enum: [1, 2] }, '1', 1],
    [{ const: true }, 'true', true],
    [{ minimum: 3 }, '3', '3'],
    [true, '3', '3'],
    [{ type: 'array' }, '[1]', '[1]'],
  ])('%j: %j', (column, cell, value) => {
    expect(read(column, cell)).toBe(value);
  });

  it.each<[JsonSchema, unknown]>([
    [{ type: 'string' }, ''],
    [{ type: ['string', 'null'] }, null],
    [{ type: ['number', 'null'] }, null],
    [{ type: 'null' }, null],
    [{ type: 'number' }, undefined],
    [{ type: 'boolean' }, undefined],
    [{ type: 'array' }, undefined],
    [{ type: ['number', 'string'] }, ''],
    [{ enum: ['a', null] }, null],
    [{}, ''],
    [true, ''],
  ])('%j: an empty cell', (column, value) => {
    expect(read(column, '')).toBe(value);
  });

  it.each<[JsonSchema, unknown]>([
    [
      { type: 'integer' },
      'the cell in the column `n` is empty, and `input.schema` requires a value; fill it in, or allow null there: type: [integer, "null"]',
    ],
    [{ type: 'boolean' }, expect.stringContaining('type: [boolean, "null"]')],
    [{ type: 'number' }, expect.stringContaining('type: [number, "null"]')],
    [{ type: ['integer', 'null'] }, null],
    [{ type: 'string' }, ''],
  ])('%j: an empty cell of a field that is required', (column, told) => {
    const [reader] = columnReaders(['n'], {
      type: 'object',
      allOf: [{ required: ['n'] }],
      properties: { n: column },
    });
    const result = reader?.read('');
    expect(result?.ok ? result.value : result?.error).toEqual(told);
  });

  it.each([
    '0x10',
    ' 3',
    '3 ',
    '+3',
    '03',
    '.5',
    '5.',
    '1_000',
    'NaN',
    'Infinity',
    '-Infinity',
    'null',
    'true',
    '--1',
    '１',
    '1e',
    '1\n',
  ])('a number can not be %j', (cell) => {
    const spaces = cell.trim() === cell ? '' : ', without spaces around it';
    expect(read({ type: 'number' }, cell)).toBe(
      `the cell ${JSON.stringify(cell)} in the column \`n\` is not a number such as 12.5; write it as JSON does${spaces}`,
    );
  });

  it.each(['1e3', '1.0', '1.5', '0x10', ' 3 ', '-', '01'])('an integer can not be %j', (cell) => {
    expect(read({ type: 'integer' }, cell)).toContain(
      'is not a whole number such as 12; write it as JSON does',
    );
  });

  it.each([
    ['number', '3,5', 'write 3.5 in place of 3,5'],
    ['number', ' -0,25 ', 'write -0.25 in place of -0,25'],
    ['number', '1.234,5', 'write 1234.5 in place of 1.234,5'],
    ['number', '1,234', 'write 1.234 in place of 1,234, or 1234 where the comma groups digits'],
    ['number', '1,234,567.8', 'write 1234567.8 in place of 1,234,567.8'],
    ['integer', '1,234', 'write 1234 in place of 1,234'],
    ['integer', '3,5', 'write 3.5 in place of 3,5, and give the column the type `number` in `input.schema`'],
    ['number', '01,5', 'write it as JSON does'],
    ['number', '1,2,3', 'write it as JSON does'],
  ])('a %s with a comma is written without: %j', (type, cell, remedy) => {
    expect(read({ type }, cell)).toMatch(new RegExp(`; ${remedy}$`));
  });

  it.each(['TRUE', 'True', 'yes', '1', '0', 'null', ' true'])('a boolean can not be %j', (cell) => {
    expect(read({ type: 'boolean' }, cell)).toContain('is not true or false; write it as JSON does');
  });

  it('names all that a column may hold', () => {
    expect(read({ type: ['boolean', 'integer'] }, 'x')).toContain(
      'is not a whole number such as 12, true or false;',
    );
  });

  it.each(['9007199254740992', '9007199254740993', '-9007199254740993', '12345678901234567890'])(
    'an integer beyond 2^53 is refused, exact or not: %s',
    (cell) => {
      const message = `the cell "${cell}" in the column \`n\` would be another number once read; give the column the type \`string\` in \`input.schema\``;
      expect(read({ type: 'integer' }, cell)).toBe(message);
      expect(read({ type: 'number' }, cell)).toBe(message);
    },
  );

  it.each(['0.1234567890123456789012', '1e400', '1e-400', '9007199254740993.0'])(
    'a number that would change is refused: %s',
    (cell) => {
      expect(read({ type: 'number' }, cell)).toContain('would be another number once read');
    },
  );

  it('shortens a long cell', () => {
    expect(read({ type: 'number' }, 'x'.repeat(1000))).toBe(
      `the cell "${'x'.repeat(59)}…" in the column \`n\` is not a number such as 12.5; write it as JSON does`,
    );
  });

  it('shortens a long cell between characters', () => {
    expect(read({ type: 'number' }, '😀'.repeat(100))).toContain(`the cell "${'😀'.repeat(29)}…" in`);
  });

  it('reads every double as JSON writes it', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true, max: 2 ** 53 - 1, min: -(2 ** 53) + 1 }),
        (double) => {
          expect(read({ type: 'number' }, JSON.stringify(double))).toBe(double === 0 ? 0 : double);
        },
      ),
    );
  });
});

describe('a typed table', () => {
  const schema = {
    type: 'object',
    properties: {
      n: { type: 'number' },
      ok: { type: ['boolean', 'null'] },
      note: { type: 'string' },
      __proto__x: true,
    },
  };

  it('tells every wrong cell of a row at once, and goes on', () => {
    const { items } = readBytes(csv, 'n,ok,note,more\n1,true,x,7\n1.,yes,,8\n,,,\n', { schema });
    expect(items[0]).toMatchObject({ value: { n: 1, ok: true, note: 'x', more: '7' } });
    expect(items[1]).toMatchObject({
      line: 3,
      raw: '1.,yes,,8',
      error: {
        code: 'invalid_cell',
        message:
          'the cell "1." in the column `n` is not a number such as 12.5; write it as JSON does; the cell "yes" in the column `ok` is not true or false; write it as JSON does',
      },
    });
    expect(items[2]).toMatchObject({ ok: true, value: { ok: null, note: '', more: '' } });
    expect(Object.keys(items[2]?.ok === true ? items[2].value : {})).toEqual(['ok', 'note', 'more']);
  });

  it.each<[string, JsonSchema]>([
    ['a pattern', { patternProperties: { '^n_': { type: 'integer' } } }],
    ['alternatives', { anyOf: [{ properties: { n_a: { type: 'integer' } } }] }],
    ['exclusive alternatives', { oneOf: [{ properties: { n_a: { type: 'integer' } } }] }],
    ['constants', { properties: { n_a: { enum: [5, 6] } } }],
  ])('types a column by %s, as the static check does', (_, typed) => {
    expect(shownAll(readBytes(csv, 'n_a\n5\n', { schema: typed }))).toEqual(['#0 line 2: {"n_a":5}']);
  });

  it('types a column named __proto__', () => {
    const typed = JSON.parse('{"properties":{"__proto__":{"type":"number"}}}') as JsonSchema;
    expect(shownAll(readBytes(csv, '__proto__,toString\n1,2\n', { schema: typed }))).toEqual([
      '#0 line 2: {"__proto__":1,"toString":"2"}',
    ]);
  });
});

describe('the types that a schema allows for a field', () => {
  const nullableInteger = ['integer', 'null'];
  it.each<[string, JsonSchema, readonly string[] | undefined]>([
    ['no properties', { type: 'object' }, undefined],
    ['another field', { properties: { m: { type: 'number' } } }, undefined],
    ['a boolean schema', true, undefined],
    ['no type', { properties: { n: { minimum: 1 } } }, undefined],
    ['a type', { properties: { n: { type: 'boolean' } } }, ['boolean']],
    ['number, which integer is', { properties: { n: { type: 'number' } } }, ['integer', 'number']],
    ['a list', { properties: { n: { type: nullableInteger } } }, nullableInteger],
    [
      'a local reference',
      { $defs: { id: { type: nullableInteger } }, properties: { n: { $ref: '#/$defs/id' } } },
      nullableInteger,
    ],
    [
      'a reference by reference',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { type: 'null' } }, properties: { n: { $ref: '#/$defs/a' } } },
      ['null'],
    ],
    [
      'a pointer with escapes',
      { $defs: { 'a/b~c d': { type: 'null' } }, properties: { n: { $ref: '#/$defs/a~1b~0c%20d' } } },
      ['null'],
    ],
    [
      'a pointer into a list',
      { prefixItems: [true, { type: 'null' }], properties: { n: { $ref: '#/prefixItems/1' } } },
      ['null'],
    ],
    [
      'a record by reference',
      { $ref: '#/$defs/r', $defs: { r: { properties: { n: { type: 'null' } } } } },
      ['null'],
    ],
    [
      'a record in parts',
      {
        allOf: [{ properties: { n: { type: nullableInteger } } }, { properties: { n: { type: 'number' } } }],
      },
      ['integer'],
    ],
    [
      'parts that all hold',
      { properties: { n: { type: ['number', 'null'], allOf: [{ type: nullableInteger }] } } },
      nullableInteger,
    ],
    [
      'alternatives',
      { properties: { n: { anyOf: [{ type: 'integer' }, { type: 'null' }] } } },
      nullableInteger,
    ],
    [
      'exclusive alternatives',
      { properties: { n: { oneOf: [{ type: 'integer' }, { const: null }] } } },
      nullableInteger,
    ],
    [
      'an alternative that allows anything',
      { properties: { n: { anyOf: [{ type: 'integer' }, {}] } } },
      undefined,
    ],
    ['an enumeration', { properties: { n: { enum: [1, null] } } }, ['integer', 'null', 'number']],
    [
      'constants of each kind',
      { properties: { n: { enum: [1.5, 'x', true, [], {}] } } },
      ['array', 'boolean', 'number', 'object', 'string'],
    ],
    ['a reference to another file', { properties: { n: { $ref: 'other.json#/x' } } }, undefined],
    ['a reference to nothing', { properties: { n: { $ref: '#/$defs/none/at/all' } } }, undefined],
    ['a malformed escape', { properties: { n: { $ref: '#/%zz' } } }, undefined],
    ['a reference to itself', { properties: { n: { $ref: '#/properties/n' } } }, undefined],
    ['a record that refers to itself', { $ref: '#', properties: { n: { type: 'null' } } }, undefined],
    ['an unknown type', { properties: { n: { type: 'text' } } }, undefined],
    ['a pattern', { patternProperties: { '^n': { type: 'integer' } } }, ['integer']],
    ['a pattern for others', { patternProperties: { '^x': { type: 'integer' } } }, undefined],
    [
      'a pattern and a property',
      { properties: { n: { type: nullableInteger } }, patternProperties: { '^n': { type: 'number' } } },
      ['integer'],
    ],
    [
      'all fields that are not named',
      { properties: { m: true }, additionalProperties: { type: 'boolean' } },
      ['boolean'],
    ],
    ['no fields that are not named', { properties: { m: true }, additionalProperties: false }, undefined],
    [
      'a record of alternatives',
      { anyOf: [{ properties: { n: { type: 'integer' } } }, { properties: { n: { type: 'null' } } }] },
      nullableInteger,
    ],
    [
      'a record of exclusive alternatives',
      {
        $defs: { counted: { properties: { n: { type: 'integer' } } } },
        oneOf: [{ $ref: '#/$defs/counted' }, { properties: { m: { type: 'string' } } }],
      },
      ['integer'],
    ],
    [
      'a record of alternatives, one of which allows anything',
      { anyOf: [{ properties: { n: { type: 'integer' } } }, { required: ['m'] }] },
      undefined,
    ],
    [
      'a record with a condition',
      {
        properties: { m: true },
        if: { required: ['m'] },
        else: { properties: { n: { type: 'integer' } } },
      },
      ['integer'],
    ],
    ['a constant number', { properties: { n: { const: 5 } } }, ['integer', 'number']],
    [
      'constants of one type',
      { properties: { n: { type: 'number', enum: [1, 2.5] } } },
      ['integer', 'number'],
    ],
    [
      'what draft-07 ignores beside a reference',
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        definitions: { n: { type: 'integer' } },
        properties: { n: { $ref: '#/definitions/n', type: 'string' } },
      },
      ['integer'],
    ],
  ])('%s', (_, schema, expected) => {
    const types = typesOfField(schema, 'n');
    expect(types && [...types].sort()).toEqual(expected);
  });
});
