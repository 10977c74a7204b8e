import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Source } from '../../src/diagnostic/source.ts';
import { parseYaml, textSource } from '../../src/diagnostic/yaml-source.ts';
import type { JsonValue, Pointer } from '../../src/json/json.ts';

function valueOf(text: string): JsonValue {
  const { source, diagnostics } = parseYaml('file.yaml', text);
  expect(diagnostics).toEqual([]);
  return source.value;
}

/** What is wrong with a file, as `line:column code`. */
function mistakesIn(text: string): string[] {
  return parseYaml('file.yaml', text).diagnostics.map(({ code, place }) => {
    const { source, pointer, part, span } = place as {
      source: Source;
      pointer: Pointer;
      part?: 'key';
      span?: never;
    };
    const { start } = source.locate(pointer, part, span);
    return `${start.line}:${start.column} ${code}`;
  });
}

describe('the value of a YAML file', () => {
  it.each<[string, string, JsonValue]>([
    [
      'scalars',
      'a: 1\nb: -0.5\nc: true\nd: null\ne: ~\nf:\ng: text',
      { a: 1, b: -0.5, c: true, d: null, e: null, f: null, g: 'text' },
    ],
    [
      "YAML 1.1's words for booleans, which are texts",
      '[yes, no, on, off, y, n]',
      ['yes', 'no', 'on', 'off', 'y', 'n'],
    ],
    [
      "YAML 1.1's dates, sexagesimals and separators, which are texts",
      '[2024-01-01, 12:30:45, 1_000]',
      ['2024-01-01', '12:30:45', '1_000'],
    ],
    [
      'numbers in all of their forms',
      '[0x1F, 0o17, 1e3, +5, .5, 0, 0.10, 9007199254740991]',
      [31, 15, 1000, 5, 0.5, 0, 0.1, 9007199254740991],
    ],
    ['quoted texts', `['it''s', "tab\\t \\u00e9 \\U0001F600"]`, ["it's", 'tab\t é 😀']],
    ['block texts', 'a: |\n  one\n  two\nb: >-\n  one\n  two\n', { a: 'one\ntwo\n', b: 'one two' }],
    [
      'tags that name what the value is',
      '[!!str 1, !!int 2, !!float 3.5, ! 4, !!null ~, !!map {}, !!seq []]',
      ['1', 2, 3.5, '4', null, {}, []],
    ],
    ['aliases', 'a: &x {y: [1]}\nb: *x\n', { a: { y: [1] }, b: { y: [1] } }],
    ['the nearest anchor of a name', '[&x 1, *x, &x 2, *x]', [1, 1, 2, 2]],
    ['an alias as a key', '- &k name\n- *k : 1\n', ['name', { name: 1 }]],
    [
      'a merge, which gives way wherever it stands',
      'a: &a {x: 1, y: 2}\nb: {x: 3, <<: *a}\nc: {<<: *a, x: 4}\n',
      { a: { x: 1, y: 2 }, b: { x: 3, y: 2 }, c: { x: 4, y: 2 } },
    ],
    [
      'merges of several maps, of which the first wins',
      '- &a {x: 1}\n- &b {x: 2, y: 2}\n- {<<: [*a, *b, {z: 3}]}\n',
      [{ x: 1 }, { x: 2, y: 2 }, { x: 1, y: 2, z: 3 }],
    ],
    [
      'merges of merges',
      '- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b}\n',
      [{ x: 1 }, { x: 1, y: 2 }, { x: 1, y: 2 }],
    ],
    ['a quoted <<, which merges nothing', '{"<<": {x: 1}}', { '<<': { x: 1 } }],
    ['a byte order mark', '\uFEFFa: 1', { a: 1 }],
    ['Windows line breaks', 'a: |\r\n  one\r\n  two\r\nb: "x\r\n  y"\r\n', { a: 'one\ntwo\n', b: 'x y' }],
    ["old Mac's line breaks", 'a: 1\rb: 2\r', { a: 1, b: 2 }],
    ['marks of one document', '# comment\n%YAML 1.2\n---\na: 1\n...\n', { a: 1 }],
    ['tabs outside of the indentation', 'a:\t1\t\n\t\nb: [\t2\t]\n', { a: 1, b: [2] }],
    ['escaped control characters', 'a: "\\0\\e\\x07"', { a: '\0\u001B\u0007' }],
    [
      'templates in texts',
      `a: "{{x}}"\nb: x {{y}}\nc: |\n  {{#if x}}\n  # no comment\n  {{/if}}\nd: '{{z}}' # comment`,
      { a: '{{x}}', b: 'x {{y}}', c: '{{#if x}}\n# no comment\n{{/if}}\n', d: '{{z}}' },
    ],
    ['plain texts over several lines', '[a\nb, c\n\n  d]', ['a b', 'c\nd']],
    ['an explicit null', '~', null],
  ])('reads %s', (_, text, value) => {
    expect(valueOf(text)).toEqual(value);
  });

  it('keeps names that JavaScript knows as plain own properties', () => {
    const value = valueOf(
      '__proto__: {polluted: 1}\nconstructor: 2\ntoString: {<<: {__proto__: 3}}\n',
    ) as Record<string, JsonValue>;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value['toString'] as object)).toEqual(['__proto__']);
    expect('polluted' in {}).toBe(false);
    expect(JSON.stringify(value)).toBe(
      '{"__proto__":{"polluted":1},"constructor":2,"toString":{"__proto__":3}}',
    );
  });

  it('agrees with the parser that it is built on', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 8 });
    const json = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 3 });
    fc.assert(
      fc.property(fc.dictionary(name, json), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const { source, diagnostics } = parseYaml('file.yaml', text);
        const told = diagnostics.filter(({ code }) => code !== 'inexact-number');
        expect(told).toEqual([]);
        expect(source.value).toEqual(parse(text));
      }),
    );
  });
});

