import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/json/json.ts';
import { compileSchema } from './compile.ts';

/** What is wrong with a schema, in the file at the root of which it stands. */
async function mistakesOf(
  text: string,
  files?: Parameters<typeof compileSchema>[1],
): Promise<readonly string[]> {
  const { schema, diagnostics } = await compileSchema(text, files);
  expect(schema === undefined).toBe(diagnostics.length > 0);
  return diagnostics.map((line) => line.replace(/^pipeline\.yaml:/, ''));
}

/** A schema that is sound. */
async function sound(text: string, files?: Parameters<typeof compileSchema>[1]) {
  const { schema, diagnostics } = await compileSchema(text, files);
  expect(diagnostics).toEqual([]);
  if (schema === undefined) throw new Error('no schema');
  return schema;
}

describe('a broken schema', () => {
  it.each([
    ['type: strin', '1:7 invalid-schema `type` cannot be "strin"; did you mean `string`?'],
    ['type: int', '1:7 invalid-schema `type` cannot be "int"; did you mean `integer`?'],
    [
      'type: [string, null]',
      '1:7 invalid-schema `type` cannot be null; quote it, since YAML reads a bare null as nothing: "null"',
    ],
    ['type: []', /^1:7 invalid-schema `type` must be one of string, .*, found an empty list$/],
    ['type: 5', /^1:7 invalid-schema `type` cannot be 5; the types are `string`, /],
    [
      'properties: {a: text}',
      '1:17 invalid-schema `a` must be a schema (a map, true or false), found "text"; write {type: string}',
    ],
    [
      'properties: {a: [string]}',
      /^1:17 invalid-schema `a` must be a schema \(a map, true or false\), found a list; several shapes/,
    ],
    ['properties: [a]', '1:13 invalid-schema `properties` must be a map of schemas, found a list'],
    [
      'minLenght: 3',
      '1:1 unknown-keyword `minLenght` is not a keyword of JSON Schema; did you mean `minLength`?',
    ],
    [
      'text: {type: string}',
      '1:1 unknown-keyword `text` is not a keyword of JSON Schema; if `text` is a field, put it under `properties`',
    ],
    [
      'nullable: true',
      '1:1 unknown-keyword `nullable` is not a keyword of JSON Schema; write type: [<type>, "null"]',
    ],
    ['weird: x', /^1:1 unknown-keyword .*; remove it, or let its name begin with `x-`/],
    ['pattern: "("', '1:10 invalid-pattern "(" is not a regular expression: Unterminated group'],
    [
      'patternProperties: {"[": true}',
      '1:21 invalid-pattern "[" is not a regular expression: Unterminated character class',
    ],
    ['required: text', '1:11 invalid-schema `required` must be a list of different strings, found "text"'],
    ['required: [a, a]', '1:11 invalid-schema `required` must be a list of different strings, found a list'],
    ['enum: []', '1:7 invalid-schema `enum` must be a list of at least one value, found an empty list'],
    ['minimum: "3"', '1:10 invalid-schema `minimum` must be a number, found "3"'],
    ['multipleOf: 0', '1:13 invalid-schema `multipleOf` must be a number above 0, found 0'],
    ['minLength: -1', '1:12 invalid-schema `minLength` must be a whole number, 0 or more, found -1'],
    ['uniqueItems: 1', '1:14 invalid-schema `uniqueItems` must be true or false, found 1'],
    ['allOf: {}', '1:8 invalid-schema `allOf` must be a list of at least one schema, found an empty map'],
    ['anyOf: [5]', '1:9 invalid-schema an item here must be a schema (a map, true or false), found 5'],
    [
      'dependentRequired: {a: b}',
      '1:20 invalid-schema `dependentRequired` must be a map of lists of strings, found a map',
    ],
    [
      'format: emial',
      '1:9 unknown-format `format` "emial" is not one that can be checked; did you mean `email`?',
    ],
    ['format: zip', /^1:9 unknown-format .*; there are `date`, .* and `binary`$/],
    ['5', '1:1 invalid-schema a schema must be a map, true or false, found 5'],
    [
      'items: [{type: string}]',
      /^1:8 invalid-schema `items` must be a schema .*; a fixed list as prefixItems: \[…\]$/,
    ],
    [
      'additionalItems: false',
      '1:1 unknown-keyword `additionalItems` is not a keyword of JSON Schema 2020-12; write `items` beside `prefixItems`',
    ],
    [
      'dependencies: {a: [b]}',
      '1:1 unknown-keyword `dependencies` is not a keyword of JSON Schema 2020-12; write `dependentRequired` or `dependentSchemas`',
    ],
    [
      '$schema: http://json-schema.org/draft-07/schema#\nprefixItems: [true]',
      /^2:1 unknown-keyword `prefixItems` is not a keyword of JSON Schema draft-07/,
    ],
    ['$defs: {a: {$id: x}}', /^1:13 unsupported-keyword `\$id` is supported at the root of a schema only/],
    ['$anchor: x', /^1:1 unsupported-keyword `\$anchor` is not supported in schemas here/],
    ['$schema: http://json-schema.org/draft-04/schema#', /^1:10 unsupported-draft/],
    ['$schema: https://example.com/mine', /^1:10 unsupported-draft/],
  ])('%s', async (text, expected) => {
    const mistakes = await mistakesOf(text);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(expected);
  });

  it('is told of all its mistakes at once', async () => {
    expect(await mistakesOf('if: 3\nthen: {typ: string}\nelse: {enum: 5, not: {minimum: x}}')).toHaveLength(
      4,
    );
  });

  it('leaves data alone, which may look like a schema', async () => {
    const schema = await sound(
      'const: {typ: x}\nenum: [{$ref: nowhere}]\ndefault: {$ref: "#/no"}\nexamples: [{type: x}]',
    );
    expect(schema.schema).toMatchObject({ enum: [{ $ref: 'nowhere' }], default: { $ref: '#/no' } });
  });

  it('may have keywords of the user, and words of other tools that say nothing about validity', async () => {
    const words = 'title: Ticket\ndeprecated: true\nexample: 5\ndiscriminator: {propertyName: kind}';
    expect(await mistakesOf(`x-note: {typ: 3}\n${words}`)).toEqual([]);
  });
});

