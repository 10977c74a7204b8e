import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csv } from '../../src/records/csv.ts';
import type { RecordFormat } from '../../src/records/format.ts';
import { jsonl } from '../../src/records/jsonl.ts';

/** Whether the last row of an input that ends here is bad, and more bytes could have made a record of it. */
function endsWithin(format: RecordFormat, input: string | Buffer, limit = 2 ** 24): boolean {
  const reader = format.reader({ path: 'rows', limit });
  const pushed = reader.push(Buffer.from(input));
  const { items, endsWithin: within = false } = reader.end();
  const last = [...pushed.items, ...items].at(-1);
  return last?.ok === false && within;
}

describe('an input that ends within its last row', () => {
  it.each<[boolean, string, RecordFormat, string | Buffer]>([
    [true, 'an object', jsonl, '{"a":1}\n{"a":'],
    [true, 'a text', jsonl, '{"a":"}'],
    [true, 'an escape', jsonl, '{"a":"\\'],
    [true, 'a list in an object', jsonl, ' {"a":[{"b":2}'],
    [false, 'nothing', jsonl, '{"a":1}\n{"a":2}'],
    [false, 'nothing, and the row is bad', jsonl, '{"a":1}\n{"a":2]}'],
    [false, 'a word, which begins no object', jsonl, '{"a":1}\nnul'],
    [false, 'a row that has its line break', jsonl, '{"a":\n'],
    [true, 'a row of cells', csv, 'a,b\n1,2\n3'],
    [true, 'a character of UTF-8', csv, Buffer.from('a\n1\né').subarray(0, -1)],
    [false, 'nothing, and a cell is too many', csv, 'a,b\n1,2\n3,4,5'],
  ])('says %s of one that ends within %s', (expected, _, format, input) => {
    expect(endsWithin(format, input)).toBe(expected);
  });

  it('is told of any object, cut anywhere', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (value, at) => {
        const text = JSON.stringify(value);
        expect(endsWithin(jsonl, text)).toBe(false);
        const cut = 1 + (at % (text.length - 1));
        expect(endsWithin(jsonl, text.slice(0, cut))).toBe(true);
      }),
    );
  });

  it('is told of a row of many megabytes', () => {
    const text = JSON.stringify({ a: 'x'.repeat(12 * 2 ** 20) });
    expect(endsWithin(jsonl, text)).toBe(false);
    expect(endsWithin(jsonl, text.slice(0, -2))).toBe(true);
  });

  it.each([
    [jsonl, `{"a":"${'é'.repeat(100)}`],
    [csv, `a\n${'é'.repeat(100)}`],
  ])('is not told of a row that is too large as it is', (format, input) => {
    expect(endsWithin(format, input, 51)).toBe(false);
  });
});
