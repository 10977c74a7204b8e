import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { json } from '../../src/records/json.ts';
import { anyObject, countBytes, readBytes, shown, shownAll, shownDiagnostic } from './support.ts';

const good: readonly (readonly [name: string, input: string | Buffer, expected: readonly string[]])[] = [
  ['an empty array', '[]', []],
  ['an empty array with space', ' [\n ] \n', []],
  ['records on one line', '[{"a":1},{"a":2}]', ['#0 line 1: {"a":1}', '#1 line 1: {"a":2}']],
  [
    'records over several lines',
    '[\n  {\n    "a": 1\n  },\n\n  {"a": [2, {"b": "]},"}]}\n]\n',
    ['#0 line 2: {"a":1}', '#1 line 6: {"a":[2,{"b":"]},"}]}'],
  ],
  ['CRLF', '[\r\n{"a":1}\r\n,{"a":2}\r\n]\r\n', ['#0 line 2: {"a":1}', '#1 line 3: {"a":2}']],
  [
    'brackets and quotes in texts',
    '[{"a":"\\"]}[{,\\\\"},{"b":"\\\\\\""}]',
    ['#0 line 1: {"a":"\\"]}[{,\\\\"}', '#1 line 1: {"b":"\\\\\\""}'],
  ],
  [
    'elements that are no objects',
    '[1, "x,]", null, [2, 3], {"a":1}]',
    [
      '#0 line 1: not_an_object',
      '#1 line 1: not_an_object',
      '#2 line 1: not_an_object',
      '#3 line 1: not_an_object',
      '#4 line 1: {"a":1}',
    ],
  ],
  [
    'values that would be changed',
    '[{"a":1e400},\n{"a":1,"a":2},{"a":2}]',
    ['#0 line 1: inexact_number', '#1 line 2: duplicate_name', '#2 line 2: {"a":2}'],
  ],
  [
    'invalid UTF-8',
    Buffer.from('[{"a":"caf\xe9"},{"a":2}]', 'latin1'),
    ['#0 line 1: invalid_utf8', '#1 line 1: {"a":2}'],
  ],
  [
    'a record too deep for a stack',
    `[{"a":1},${'['.repeat(600)}${']'.repeat(600)}]`,
    ['#0 line 1: {"a":1}', '#1 line 1: too_deep'],
  ],
];

const bad: readonly (readonly [
  name: string,
  input: string | Buffer,
  expected: readonly string[],
  message: string,
])[] = [
  [
    'a text without an end in a record that is not UTF-8',
    Buffer.from('[{"a":1},{"a":"caf\xe9},{"b":1}]', 'latin1'),
    ['#0 line 1: {"a":1}', 'invalid-json at 1:24'],
    'expected a comma or }, found "b"',
  ],
  ['only space', ' \n ', ['invalid-json at 2:2'], 'it is empty'],
  ['an object', '{"a":1}', ['invalid-json at 1:1'], 'it is an object'],
  ['a text', '"a"', ['invalid-json at 1:1'], 'it does not begin with ['],
  ['rows without brackets', '\n{"a":1}\n{"a":2}\n', ['invalid-json at 2:1'], 'it is an object'],
  ['no end', '[{"a":1},\n', ['#0 line 1: {"a":1}', 'invalid-json at 2:1'], 'the array has no closing ]'],
  [
    'no end after a record',
    '[{"a":1}',
    ['#0 line 1: {"a":1}', 'invalid-json at 1:9'],
    'the array has no closing ]',
  ],
  [
    'an end inside a record',
    '[{"a":1},{"b":',
    ['#0 line 1: {"a":1}', 'invalid-json at 1:15'],
    'expected a value, found the end of the text',
  ],
  ['a record that is not closed', '[{"a":1]', ['invalid-json at 1:8'], 'expected a comma or }, found "]"'],
  [
    'a bracket of the wrong kind',
    '[{"a":[1},\n{"b":2}]',
    ['invalid-json at 1:9'],
    'expected a comma or ], found "}"',
  ],
  [
    'a comma after the last record',
    '[{"a":1},\n]',
    ['#0 line 1: {"a":1}', 'invalid-json at 2:1'],
    'a comma stands after the last record',
  ],
  [
    'two commas',
    '[{"a":1},,{"a":2}]',
    ['#0 line 1: {"a":1}', 'invalid-json at 1:10'],
    'a comma stands where a record should',
  ],
  ['a comma at the beginning', '[,{"a":1}]', ['invalid-json at 1:2'], 'a comma stands where a record should'],
  ['no comma', '[{"a":1}\n{"a":2}]', ['invalid-json at 2:1'], 'expected the end of the text, found "{"'],
  [
    'text after the array',
    '[{"a":1}]\n{"a":2}',
    ['#0 line 1: {"a":1}', 'invalid-json at 2:1'],
    'something stands after the closing ]',
  ],
  [
    'malformed JSON, with wide characters before it',
    '[{"é":"😀"}, {"a":"漢😀", b:1}]',
    ['#0 line 1: {"é":"😀"}', 'invalid-json at 1:26'],
    'expected a name in double quotes, found "b"',
  ],
  [
    'malformed JSON on a later line',
    '[\n {\n  "a": 1,\n  "é": tru\n }]',
    ['invalid-json at 4:8'],
    'expected a value, found "tru"',
  ],
];

