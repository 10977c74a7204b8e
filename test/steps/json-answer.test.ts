import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import { compileValidator } from '../../src/pipeline/schema/validator.ts';
import { mistakesIn } from '../../src/pipeline/schema/value-mistakes.ts';
import { readJsonAnswer } from '../../src/steps/json-answer.ts';
import { longestMended } from '../../src/steps/mend-json.ts';
import type { ValueSchema } from '../../src/tools/tool.ts';

const anything: ValueSchema = { schema: true, validate: () => [] };

async function schemaOf(schema: JsonObject): Promise<ValueSchema> {
  const validate = await compileValidator(schema, '2020-12');
  return { schema, validate: (value) => (validate(value) ? [] : mistakesIn(value, validate.errors ?? [])) };
}

const read = (text: string) => readJsonAnswer(text, anything);

describe('an answer in JSON', () => {
  it.each<[string, string, JsonValue]>([
    ['JSON as it is', '{"a":[1,true,null,"é"]}', { a: [1, true, null, 'é'] }],
    ['JSON among white space', '\n\t {"a":1} \r\n', { a: 1 }],
    ['JSON after a byte order mark', '\uFEFF{"a":1}', { a: 1 }],
    ['a text', '"yes"', 'yes'],
    ['a number', '-0.5e1', -5],
    ['null', 'null', null],
    ['the longest integer that a number holds', '9007199254740991', 9007199254740991],
    ['what looks like code in a text', '{"a":"```\\n{{input.x}}\\n```"}', { a: '```\n{{input.x}}\n```' }],
    ['a name that objects inherit', '{"__proto__":1}', JSON.parse('{"__proto__":1}') as JsonValue],
  ])('is %s', (_name, text, value) => {
    expect(read(text)).toEqual({ ok: true, value });
  });

  it.each<[string, string, JsonValue]>([
    ['a fence', '```json\n{"a":1}\n```', { a: 1 }],
    ['a fence without a language', '```\n[1]\n```\n', [1]],
    ['a fence with Windows line ends', '```json\r\n{"a":1}\r\n```\r\n', { a: 1 }],
    ['a fence on one line', '```json {"a":1} ```', { a: 1 }],
    ['a fence that nothing closes', '```json\n{"a":1}', { a: 1 }],
    ['a fence that nothing opens', '{"a":1}\n```\n', { a: 1 }],
    ['a fence with prose around it', 'Here you are:\n```json\n{"a":1}\n```\nAnything else?', { a: 1 }],
    ['a fence around a text with a fence', '```json\n{"a":"```js\\nx\\n```"}\n```', { a: '```js\nx\n```' }],
    ['a text alone in a fence', '```json\n"yes"\n```', 'yes'],
    ['faults within a fence', "Sure!\n```\n{'a': 1,}\n```", { a: 1 }],
  ])('may stand in %s', (_name, text, value) => {
    expect(read(text)).toEqual({ ok: true, value });
  });

  it.each<[string, string, JsonValue]>([
    ['a trailing comma', '{"a":[1,2,],}', { a: [1, 2] }],
    ['single quotes', "{'a': 'b'}", { a: 'b' }],
    ['typographic quotes', '{“a”: “b”}', { a: 'b' }],
    ['names without quotes', '{a: 1}', { a: 1 }],
    ['comments', '{"a": 1, // one\n/* two */ "b": 2}', { a: 1, b: 2 }],
    ['a missing comma', '{"a":1 "b":2}', { a: 1, b: 2 }],
    ["Python's words", '{"a": True, "b": False, "c": None}', { a: true, b: false, c: null }],
    ['undefined', '{"a": undefined}', { a: null }],
    ['a line break in a text', '{"a":"one\ntwo"}', { a: 'one\ntwo' }],
    ['quotes in a text', '{"a":"the "big" one"}', { a: 'the "big" one' }],
    ['a bracket too much at the end', '{"a":{"b":1}}}', { a: { b: 1 } }],
    ['a point without a digit before it', '{"a":.5}', { a: 0.5 }],
    ['a point without a digit after it', '{"a":5.}', { a: 5 }],
    ['points in texts', `{'a':'v.1 or 2. of',}`, { a: 'v.1 or 2. of' }],
    ['another word for null in quotes', "{'a':'NULL','b':'nil;'}", { a: 'NULL', b: 'nil;' }],
    ['texts that are added', '{"a":"one " + "two"}', { a: 'one two' }],
    ["Markdown's escape of an underscore", '{"order\\_id":"A\\_1"}', { order_id: 'A_1' }],
    ['a backslash that escapes nothing', '{"a":"C:\\data \\w+ \\u12"}', { a: 'C:\\data \\w+ \\u12' }],
    ['an escaped apostrophe', "{'a':'it\\'s'}", { a: "it's" }],
    ['an apostrophe between double quotes', '{"a":"it\'s",}', { a: "it's" }],
    ['an ellipsis in a text', '{"a":"so...",}', { a: 'so...' }],
  ])('may have %s', (_name, text, value) => {
    expect(read(text)).toEqual({ ok: true, value });
  });

  it.each<[string, string, JsonValue]>([
    ['a word without quotes', '{"a": order}', { a: 'order' }],
    ['NaN', '{"a": NaN}', { a: 'NaN' }],
    ['an amount with a sign', '{"a": 5%}', { a: '5%' }],
    ['a hexadecimal number', '{"a": 0x10}', { a: '0x10' }],
    ['a number with leading zeros', '{"a": 007}', { a: '007' }],
  ])('reads %s as text, which only a schema that allows text takes', async (_name, text, value) => {
    expect(read(text)).toEqual({ ok: true, value });
    const numeric = await schemaOf({ type: 'object', properties: { a: { type: ['number', 'null'] } } });
    expect(readJsonAnswer(text, numeric)).toMatchObject({ ok: false, error: { code: 'schema_mismatch' } });
  });

  it.each<[string, string, string]>([
    ['nothing', '', 'it is empty'],
    ['white space', ' \n', 'it is empty'],
    ['an empty fence', '```json\n```', 'it is empty'],
    ['prose', 'I do not know.', 'expected a value, found "I"'],
    ['one word', 'yes', 'expected a value, found "yes"'],
    ['prose with JSON after it', 'It is:\n{"a":1}', 'expected a value, found "It"'],
    ['prose with JSON in it', 'It is {"a":1}.', 'expected a value, found "It"'],
    ['JSON with prose after it', '{"a":1}\nThat is it.', 'found "That" after `{"a":1}\\n`'],
    ['two fences', '```\n{"a":1}\n```\nor\n```\n{"a":2}\n```', 'expected a value'],
    ['two objects', '{"a":1}{"a":2}', 'expected the end of the text, found "{" after `{"a":1}`'],
    ['an object a line', '{"a":1}\n{"a":2}', 'expected the end of the text'],
    ['a list a line', '[1]\n[2]', 'expected the end of the text'],
    ['an object that ends too early', '{"a":{"b":1}', 'found the end of the text after `{"a":{"b":1}`'],
    ['a list that ends too early', '[1,2', 'expected a comma or ], found the end of the text'],
    ['a text that ends too early', '{"a":"ord', 'a text has no closing quote'],
    ['a fence that ends too early', '```json\n{"a":[1,', 'found the end of the text'],
    ['a number that ends too early', '{"a":12.', 'expected'],
    ['a name with a quote missing', '{"a:1}', 'a text has no closing quote'],
    ['a text with a quote missing', '{"a":"one, two:three}', 'a text has no closing quote'],
    ['a missing bracket', '{"a":[1,2,"b":3}', 'expected a comma or ]'],
    ['a missing value', '{"a": , "b": 1}', 'expected a value, found ","'],
    ['a missing last value', '{"a":}', 'expected a value, found "}"'],
    ['a missing item', '[1,,2]', 'expected a value, found ","'],
    ['a missing number', '{"a": -}', 'expected a value, found "-"'],
    ['a point alone', '{"a": .}', 'expected a value, found "."'],
    ['a point with a sign', '{"a": -.}', 'expected a value, found "-"'],
    ['a number without its exponent', '{"a": 1e}', 'expected'],
    ['a number without its exponent, and more', '{"a": 12.5e, "b": ".5"}', 'expected'],
    ['another word for null', '{"a": NULL}', 'expected a value, found "NULL"'],
    ['a short word for null', '{"a": nil, "b": "nothing"}', 'expected a value, found "nil"'],
    ['a semicolon', '{"a": 1; "b": 2}', 'expected'],
    ['items left out', '[1, 2, ...]', 'expected a value, found "."'],
    ['items left out by a comment', '[1, 2, /* ... */]', 'expected a value, found "/"'],
    ['an apostrophe between single quotes', "{'a': 'it's'}", 'expected a name in double quotes, found'],
    ['a backslash before what may be Markdown', '{"a":"1\\. \\[x\\]"}', 'is not an escape that JSON knows'],
    ['a name twice', '{"a":1,"a":2}', 'the name "a" stands twice in one object'],
    ['a name twice in what is mended', "{'a':1,'a':2}", 'the name "a" stands twice in one object'],
    ['half a character', '{"a":"\\ud83d"}', 'half of a surrogate pair'],
    ['nesting without end', '['.repeat(501) + ']'.repeat(501), 'nested deeper than 500 levels'],
    ['an open nest', '['.repeat(30_000), 'expected'],
  ])('is not %s', (_name, text, problem) => {
    const result = read(text);
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid_json' } });
    const { message, problems } = result.ok ? { message: '', problems: [] } : result.error;
    expect(message).toContain(problem);
    expect(message).toMatch(/^the answer (?:is no JSON|cannot be kept): /);
    expect(problems.join()).toContain(problem);
  });

  it.each([
    ['as it is', '{"id":12345678901234567890}'],
    ['beside faults', "{'id':12345678901234567890,}"],
    ['in a fence', '```json\n{"id":12345678901234567890}\n```'],
    ['alone', '12345678901234567890'],
  ])('does not round a number that is too long, %s', (_name, text) => {
    expect(read(text)).toEqual({
      ok: false,
      error: {
        code: 'inexact_number',
        message: expect.stringMatching(
          /^the answer cannot be kept: the number 12345678901234567890 would become 1234567890123456\d+; put it in quotes to keep its digits \(the schema must ask for a string there\)$/,
        ) as string,
        problems: [expect.stringContaining('put it in quotes') as string],
      },
    });
  });

  it('is not mended where it is longer than can be read in time', () => {
    const long = `{"a":"${'x'.repeat(longestMended)}",}`;
    const result = read(long);
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid_json' } });
    expect(result.ok ? '' : result.error.message).toContain(
      `(mended only up to ${longestMended} characters)`,
    );
    expect(read(long.replace(',}', '}'))).toMatchObject({ ok: true });
    expect(read(`{"a":"${'x'.repeat(longestMended - 9)}",}`)).toMatchObject({ ok: true });
  });

  it('shows nothing that would act on a terminal', () => {
    const result = read('{"a": "\u001b[2J" \u202E x}');
    expect(result.ok ? '' : result.error.message).toMatch(/^[\x20-\x7E]+$/);
  });
});