describe('the mistakes of a YAML file', () => {
  it.each([
    ['nothing', '', ['1:1 empty-file']],
    ['white space', ' \n\n', ['1:1 empty-file']],
    ['only a comment', '# x', ['1:1 empty-file']],
    ['only a document mark', '---\n', ['1:1 empty-file']],
    ['several documents', 'a: 1\n---\nb: 1\n', ['2:1 several-documents']],
    ['a document after an end', 'a: 1\n...\nb: 1\n', ['3:1 several-documents']],
    ['a directive', '%TAG ! x:\n---\na: 1\n', ['1:1 unknown-directive']],
    ['two duplicates of a key', 'a: 1\nb: 2\na: 3\n"a": 4\n', ['3:1 duplicate-key', '4:1 duplicate-key']],
    ['two merge keys', 'a: &a {}\nb:\n  <<: *a\n  <<: *a\n', ['4:3 duplicate-key']],
    ['a key that an alias repeats', '- &k a\n- {a: 1, *k : 2}\n', ['2:10 duplicate-key']],
    ['a merge of a text', 'a: {<<: text}', ['1:5 merge-key']],
    ['a merge of an unknown anchor, once', 'a: {<<: *b}', ['1:9 unknown-anchor']],
    ['an alias before its anchor', 'a: *x\nb: &x 1\n', ['1:4 unknown-anchor']],
    ['an anchor within itself', 'a: &a {b: [*a]}', ['1:12 recursive-alias']],
    [
      'keys that are no texts',
      '1: a\ntrue: b\n~: c\n[x]: d\n',
      ['1:1 non-string-key', '2:1 non-string-key', '3:1 non-string-key', '4:1 non-string-key'],
    ],
    ['an alias of a number as a key', '- &k 1\n- {*k : 2}', ['2:4 non-string-key']],
    ['an integer beyond 2^53', 'a: 9007199254740992', ['1:4 inexact-number']],
    ['a hexadecimal beyond 2^53', 'a: 0xFFFFFFFFFFFFFFFF', ['1:4 inexact-number']],
    ['infinity', '[.inf, -.Inf, .NaN]', ['1:2 inexact-number', '1:8 inexact-number', '1:15 inexact-number']],
    ['leading zeros', '[007, -01]', ['1:2 leading-zero', '1:7 leading-zero']],
    ['half a surrogate pair', 'a: "\\ud83d"', ['1:4 lone-surrogate']],
    ['control characters', 'a: \u0007\nb: \u0000\n', ['1:4 control-character']],
    ['half a surrogate pair in the file', 'a: \uD83D', ['1:4 control-character']],
    ['a tag', 'a: !!js/undefined ""', ['1:4 unknown-tag']],
    ['a tag on a key and on a list', '!x a: !y [1]', ['1:1 unknown-tag', '1:7 unknown-tag']],
    ['a tag that the value belies', 'a: !!int x\nb: !!map [1]', ['1:4 wrong-tag', '2:4 wrong-tag']],
    ['tabs in the indentation', 'a:\n\tb: 1\n\tc: 2\n', ['2:1 tab-indentation']],
    ['a key with an invisible space', 'a:\n  b: 1\n  \u00A0c: 2\n', ['3:3 yaml-syntax']],
    ['a colon without a space', '{a:1, b: 2}', ['1:2 yaml-syntax']],
    ['a template for a map', 'a: {{x}}', ['1:4 unquoted-template']],
    ['a template for a key', '{{x}}: 1\nb: 2\n', ['1:1 unquoted-template']],
    [
      'a template after an error, which it explains',
      'a: "x"\nb: Hi {{x}}: y\nc: 1\n',
      ['2:4 unquoted-template'],
    ],
    [
      'an error beside a template, which stays',
      'a:\n   b: {{x}}\n  c: {{y}}\n',
      ['2:7 unquoted-template', '3:6 unquoted-template'],
    ],
    ['an error on a line with a harmless template', 'a:\n   b: 1\n  c: Hi {{y}}\n', ['3:3 yaml-syntax']],
    ['a cut template', 'a: {{x}} # y\nb: {{y}} z #1\n', ['1:4 unquoted-template', '2:4 unquoted-template']],
    ['a text with a template before a comment', 'a: x {{y}} # z', ['1:12 cut-template']],
    ['a template right after #', 'a: x #{{y}}', ['1:6 cut-template']],
    ['a comment with a template, which is none', 'a: x # {{y}}\nb: "{{y}}" #z', []],
    [
      'duplicates before a syntax error, but not after it',
      'a: 1\na: 2\nb: "x" y\nb: 3\n',
      ['2:1 duplicate-key', '3:8 yaml-syntax'],
    ],
  ])('are told of %s', (_, text, mistakes) => {
    expect(mistakesIn(text)).toEqual(mistakes);
  });

  it('leave unquoted templates in the value as they were meant, with their places', () => {
    const text = 'a: {{x.y}} z # c\nb: {c: {{d}}, e: 1}\n{{f}}: 1\ng: Hi {{h}}: i\n';
    const { source } = parseYaml('file.yaml', text);
    expect(source.value).toEqual({ a: '{{x.y}} z', b: { c: '{{d}}', e: 1 }, '{{f}}': 1, g: 'Hi {{h}}: i' });
    const { start, end } = source.locate(['a'], 'value', { start: 2, end: 5 });
    expect(text.slice(start.offset, end.offset)).toBe('x.y');
  });

  it('bounds how many are told', () => {
    const { diagnostics } = parseYaml('file.yaml', 'a: 1\n'.repeat(1000));
    expect(diagnostics).toHaveLength(101);
    expect(diagnostics.at(-1)).toMatchObject({
      code: 'more-mistakes',
      message: '899 more mistakes follow from here on',
    });
  });

  it('bounds how deep a value goes, aliases included', () => {
    expect(mistakesIn('['.repeat(201))).toEqual(['1:201 too-deep']);
    expect(mistakesIn('['.repeat(200) + ']'.repeat(200))).toEqual([]);
    const chain = Array.from({ length: 300 }, (_, index) => `- &a${index + 1} [*a${index}]`);
    expect(mistakesIn(`- &a0 1\n${chain.join('\n')}\n`)[0]).toBe('200:10 too-deep');
  });

  it('bounds how much aliases stand for', () => {
    const levels = Array.from(
      { length: 30 },
      (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`,
    );
    const { diagnostics, source } = parseYaml('file.yaml', `a0: &a0 x\n${levels.join('\n')}\n`);
    expect(diagnostics.map(({ code }) => code)).toEqual(['alias-bomb']);
    expect(JSON.stringify(source.value).length).toBeLessThan(1_000_000);
  });

  it('refuses a file too large to be parsed in a moment', () => {
    const { diagnostics } = parseYaml('file.yaml', `a: ${'x'.repeat(1_000_000)}`);
    expect(diagnostics).toMatchObject([{ code: 'file-too-large' }]);
  });

  it('come with plain values and places in the file, whatever the file holds', () => {
    const pieces = [
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      '#',
      ' ',
      '&a ',
      '*a',
      '!x ',
      '|',
      '>',
      '{{',
      '}}',
      '?',
      '<<',
      '\t',
      '%',
      '---\n',
      '\0',
      '\uD800',
      '1',
      '\\',
      '\r',
      'é',
    ];
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...pieces), maxLength: 40 }), (text) => {
        const { source, diagnostics } = parseYaml('file.yaml', text);
        expect(JSON.parse(JSON.stringify(source.value))).toEqual(source.value);
        for (const { place, message } of diagnostics) {
          const { source, pointer, span } = place as {
            source: Source;
            pointer: Pointer;
            span: { start: number; end: number };
          };
          const { start, end } = source.locate(pointer, 'value', span);
          expect(start.offset).toBe(span.start);
          expect(end.offset).toBe(span.end);
          expect(start.offset).toBeLessThanOrEqual(end.offset);
          expect(message).not.toMatch(/\.$|undefined|NaN/u);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('locate', () => {
  const text =
    'steps:\n  one: &one\n    prompt: "Hi {{x}}"\n    empty:\n    list:\n      - a\n      - {b: 1}\n  two:\n    <<: *one\n    own: 1\n  three: *one\n';
  const { source } = parseYaml('file.yaml', text);

  const located = (pointer: Pointer, part?: 'key' | 'value', span?: { start: number; end: number }) => {
    const { start, end } = source.locate(pointer, part, span);
    return `${start.line}:${start.column} ${text.slice(start.offset, end.offset)}`;
  };

  it.each<[string, Pointer, 'key' | 'value', string]>([
    ['a key', ['steps', 'one', 'prompt'], 'key', '3:5 prompt'],
    ['a value', ['steps', 'one', 'prompt'], 'value', '3:13 "Hi {{x}}"'],
    ['a map, to its last character', ['steps', 'two'], 'value', '9:5 <<: *one\n    own: 1'],
    ['an item', ['steps', 'one', 'list', 0], 'value', '6:9 a'],
    ['an item by the text of its index', ['steps', 'one', 'list', '1', 'b'], 'value', '7:13 1'],
    ['an item, which has no key', ['steps', 'one', 'list', 0], 'key', '6:9 a'],
    ['a value that was left out', ['steps', 'one', 'empty'], 'value', '4:5 empty'],
    ['a merged value', ['steps', 'two', 'prompt'], 'value', '3:13 "Hi {{x}}"'],
    ['a merged key', ['steps', 'two', 'prompt'], 'key', '3:5 prompt'],
    ['a value of an alias', ['steps', 'three', 'prompt'], 'value', '3:13 "Hi {{x}}"'],
    ['the key of an alias', ['steps', 'three'], 'key', '11:3 three'],
    ['what is missing from a map: its key', ['steps', 'two', 'absent'], 'value', '8:3 two'],
    ['what is missing from an item: the item', ['steps', 'one', 'list', 1, 'c'], 'value', '7:9 {b: 1}'],
    ['an item beyond the end', ['steps', 'one', 'list', 2], 'value', '5:5 list'],
    ['a part of a text', ['steps', 'one', 'prompt', 'x'], 'value', '3:5 prompt'],
  ])('finds %s', (_, pointer, part, expected) => {
    expect(located(pointer, part)).toBe(expected);
  });

  it('finds the whole for what is missing from the file', () => {
    expect(located(['absent', 'x'])).toBe(`1:1 ${text.trimEnd()}`);
  });

  it('finds characters of a text, through aliases too', () => {
    expect(located(['steps', 'one', 'prompt'], 'value', { start: 3, end: 8 })).toBe('3:17 {{x}}');
    expect(located(['steps', 'three', 'prompt'], 'value', { start: 3, end: 8 })).toBe('3:17 {{x}}');
    expect(located(['steps', 'one', 'prompt'], 'value', { start: 8, end: 8 })).toBe('3:22 ');
    expect(located(['steps', 'one', 'prompt'], 'value', { start: 7, end: 99 })).toBe('3:21 }');
    expect(located(['steps', 'one', 'list'], 'value', { start: 0, end: 1 })).toContain('6:7 - a');
  });

  it('counts a byte order mark as no column, and every kind of line break', () => {
    const { source } = parseYaml('file.yaml', '\uFEFFa: 1\r\nb: 2\rc: 3\nd: 4');
    const starts = ['a', 'b', 'c', 'd'].map((name) => source.locate([name], 'key').start);
    expect(starts).toEqual([
      { line: 1, column: 1, offset: 1 },
      { line: 2, column: 1, offset: 7 },
      { line: 3, column: 1, offset: 12 },
      { line: 4, column: 1, offset: 17 },
    ]);
  });
});

describe('textSource', () => {
  it('locates spans of the text', () => {
    const source = textSource('style.hbs', 'Dear {{x}},\nbye');
    expect(source.value).toBeNull();
    expect(source.locate([], 'value', { start: 12, end: 15 })).toEqual({
      start: { line: 2, column: 1, offset: 12 },
      end: { line: 2, column: 4, offset: 15 },
    });
    expect(source.locate([]).end.offset).toBe(15);
  });
});
