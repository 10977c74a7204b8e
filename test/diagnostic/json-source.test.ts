import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/diagnostic/json-source.ts';
import type { Source } from '../../src/diagnostic/source.ts';
import { parseYaml } from '../../src/diagnostic/yaml-source.ts';
import type { Pointer } from '../../src/json/json.ts';

/** What is wrong with a file, as `line:column code: message`. */
function mistakesIn(text: string): string[] {
  return parseJson('file.json', text).diagnostics.map(({ code, message, place }) => {
    const { source, span } = place as { source: Source; span: { start: number; end: number } };
    const { start } = source.locate([], 'value', span);
    return `${start.line}:${start.column} ${code}: ${message}`;
  });
}

const grammarMistakes = (text: string) =>
  parseJson('file.json', text).diagnostics.filter(
    ({ code }) => code === 'json-syntax' || code === 'empty-file',
  );

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    const blank = fc.constantFrom('', ' ', '\n', '\t', '\r\n');
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), blank, blank, (json, before, after) => {
        const text = `${before}${json}${after}`;
        expect(grammarMistakes(text)).toEqual([]);
        expect(parseJson('file.json', text).source.value).toEqual(JSON.parse(json));
      }),
    );
  });

  it('refuses what JSON.parse refuses, and nothing more', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1',
      '-',
      '.',
      'e',
      '+',
      '0',
      'true',
      'null',
      'x',
      ' ',
      '\n',
      '\\',
      '\\n',
      '\\u00e9',
      '\t',
      '\u0001',
      '\u007F',
      '/',
      '#',
    ];
    let valid = 0;
    const soup = fc.string({ unit: fc.constantFrom(...pieces), maxLength: 8 });
    const edited = fc
      .tuple(fc.json({ maxDepth: 2 }), fc.nat(), fc.constantFrom('', ...pieces))
      .map(([json, at, piece]) => {
        const index = at % (json.length + 1);
        return json.slice(0, index) + piece + json.slice(index + (at % 2));
      });
    fc.assert(
      fc.property(fc.oneof(soup, edited), (text) => {
        if (isJson(text)) valid += 1;
        expect(grammarMistakes(text).length).toBe(isJson(text) ? 0 : 1);
      }),
      { numRuns: 3000 },
    );
    expect(valid).toBeGreaterThan(100);
  });

  it('is used for files named .json, and for no others', () => {
    expect(parseYaml('Schema.JSON', '{a: 1}').diagnostics).toMatchObject([{ code: 'json-syntax' }]);
    expect(parseYaml('schema.yaml', '{a: 1}').diagnostics).toEqual([]);
  });

  it('reads a byte order mark', () => {
    expect(parseJson('file.json', '\uFEFF{"a": 1}').source.value).toEqual({ a: 1 });
  });

  it('keeps __proto__ as a name', () => {
    const { value } = parseJson('file.json', '{"__proto__": {"a": 1}}').source;
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it.each([
    ['', '1:1 empty-file: the file is empty'],
    ['{"a": 1,}', '1:9 json-syntax: a comma stands before `}`, with nothing between them'],
    ['[1,,2]', '1:4 json-syntax: a comma stands before `,`, with nothing between them'],
    ['[1 2]', '1:4 json-syntax: `2` stands where a comma or ] should'],
    ['{"a" 1}', '1:6 json-syntax: `1` stands where a colon should'],
    ['{a: 1}', '1:2 json-syntax: the name `a` has no quotes'],
    ['{"a": 01}', '1:7 json-syntax: `01` is not a number as JSON writes it'],
    ['[.5]', '1:2 json-syntax: `.5` is not a number as JSON writes it'],
    ['[+1]', '1:2 json-syntax: `+1` is not a number as JSON writes it'],
    ['[0x10]', '1:2 json-syntax: `0x10` is not a number as JSON writes it'],
    ['[NaN]', '1:2 json-syntax: `NaN` is not a JSON value'],
    ['[truely]', '1:2 json-syntax: `truely` is not a JSON value'],
    ['{"a": True}', '1:7 json-syntax: `True` is not a JSON value'],
    ['{"a": 1} x', '1:10 json-syntax: there is more text after the end of the value'],
    ['{"a": 1', '1:8 json-syntax: the file ends where a comma or } should stand'],
    ['{"a":', '1:6 json-syntax: the file ends where a value should stand'],
    ["{'a': 1}", '1:2 json-syntax: JSON writes names and texts in double quotes'],
    ['{\n  # x\n}', '2:3 json-syntax: JSON has no comments'],
    ['/* x */ 1', '1:1 json-syntax: JSON has no comments'],
    ['["a', '1:4 json-syntax: the text has no closing quote on its line'],
    ['["a\n"]', '1:4 json-syntax: the text has no closing quote on its line'],
    ['["\\x41"]', '1:3 json-syntax: `\\x` is not an escape that JSON knows'],
    ['["\\u12"]', '1:3 json-syntax: `\\u12"]` is not an escape that JSON knows'],
    ['["a\tb"]', '1:4 json-syntax: the control character U+0009 stands in a text'],
    [
      '[9007199254740993]',
      '1:2 inexact-number: the number `9007199254740993` cannot be kept exactly: it would become 9007199254740992',
    ],
    ['[1e999]', '1:2 inexact-number: the number `1e999` cannot be kept exactly: JSON has no such number'],
    ['{"a": 1, "\\u0061": 2}', '1:10 duplicate-key: the key `a` is given twice: it stands on line 1 already'],
    ['["\\udc00"]', '1:2 lone-surrogate: the text holds half of a surrogate pair, which is no character'],
    ['['.repeat(201), '1:201 too-deep: values are nested more than 200 levels deep'],
  ])('tells the mistake in %j', (text, mistake) => {
    expect(mistakesIn(text)).toEqual([mistake]);
  });

  it('locates names, values and characters', () => {
    const text = '{\n  "a": {"b": ["x\\ny\\ud83d\\ude00z"]}\n}';
    const { source } = parseJson('file.json', text);
    const located = (pointer: Pointer, part: 'key' | 'value', start = 0, end = 0) => {
      const range = source.locate(pointer, part, end === 0 ? undefined : { start, end });
      return text.slice(range.start.offset, range.end.offset);
    };
    expect(located(['a', 'b'], 'key')).toBe('"b"');
    expect(located(['a'], 'value')).toBe('{"b": ["x\\ny\\ud83d\\ude00z"]}');
    expect(located(['a', 'b', 0], 'value', 1, 2)).toBe('\\n');
    expect(located(['a', 'b', 0], 'value', 3, 5)).toBe('\\ud83d\\ude00');
    expect(located(['a', 'b', 0], 'value', 5, 6)).toBe('z');
  });
});