describe('an answer and its schema', () => {
  const schema = {
    type: 'object',
    required: ['topic', 'urgent'],
    additionalProperties: false,
    properties: {
      topic: { enum: ['order', 'other'] },
      urgent: { type: 'boolean', default: false },
      count: { type: 'integer' },
      since: { type: 'string', format: 'date' },
      next: { $ref: '#/$defs/item' },
    },
    $defs: { item: { type: 'object', required: ['id'] } },
  };

  it.each<[string, string, readonly string[]]>([
    [
      'another value',
      '{"topic":"topik","urgent":true}',
      ['`topic` must be one of "order", "other", found "topik"'],
    ],
    ['a missing field, though it has a default', '{"topic":"order"}', ['`urgent` is missing']],
    [
      'a field too many',
      '{"topic":"order","urgent":true,"x":1}',
      ['`x` is not a field that the schema allows'],
    ],
    [
      'texts for other types',
      '{"topic":"order","urgent":"true","count":"1"}',
      ['`urgent` must be true or false, found "true"', '`count` must be a whole number, found "1"'],
    ],
    [
      'a bad format and a bad reference',
      '{"topic":"order","urgent":true,"since":"soon","next":{}}',
      ['`since` must be in the format date, found "soon"', '`next.id` is missing'],
    ],
    ['a mended value', "{'topic':'order','urgent':'yes',}", ['`urgent` must be true or false, found "yes"']],
  ])('do not fit with %s', async (_name, text, problems) => {
    expect(readJsonAnswer(text, await schemaOf(schema))).toEqual({
      ok: false,
      error: {
        code: 'schema_mismatch',
        message: `the answer does not fit the schema: ${problems.join('; ')}`,
        problems,
      },
    });
  });

  it('tells the first five mistakes', async () => {
    const result = readJsonAnswer('["a","b","c","d","e","f"]', await schemaOf({ items: { type: 'number' } }));
    expect(result.ok ? [] : result.error.problems).toEqual([
      '`[0]` must be a number, found "a"',
      '`[1]` must be a number, found "b"',
      '`[2]` must be a number, found "c"',
      '`[3]` must be a number, found "d"',
      '`[4]` must be a number, found "e"',
      'and other mistakes',
    ]);
  });

  it('gives the value as it came, with nothing added or converted', async () => {
    const value = { urgent: true, topic: 'order', count: 2.0 };
    expect(readJsonAnswer(JSON.stringify(value), await schemaOf(schema))).toEqual({ ok: true, value });
  });
});