const all = [...good, ...bad.map(([name, input, expected]) => [name, input, expected] as const)];

describe('json', () => {
  it.each(all)('reads %s, cut anywhere', (_, input, expected) => {
    for (let size = 1; size <= Buffer.byteLength(input) + 1; size += 1) {
      expect(shownAll(readBytes(json, input, { size }))).toEqual(expected);
    }
  });

  it.each(good)('counts %s', (_, input, expected) => {
    expect(countBytes(json, input)).toBe(expected.length);
  });

  it.each(bad)('says what is wrong with %s', (_, input, expected, message) => {
    const { broken } = readBytes(json, input);
    expect(broken?.message).toBe(`the input is not a JSON array of records: ${message}`);
    const found = countBytes(json, input);
    expect(typeof found === 'object' && shownDiagnostic(found)).toBe(expected.at(-1));
  });

  it('gives the remedy for rows without brackets', () => {
    expect(readBytes(json, '{"a":1}').broken?.hint).toBe(
      'put [ and ] around the records; one object a line is the format jsonl',
    );
  });

  it.each([1, 7, 64, 1000])('refuses a record beyond the limit (pieces of %i)', (size) => {
    const { items, broken } = readBytes(json, `[{"a":1},\n {"a":"${'x'.repeat(100)}"}]`, { size, limit: 64 });
    expect(items.map(shown)).toEqual(['#0 line 1: {"a":1}']);
    expect(broken).toMatchObject({ code: 'record-too-large', place: { line: 2, column: 2 } });
  });

  it('has started with its bracket', () => {
    const reader = json.reader({ path: 'rows', limit: 100 });
    reader.push(Buffer.from(' \n'));
    expect(reader.started()).toBe(false);
    reader.push(Buffer.from('['));
    expect(reader.started()).toBe(true);
  });

  it('gives back what was written, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyObject),
        fc.nat(3),
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        (rows, cut, indented, size) => {
          const encoder = json.output?.encoder([]);
          const written = `${encoder?.start()}${encoder?.rows(rows.slice(0, cut))}${encoder?.rows(rows.slice(cut))}${encoder?.end()}`;
          const text = indented ? JSON.stringify(rows, null, 2) : written;
          const { items, broken } = readBytes(json, text, { size });
          expect(broken).toBeUndefined();
          expect(items.map((item) => item.ok && JSON.stringify(item.value))).toEqual(
            rows.map((row) => JSON.stringify(row)),
          );
        },
      ),
    );
  });

  it('refuses what JSON.parse refuses', () => {
    const near = fc
      .tuple(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 })), { minLength: 1 }),
        fc.nat(),
        fc.constantFrom('', '{', '}', '[', ']', ',', '"', '\\', '1', ' '),
      )
      .map(([rows, at, character]) => {
        const text = JSON.stringify(rows);
        const place = at % text.length;
        return text.slice(0, place) + character + text.slice(place + 1);
      });
    fc.assert(
      fc.property(near, fc.integer({ min: 1, max: 9 }), (text, size) => {
        const whole = parsed(text);
        const { items, broken } = readBytes(json, text, { size });
        expect(broken === undefined).toBe(Array.isArray(whole));
        expect(broken !== undefined || items.length === (whole as readonly unknown[]).length).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