describe('a required name that `properties` lacks', () => {
  const closed = 'properties: {ab: true}\nadditionalProperties: false';

  it.each([
    [`${closed}\nrequired: [ba]`, /^3:12 impossible-schema .*; did you mean `ab`\?$/],
    [`${closed}\nrequired: [other]`, /^3:12 impossible-schema .*; add `other` to `properties`$/],
    ['additionalProperties: false\nrequired: [a]', /^2:12 impossible-schema/],
    ['unevaluatedProperties: false\nrequired: [a]', /^2:12 impossible-schema/],
    ['anyOf: [{additionalProperties: false, required: [a]}]', /^1:50 impossible-schema/],
  ])('is a mistake where nothing else may be there: %s', async (text, expected) => {
    const mistakes = await mistakesOf(text);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(expected);
  });

  it.each([
    `${closed}\nrequired: [xa]\npatternProperties: {"^x": true}`,
    'unevaluatedProperties: false\nrequired: [a]\nallOf: [{properties: {a: true}}]',
    'unevaluatedProperties: false\nadditionalProperties: true\nrequired: [a]',
    '$schema: http://json-schema.org/draft-07/schema#\n$ref: "#/definitions/a"\ndefinitions: {a: true}\nadditionalProperties: false\nrequired: [a]',
    'required: [a]',
  ])('is none where it may come from elsewhere: %s', async (text) => {
    const { diagnostics, warnings } = await compileSchema(text);
    expect([diagnostics, warnings]).toEqual([[], []]);
  });

  it.each([
    ['properties: {text: true}\nrequired: [txt]', 1],
    ['properties: {text: true, txts: true}\nrequired: [txt, text, txts]', 0],
    ['properties: {text: true}\nrequired: [other]', 0],
    ['properties: {text: true}\nrequired: [txt]\nadditionalProperties: {type: string}', 0],
    ['properties: {text: true}\nrequired: [txt]\nallOf: [{properties: {txt: true}}]', 0],
  ])('is worth a warning where it is close to another: %s', async (text, count) => {
    const { diagnostics, warnings } = await compileSchema(text);
    expect(diagnostics).toEqual([]);
    expect(warnings).toHaveLength(count);
  });
});