/** JSON that survives being written, which -0 and half characters do not. */
const json = fc
  .jsonValue({ stringUnit: 'grapheme', maxDepth: 4 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue);

describe('any value', () => {
  it('comes back as it is, however it is laid out', () => {
    const layouts = [
      (text: string) => text,
      (text: string) => `\uFEFF\n${text}\n`,
      (text: string) => `\`\`\`json\n${text}\n\`\`\``,
      (text: string) => `Here it is:\n\n\`\`\`\n${text}\n\`\`\`\nDone.`,
    ];
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2, '\t'), fc.constantFrom(...layouts), (value, indent, layout) => {
        const text = layout(JSON.stringify(value, null, indent));
        expect(read(text)).toEqual({ ok: true, value });
      }),
    );
  });

  it('never comes back from less than the whole of its text', () => {
    const container = fc.oneof(
      fc.array(json, { minLength: 1 }),
      fc.dictionary(fc.string(), json, { minKeys: 1 }),
    );
    fc.assert(
      fc.property(container, fc.nat(), (value, at) => {
        const text = JSON.stringify(value);
        expect(read(text.slice(0, at % text.length))).toMatchObject({ ok: false });
      }),
      { numRuns: 500 },
    );
  });

  /** The integer that is written for a number: 1.2e33 is one of 34 digits, whatever its double holds beyond two. */
  function integerOf(number: number): bigint {
    const [digits = '', exponent = '0'] = JSON.stringify(number).split('e');
    const [whole = '', decimals = ''] = digits.split('.');
    return BigInt(whole + decimals) * 10n ** BigInt(Number(exponent) - decimals.length);
  }

  it('never comes back with another integer', () => {
    const faults = [
      (digits: string) => `{"id":${digits}}`,
      (digits: string) => `{'id': ${digits},}`,
      (digits: string) => `\`\`\`\n{"id":${digits}}\n\`\`\``,
      (digits: string) => `{id: ${digits} // the order\n}`,
    ];
    fc.assert(
      fc.property(
        fc.oneof(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.constant(12n * 10n ** 32n)),
        fc.constantFrom(...faults),
        (id, layout) => {
          const result = read(layout(String(id)));
          const kept = result.ok && integerOf((result.value as { readonly id: number }).id);
          expect([id, 'inexact_number']).toContain(result.ok ? kept : result.error.code);
        },
      ),
    );
  });

  it('is read without an exception from any text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      ':',
      ',',
      '\\',
      '/*',
      '//',
      '```',
      '\n',
      '...',
      'null',
      'a',
      '-',
      '1',
      '.',
      '(',
      '+',
      '&quot;',
      '\ud83d',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const result = read(pieces.join(''));
        expect(result.ok ? 'read' : result.error.message).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});
