import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, printable, printableJson, withoutCommands } from '../../src/diagnostic/printable.ts';

const anything = fc.string({ unit: 'binary', maxLength: 40 });

describe('printable', () => {
  it.each([
    ['ordinary text', 'héllo 日本 👩‍👩‍👧 {"a": 1}', 'héllo 日本 👩‍👩‍👧 {"a": 1}'],
    ['a colour sequence', '\u001B[31mred\u001B[0m', '\\x1b[31mred\\x1b[0m'],
    ['a title sequence', '\u001B]0;owned\u0007', '\\x1b]0;owned\\x07'],
    ['C1 controls', '\u009B2J\u0090', '\\x9b2J\\x90'],
    ['a line break', 'a\nb', 'a\\nb'],
    ['a carriage return', 'safe\rspoof', 'safe\\rspoof'],
    ['a tab', 'a\tb', 'a\\tb'],
    ['backspaces and delete', 'a\b\u007F', 'a\\x08\\x7f'],
    ['NUL', '\0', '\\x00'],
    ['bidi overrides', 'a\u202Eb\u2066c\u200F', 'a\\u202eb\\u2066c\\u200f'],
    ['line separators', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
    ['invisible characters', 'a\u200Bb\uFEFFc\u2060', 'a\\u200bb\\ufeffc\\u2060'],
    ['half a surrogate pair', 'a\uD800b', 'a\\ud800b'],
  ])('shows %s', (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it.each([
    ['line breaks and tabs', 'a\n\tb', 'a\n\tb'],
    ['Windows line breaks', 'a\r\nb', 'a\nb'],
    ['a carriage return alone', 'a\rb', 'a\\rb'],
    ['escapes', 'a\n\u001B[2J', 'a\n\\x1b[2J'],
  ])('keeps lines where asked: %s', (_, text, expected) => {
    expect(printable(text, 'lines')).toBe(expected);
  });

  it('leaves nothing that acts on a terminal', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u);
        expect(printable(text, 'lines')).not.toMatch(/[^\P{Cc}\n\t]|\p{Bidi_Control}/u);
        expect(printable(printable(text))).toBe(printable(text));
      }),
    );
  });
});

describe('withoutCommands', () => {
  it.each([
    ['::error::x', '\\x3a:error::x'],
    ['ok\n  ::add-mask::x', 'ok\n  \\x3a:add-mask::x'],
    ['\n\n\t::error::x', '\n\n\t\\x3a:error::x'],
    ['done ##[error]x', 'done ##\\x5berror]x'],
    ['##vso[task.setvariable variable=x]y', '##vso\\x5btask.setvariable variable=x]y'],
    ['##teamcity[buildStop]', '##teamcity\\x5bbuildStop]'],
    ['std::string ::x', 'std::string ::x'],
  ])('%j becomes %j', (text, expected) => {
    expect(withoutCommands(text)).toBe(expected);
  });
});

describe('printableJson', () => {
  it('keeps the value and shows no control', () => {
    fc.assert(
      fc.property(fc.dictionary(anything, anything), (value) => {
        const json = printableJson(JSON.stringify(value, null, 2));
        expect(JSON.parse(json)).toEqual(value);
        expect(json).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
      }),
    );
  });
});

describe('displayWidth', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['日本語', 6],
    ['ｆｕｌｌ', 8],
    ['ｶﾅ', 2],
    ['한국어', 6],
    ['e\u0301', 1],
    ['\u0301', 0],
    ['👩‍👩‍👧', 2],
    ['🇫🇷', 2],
    ['❤️', 2],
    ['é', 1],
    ['\u200D', 0],
    ['\u2068שלום\u2069', 4],
    ['عَرَبِي', 4],
    ['น้ำ', 2],
    ['का', 2],
    ['각', 2],
    ['❤\u200D🔥', 2],
    ['👍🏽', 2],
    ['㈱', 2],
  ])('%j takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});
