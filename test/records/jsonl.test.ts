import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonl } from '../../src/records/jsonl.ts';
import { anyObject, countBytes, readBytes, shown, shownAll } from './support.ts';

const latin1 = Buffer.from('{"a":"caf\xe9"}', 'latin1');
const lines = (...parts: (string | Buffer)[]) =>
  Buffer.concat(parts.flatMap((part) => [Buffer.from(part), Buffer.from('\n')]));

const cases: readonly (readonly [name: string, input: string | Buffer, expected: readonly string[]])[] = [
  ['nothing', '', []],
  ['one record', '{"a":1}\n', ['#0 line 1: {"a":1}']],
  ['no final line feed', '{"a":1}\n{"a":2}', ['#0 line 1: {"a":1}', '#1 line 2: {"a":2}']],
  ['CRLF', '{"a":1}\r\n{"a":2}\r\n', ['#0 line 1: {"a":1}', '#1 line 2: {"a":2}']],
  [
    'blank lines, which are no records and still lines',
    '\n{"a":1}\n\r\n \t\n{"a":2}\n\n',
    ['#0 line 2: {"a":1}', '#1 line 5: {"a":2}'],
  ],
  ['space around a record', '  {"a":1}\t\n', ['#0 line 1: {"a":1}']],
  [
    'separators of Unicode inside a text',
    '{"a":"x\u2028y\u2029z\u0085"}\n{"a":2}\n',
    ['#0 line 1: {"a":"x\u2028y\u2029z\u0085"}', '#1 line 2: {"a":2}'],
  ],
  ['characters of two to four bytes', '{"é":"漢😀"}\n', ['#0 line 1: {"é":"漢😀"}']],
  ['a name __proto__', '{"__proto__":{"a":1}}\n', ['#0 line 1: {"__proto__":{"a":1}}']],
  [
    'malformed JSON between good rows',
    '{"a":1}\n{"a":\n{"a":3}\n',
    ['#0 line 1: {"a":1}', '#1 line 2: invalid_json', '#2 line 3: {"a":3}'],
  ],
  [
    'values that are no objects',
    '[{"a":1}]\n"text"\n7\nnull\ntrue\n',
    [0, 1, 2, 3, 4].map((index) => `#${index} line ${index + 1}: not_an_object`),
  ],
  [
    'values that would be changed',
    '{"a":12345678901234567890}\n{"a":1,"a":2}\n{"a":"\\ud800"}\n{"a":1e400}\n',
    [
      '#0 line 1: inexact_number',
      '#1 line 2: duplicate_name',
      '#2 line 3: lone_surrogate',
      '#3 line 4: inexact_number',
    ],
  ],
  [
    'a row too deep for a stack',
    `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n{"a":1}\n`,
    ['#0 line 1: too_deep', '#1 line 2: {"a":1}'],
  ],
  [
    'invalid UTF-8 between good rows',
    lines('{"a":1}', latin1, '{"a":3}'),
    ['#0 line 1: {"a":1}', '#1 line 2: invalid_utf8', '#2 line 3: {"a":3}'],
  ],
  [
    'a character that ends in the middle',
    Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xe2, 0x82])]),
    ['#0 line 1: invalid_utf8'],
  ],
  ['a NUL', '{"a":"\u0000"}\n', ['#0 line 1: invalid_json']],
  ['lone carriage returns', '{"a":1}\r{"a":2}\r', ['#0 line 1: invalid_json']],
];

describe('jsonl', () => {
  it.each(cases)('reads %s', (_, input, expected) => {
    expect(shownAll(readBytes(jsonl, input))).toEqual(expected);
  });

  it.each(cases)('counts %s', (_, input, expected) => {
    expect(countBytes(jsonl, input)).toBe(expected.length);
    expect(countBytes(jsonl, input, 1)).toBe(expected.length);
  });

  it.each(cases.filter(([, input]) => input.length < 1000))('reads %s cut anywhere', (_, input, expected) => {
    for (let size = 1; size <= Buffer.byteLength(input); size += 1) {
      expect(shownAll(readBytes(jsonl, input, { size }))).toEqual(expected);
    }
  });

  it('says in one sentence what is wrong, and where', () => {
    const messages = (input: string | Buffer) =>
      readBytes(jsonl, input).items.map((item) => (item.ok ? 'ok' : item.error.message));
    expect(messages('{"a":tru}\n{"a":1}\r{"a":2}\n[1]\n{"id":12345678901234567890}')).toEqual([
      'expected a value, found "tru" (column 6)',
      'expected the end of the text, found "{" (column 9); lines must end with a line feed, and here a lone carriage return stands',
      'a record must be an object such as {"text": "…"}, and this is an array',
      'the number 12345678901234567890 would become 12345678901234567000; put it in quotes to keep its digits (column 7)',
    ]);
    expect(messages(latin1)).toEqual([
      'the record is not valid UTF-8; save the file as UTF-8 (it may be Latin-1 or Windows-1252)',
    ]);
  });

  it('keeps a bad row for people to see', () => {
    const raws = (input: string | Buffer) =>
      readBytes(jsonl, input).items.map((item) => !item.ok && item.raw);
    expect(raws('{"a":\r\n')).toEqual(['{"a":\r']);
    expect(raws(latin1)).toEqual(['{"a":"caf\ufffd"}']);
  });

  it('shortens a long bad row between two characters', () => {
    const [item] = readBytes(jsonl, `{${'é'.repeat(5000)}`).items;
    expect(item).toMatchObject({ ok: false, raw: `{${'é'.repeat(999)}…` });
  });

  it.each([1, 7, 50, 64, 1000])(
    'refuses a record beyond the limit and goes on after it (pieces of %i)',
    (size) => {
      const record = (length: number) => `{"a":"${'x'.repeat(length - 8)}"}`;
      const input = `${record(50)}\n${record(51)}\n${record(500)}\n{"a":1}\n`;
      const { items } = readBytes(jsonl, input, { size, limit: 50 });
      expect(items.map(shown)).toEqual([
        `#0 line 1: ${record(50)}`,
        '#1 line 2: too_large',
        '#2 line 3: too_large',
        '#3 line 4: {"a":1}',
      ]);
      expect(items[2]).toMatchObject({ error: { message: 'the record is larger than 50 bytes' } });
      expect(items[2]).toHaveProperty('raw', expect.stringMatching(/^\{.*…$/));
    },
  );

  it('takes a row beyond the limit for a record though it begins with space', () => {
    const { items } = readBytes(jsonl, `${' '.repeat(50)}{"a":1}\n`, { size: 10, limit: 20 });
    expect(items.map(shown)).toEqual(['#0 line 1: too_large']);
  });

  it('says a limit in megabytes', () => {
    const { items } = readBytes(jsonl, `"${'x'.repeat(2 ** 21)}"`, { limit: 2 ** 21, size: 65_536 });
    expect(items[0]).toMatchObject({ error: { message: 'the record is larger than 2 MB' } });
  });

  it('gives back what was written, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyObject), fc.integer({ min: 1, max: 40 }), (rows, size) => {
        const text = jsonl.output?.encoder([]).rows(rows) ?? '';
        const { items } = readBytes(jsonl, text, { size });
        expect(items.map((item) => item.ok && JSON.stringify(item.value))).toEqual(
          rows.map((row) => JSON.stringify(row)),
        );
        expect(items.map((item) => [item.index, item.line])).toEqual(rows.map((_, at) => [at, at + 1]));
      }),
    );
  });
});
