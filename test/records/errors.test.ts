import { describe, expect, it } from 'vitest';
import { errors } from '../../src/records/errors.ts';
import { countBytes, readBytes, shownAll, shownDiagnostic } from './support.ts';

const error = { code: 'rate_limited', message: 'x', status: 429, attempts: 5, request_id: null };
const failed = (index: number, line: number, more: object) =>
  `${JSON.stringify({ index, line, ...more, error })}\n`;

describe('errors', () => {
  it('gives the records of an earlier run with the key, index and line that they had', () => {
    const text =
      failed(7, 9, { key: 'x7', input: { id: 'x7', n: 1.5 }, step: 'translate' }) +
      failed(3, 4, { key: 'x3', input: { id: 'x3' }, step: null }) +
      failed(12, 20, { input: {} });
    const expected = [
      '#7 line 9 key x7: {"id":"x7","n":1.5}',
      '#3 line 4 key x3: {"id":"x3"}',
      '#12 line 20: {}',
    ];
    for (let size = 1; size < 40; size += 1)
      expect(shownAll(readBytes(errors, text, { size }))).toEqual(expected);
    expect(countBytes(errors, text)).toBe(3);
  });

  it('keeps a row that could not be read a bad record, with its raw text and reason', () => {
    const text = `${JSON.stringify({ index: 2, line: 3, key: '#2', input: null, step: null, raw: '{"a":', error: { code: 'invalid_json', message: 'expected a value' } })}\n`;
    expect(readBytes(errors, text)).toEqual({
      items: [
        {
          ok: false,
          index: 2,
          line: 3,
          file_line: 1,
          key: '#2',
          raw: '{"a":',
          error: { code: 'invalid_json', message: 'expected a value' },
        },
      ],
    });
  });

  it('gives a reason of its own where the earlier one is missing', () => {
    expect(readBytes(errors, '{"index":0,"line":1,"input":null,"raw":"x"}').items[0]).toMatchObject({
      error: { code: 'invalid_record', message: 'the row could not be read' },
    });
  });

  it('reads a record whose message was cut through a character', () => {
    const text = '{"index":0,"line":1,"input":{"a":1},"error":{"code":"x","message":"\\ud83d"}}\n';
    expect(shownAll(readBytes(errors, text))).toEqual(['#0 line 1: {"a":1}']);
  });

  it('counts, and tells the indexes', () => {
    const counter = errors.counter({ path: 'rows', limit: 1000 });
    expect(
      counter.push(Buffer.from(failed(7, 9, { input: {} }) + failed(3, 4, { raw: 'x' }))),
    ).toBeUndefined();
    expect(counter.end()).toBeUndefined();
    const { records, indexes = [] } = counter.count();
    expect(records).toBe(2);
    expect(new Set(indexes)).toEqual(new Set([7, 3]));
  });

  it('takes a file without a line for a run without a failure', () => {
    expect(errors.reader({ path: 'rows', limit: 1000 }).started()).toBe(true);
    expect(readBytes(errors, '')).toEqual({ items: [] });
  });

  it.each([
    ['a record of an input', '{"id":"x","text":"y"}', 'it has no index'],
    ['an index that is none', '{"index":-1,"line":1,"input":{}}', 'it has no index'],
    ['a line that is none', '{"index":0,"line":0,"input":{}}', 'it has no line'],
    ['neither input nor raw', '{"index":0,"line":1,"input":null}', 'it has neither an input nor a raw row'],
    ['an array', '[1]', 'it is not an object'],
    ['a torn line', '{"index":0,"line":1,"inp', 'a text has no closing quote (column 21)'],
    [
      'a number changed by hand',
      '{"index":0,"line":1,"input":{"a":1e400}}',
      'the number 1e400 is too large for a number; put it in quotes to keep its digits (column 34)',
    ],
    [
      'bytes that are not UTF-8',
      Buffer.from('{"index":0,"line":1,"input":{"a":"\xe9"}}', 'latin1'),
      'the record is not valid UTF-8; save the file as UTF-8 (it may be Latin-1 or Windows-1252)',
    ],
    ['an index given twice', failed(5, 6, { input: {} }).trim(), 'the index 5 stands twice'],
  ])('refuses %s', (_, line, reason) => {
    const input = Buffer.concat([Buffer.from(failed(5, 6, { input: {} })), Buffer.from(line)]);
    const { items, broken } = readBytes(errors, input);
    expect(items).toHaveLength(1);
    expect(broken).toEqual({
      severity: 'error',
      code: 'invalid-errors-file',
      message: `this line is not one that a run wrote to its \`errors.jsonl\`: ${reason}`,
      hint: 'read a file of records with `--input-format jsonl`',
      place: { path: 'rows', line: 2 },
    });
    const found = countBytes(errors, input);
    expect(typeof found === 'object' && shownDiagnostic(found)).toBe('invalid-errors-file at 2');
  });
});