describe('a file that is named as the schema', () => {
  const secret = 'sesame';

  it.each([
    ['../keys.yaml', `token: ${secret}\n`],
    ['../keys.yaml', `token: "${secret}\n: ]`],
    ['../keys.json', `{"token": "${secret}", }`],
    ['../keys', `${secret}:x:0:0\n`],
    ['./.env', `TOKEN=${secret}\n`],
    ['./notes.yaml', secret],
  ])('is not quoted where it is none: %s %s', async (path, text) => {
    const { diagnostics } = await compileSchema(JSON.stringify(path), {
      [path.replace('../', '/').replace('./', '/project/')]: text,
    });
    expect(diagnostics).toEqual([
      `pipeline.yaml:1:1 invalid-schema the file \`${path}\` holds no JSON Schema; name a file that begins as a schema does, such as with \`type: object\``,
    ]);
  });

  it('may be outside of the folder of the pipeline', async () => {
    const { schema } = await sound('../shared/x.json', { '/shared/x.json': '{"type": "string"}' });
    expect(schema).toEqual({ type: 'string' });
  });
});

describe('a reference', () => {
  it.each([
    [
      '#/$defs/tikcet',
      '1:7 unresolved-reference "#/$defs/tikcet" leads to no schema; did you mean `#/$defs/ticket`?',
    ],
    ['#/$defs/ticket/type', /^1:7 unresolved-reference/],
    ['#/required', /^1:7 unresolved-reference/],
    ['#/%zz', '1:7 invalid-reference "#/%zz" has a `%` that encodes nothing'],
    ['#ticket', /^1:7 invalid-reference "#ticket" refers by a name/],
    [
      'https://example.com/x.json',
      /^1:7 remote-reference .* leads to the network, which is never asked for a schema/,
    ],
    ['//example.com/x.json', /^1:7 remote-reference/],
    ['urn:example:x', /^1:7 remote-reference/],
    ['https://json-schema.org/draft/2020-12/schema', /^1:7 remote-reference/],
    ['../x.json', /^1:7 reference-outside "\.\.\/x\.json" leads out of the pipeline's folder/],
    ['a/../../x.json', /^1:7 reference-outside/],
    ['/etc/passwd', /^1:7 reference-outside/],
    ['%2e%2e/x.json', /^1:7 reference-outside/],
    ['missing.json', '1:7 missing-file there is no file missing.json'],
  ])('to %s is refused', async (target, expected) => {
    const text = `$ref: "${target}"\n$defs: {ticket: {type: string}}\nrequired: [a]`;
    const mistakes = await mistakesOf(text);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(expected);
  });

  it('to another file is told of a mistake there, in that file', async () => {
    const files = { '/project/x.json': '{"typ": 3, "$ref": "y.yaml"}', '/project/y.yaml': 'minLenght: 3\n' };
    const { diagnostics } = await compileSchema('$ref: x.json', files);
    expect(diagnostics).toEqual([
      'x.json:1:2 unknown-keyword `typ` is not a keyword of JSON Schema; did you mean `type`?',
      'y.yaml:1:1 unknown-keyword `minLenght` is not a keyword of JSON Schema; did you mean `minLength`?',
    ]);
  });

  it('to a file that is no JSON is told of its syntax', async () => {
    const { diagnostics } = await compileSchema('$ref: x.json', { '/project/x.json': '{' });
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatch(/^x\.json:1:2 json-syntax/);
  });

  it('to a file of another draft is refused', async () => {
    const { diagnostics } = await compileSchema('$ref: x.json', {
      '/project/x.json': '{"$schema": "http://json-schema.org/draft-07/schema#"}',
    });
    expect(diagnostics).toEqual([
      'x.json:1:13 unsupported-draft this schema is draft-07, but the one that refers to it is not; give both the same `$schema`',
    ]);
  });

  it('to the schema itself may be a loop', async () => {
    const { validate } = await sound('properties: {next: {$ref: "#"}, value: {type: number}}');
    expect(validate({ next: { next: { value: 'x' } } })).toEqual([
      '`next.next.value` must be a number, found "x"',
    ]);
  });

  it.each([
    '{$ref: "#"}',
    '{$ref: "#/$defs/a", $defs: {a: {$ref: "#/$defs/b"}, b: {$ref: "#/$defs/a"}}}',
    '{properties: {a: {$ref: "#/properties/a"}}}',
  ])('that leads nowhere is told as such: %s', async (text) => {
    const { schema, diagnostics } = await compileSchema(text);
    expect(schema).toBeUndefined();
    expect(diagnostics.join()).toContain('leads back to itself');
  });

  it('to what no keyword leads to is checked as well', async () => {
    expect(await mistakesOf('$ref: "#/x-shared/ticket"\nx-shared: {ticket: {typ: string}}')).toHaveLength(1);
  });
});

describe('a schema of several files', () => {
  const files = {
    '/project/shared/ticket.json': JSON.stringify({
      $id: 'https://example.com/ticket.json',
      $defs: {
        ticket: {
          type: 'object',
          required: ['price'],
          properties: { price: { $ref: '../money.yaml' }, parent: { $ref: '#/$defs/ticket' } },
        },
      },
    }),
    '/project/money.yaml': 'type: number\nminimum: 0\n',
  };
  const text = '$ref: ./shared/ticket.json#/$defs/ticket\n$defs: {ticket.json: {type: string}}';

  it('becomes one schema that needs no other file', async () => {
    const { schema, files: read } = await sound(text, files);
    expect(read).toEqual(['/project/pipeline.yaml', '/project/shared/ticket.json', '/project/money.yaml']);
    expect(schema).toEqual({
      $ref: '#/$defs/ticket.json-2/$defs/ticket',
      $defs: {
        'ticket.json': { type: 'string' },
        'ticket.json-2': {
          $defs: {
            ticket: {
              type: 'object',
              required: ['price'],
              properties: {
                price: { $ref: '#/$defs/money.yaml' },
                parent: { $ref: '#/$defs/ticket.json-2/$defs/ticket' },
              },
            },
          },
        },
        'money.yaml': { type: 'number', minimum: 0 },
      },
    });
  });

  it('validates through all of them', async () => {
    const { validate } = await sound(text, files);
    expect(validate({ price: 3, parent: { price: 1 } })).toEqual([]);
    expect(validate({ price: 3, parent: { price: -1 } })).toEqual([
      '`parent.price` must be at least 0, found -1',
    ]);
  });

  it('may be draft-07 throughout', async () => {
    const draft = '$schema: http://json-schema.org/draft-07/schema#';
    const { schema, validate } = await sound(`${draft}\nproperties: {a: {$ref: x.yaml}}`, {
      '/project/x.yaml': `${draft}\nitems: [{type: number}]\nadditionalItems: false\n`,
    });
    expect(schema).toMatchObject({ definitions: { 'x.yaml': { additionalItems: false } } });
    expect(validate({ a: [1, 2] })).toEqual(['`a` must have at most 1 item']);
  });
});

describe('a record', () => {
  const schema = `
type: object
required: [id]
additionalProperties: false
patternProperties: {"^x": true}
properties:
  id: {type: integer}
  text: {type: string, minLength: 1, maxLength: 3, pattern: "^[a-z]*$"}
  price: {type: [number, "null"], minimum: 0, exclusiveMaximum: 100, multipleOf: 0.01}
  kind: {enum: [order, billing, 5, null]}
  day: {type: string, format: date}
  tags: {type: array, minItems: 2, uniqueItems: true, items: {type: string}}
  pair: {prefixItems: [{type: number}], items: false}
  name: {anyOf: [{type: string}, {type: "null"}]}
  shape: {oneOf: [{type: object, required: [x]}, {type: array, contains: {type: number}}]}
  either: {anyOf: [{required: [a]}, {required: [b]}]}
  odd: {anyOf: [{type: string, minLength: 3}, {type: string, maxLength: 1}]}
  boss: {type: object, properties: {age: {type: number}}, dependentRequired: {age: [born]}}
  never: {not: {}}
  fixed: {const: 5}
`;

  it.each<[JsonValue, readonly string[]]>([
    [
      {
        id: 1,
        text: 'abc',
        price: 19.99,
        kind: null,
        x1: 'free',
        day: '2026-08-01',
        tags: ['a', 'b'],
        pair: [1],
      },
      [],
    ],
    [{}, ['`id` is missing']],
    [[], ['the value must be an object, found an empty list']],
    [null, ['the value must be an object, found null']],
    [{ id: '1' }, ['`id` must be a whole number, found "1"']],
    [{ id: 1.5 }, ['`id` must be a whole number, found 1.5']],
    [{ id: 1, foo: 1 }, ['`foo` is not a field that the schema allows']],
    [{ id: 1, text: '' }, ['`text` must not be empty']],
    [{ id: 1, text: 'ABCDE' }, ['`text` must have at most 3 characters, found "ABCDE"']],
    [{ id: 1, text: 'A' }, ['`text` must match the pattern ^[a-z]*$, found "A"']],
    [{ id: 1, price: -1 }, ['`price` must be at least 0 and below 100, found -1']],
    [{ id: 1, price: 100 }, ['`price` must be at least 0 and below 100, found 100']],
    [{ id: 1, price: 0.001 }, ['`price` must be a multiple of 0.01, found 0.001']],
    [{ id: 1, price: 'x' }, ['`price` must be a number or null, found "x"']],
    [{ id: 1, kind: 'x' }, ['`kind` must be one of "order", "billing", 5, null, found "x"']],
    [{ id: 1, day: '2026-13-01' }, ['`day` must be in the format date, found "2026-13-01"']],
    [{ id: 1, tags: ['a'] }, ['`tags` must have at least 2 items']],
    [{ id: 1, tags: ['a', 5] }, ['`tags[1]` must be a string, found 5']],
    [
      { id: 1, tags: ['a', 'b', 'a'] },
      ['`tags` must not repeat an item (0 and 2, counted from 0, are equal)'],
    ],
    [{ id: 1, pair: [1, 2] }, ['`pair` must have at most 1 item']],
    [{ id: 1, name: 5 }, ['`name` must be a string or null, found 5']],
    [{ id: 1, shape: {} }, ['`shape.x` is missing']],
    [{ id: 1, shape: ['a'] }, ['`shape` must have at least 1 item of the kind that `contains` describes']],
    [{ id: 1, shape: 5 }, ['`shape` must be an object or a list, found 5']],
    [{ id: 1, either: {} }, ['`either` needs `a` or `b`']],
    [{ id: 1, odd: 'ab' }, ['`odd` fits none of the shapes that `anyOf` allows, found "ab"']],
    [{ id: 1, boss: { age: 'old' } }, ['`boss.born` is missing', '`boss.age` must be a number, found "old"']],
    [{ id: 1, never: 5 }, ['`never` has a value that is not allowed here, found 5']],
    [{ id: 1, fixed: 6 }, ['`fixed` must be 5, found 6']],
  ])('%j', async (record, mistakes) => {
    const { validate } = await sound(schema);
    expect([...validate(record)].sort()).toEqual([...mistakes].sort());
  });

  it('is asked for own fields only', async () => {
    const { validate } = await sound(
      'required: [constructor, __proto__]\nproperties: {__proto__: {type: number}}',
    );
    expect(validate({})).toEqual(['`constructor` is missing', '`__proto__` is missing']);
    expect(validate(JSON.parse('{"__proto__": 1, "constructor": 2}') as JsonValue)).toEqual([]);
  });

  it('is told of ten mistakes and of how many there are more', async () => {
    const { validate } = await sound('items: {type: string}');
    const mistakes = validate(Array.from({ length: 1000 }, (_, index) => index));
    expect(mistakes).toHaveLength(11);
    expect(mistakes.at(-1)).toBe('and 990 more mistakes');
  });

  it('shows no more than the beginning of a long value', async () => {
    const { validate } = await sound('type: number');
    const [mistake = ''] = validate('x'.repeat(10_000));
    expect(mistake.length).toBeLessThan(120);
  });
});

describe('any schema', () => {
  const keyword = fc.constantFrom(
    'type',
    'properties',
    'items',
    'required',
    'enum',
    'const',
    '$ref',
    '$defs',
    'anyOf',
    'oneOf',
    'not',
    'pattern',
    'format',
    'minLength',
    'minimum',
    'multipleOf',
    'additionalProperties',
    'patternProperties',
    'prefixItems',
    'if',
    'then',
    'dependentRequired',
    'dependentSchemas',
    'propertyNames',
    'contains',
    'unevaluatedProperties',
    '$id',
    '$schema',
    'a',
    '__proto__',
  );
  const scalar = fc.constantFrom<JsonValue>(
    'string',
    'object',
    'array',
    '#',
    '#/$defs/a',
    '#/properties/a',
    'a',
    '(',
    '^a',
    'date',
    null,
    true,
    false,
    -1,
    0,
    2,
    0.5,
  );
  const { schema } = fc.letrec<{ schema: JsonValue }>((tie) => ({
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      fc.array(tie('schema'), { maxLength: 3 }),
      fc.dictionary(keyword, tie('schema'), { maxKeys: 4 }),
    ),
  }));

  it('is either compiled, or told of a mistake with a place', async () => {
    const record = fc.jsonValue({ maxDepth: 3 });
    await fc.assert(
      fc.asyncProperty(schema, record, async (value, data) => {
        const { schema: compiled, diagnostics } = await compileSchema(JSON.stringify(value));
        expect(compiled === undefined).toBe(diagnostics.length > 0);
        for (const line of diagnostics) expect(line).toMatch(/^pipeline\.yaml:\d+:\d+ /);
        const mistakes = compiled?.validate(data as JsonValue) ?? [];
        expect(mistakes.every((mistake) => mistake !== '')).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
