import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csv, tsv } from '../../src/records/csv.ts';
import { countBytes, readBytes, shown, shownAll, shownDiagnostic } from './support.ts';

const latin1Row = Buffer.concat([
  Buffer.from('a,b\n1,2\n'),
  Buffer.from('caf\xe9,4\n', 'latin1'),
  Buffer.from('5,6\n'),
]);

/** Tables whose file is good; bad rows are records. */
const good: readonly (readonly [name: string, input: string | Buffer, expected: readonly string[]])[] = [
  ['a header and rows', 'a,b\n1,x\n2,y\n', ['#0 line 2: {"a":"1","b":"x"}', '#1 line 3: {"a":"2","b":"y"}']],
  ['a header only', 'a,b\n', []],
  ['a header without a line break', 'a,b', []],
  ['no final line break', 'a\n1', ['#0 line 2: {"a":"1"}']],
  ['CRLF', 'a,b\r\n1,x\r\n2,y\r\n', ['#0 line 2: {"a":"1","b":"x"}', '#1 line 3: {"a":"2","b":"y"}']],
  ['lone CR', 'a,b\r1,x\r2,y', ['#0 line 2: {"a":"1","b":"x"}', '#1 line 3: {"a":"2","b":"y"}']],
  [
    'line breaks of all kinds',
    'a\r\n1\n2\r3\r\n',
    ['#0 line 2: {"a":"1"}', '#1 line 3: {"a":"2"}', '#2 line 4: {"a":"3"}'],
  ],
  ['blank lines', '\na\n\n1\n\r\n2\n\n', ['#0 line 4: {"a":"1"}', '#1 line 6: {"a":"2"}']],
  ['an empty cell in quotes', 'a\n""\n', ['#0 line 2: {"a":""}']],
  [
    'cells with separators and quotes',
    'a,b\n"x,y","say ""hi"""\n',
    ['#0 line 2: {"a":"x,y","b":"say \\"hi\\""}'],
  ],
  [
    'line breaks in quotes, kept, and the line where the row begins',
    'a,b\n"x\ny","p\r\nq"\n1,"\r"\n"",2\n',
    [
      '#0 line 2: {"a":"x\\ny","b":"p\\r\\nq"}',
      '#1 line 5: {"a":"1","b":"\\r"}',
      '#2 line 7: {"a":"","b":"2"}',
    ],
  ],
  ['a line break in the header', '"a\nb",c\n1,2\n', ['#0 line 3: {"a\\nb":"1","c":"2"}']],
  ['spaces, which belong to the cell', 'a, b\n 1 ,\t\n', ['#0 line 2: {"a":" 1 "," b":"\\t"}']],
  [
    'numbers and formulas, which are text',
    'a,b\n007,=1+1\n1e400,-0\n',
    ['#0 line 2: {"a":"007","b":"=1+1"}', '#1 line 3: {"a":"1e400","b":"-0"}'],
  ],
  [
    'columns named as an object has names',
    '__proto__,constructor\n1,2\n',
    ['#0 line 2: {"__proto__":"1","constructor":"2"}'],
  ],
  ['Unicode', 'é,b\n漢,😀\n', ['#0 line 2: {"é":"漢","b":"😀"}']],
  [
    'rows with too many and too few cells',
    'a,b\n1\n1,2,3\n1,2\n,\n1,2,\n',
    [
      '#0 line 2: ragged_row',
      '#1 line 3: ragged_row',
      '#2 line 4: {"a":"1","b":"2"}',
      '#3 line 5: {"a":"","b":""}',
      '#4 line 6: ragged_row',
    ],
  ],
  [
    'invalid UTF-8',
    latin1Row,
    ['#0 line 2: {"a":"1","b":"2"}', '#1 line 3: invalid_utf8', '#2 line 4: {"a":"5","b":"6"}'],
  ],
  [
    'a NUL',
    'a\n1\nx\u0000y\n3\n',
    ['#0 line 2: {"a":"1"}', '#1 line 3: invalid_text', '#2 line 4: {"a":"3"}'],
  ],
];

/** Tables that cannot be read to the end, with what is read before. */
const bad: readonly (readonly [name: string, input: string | Buffer, expected: readonly string[]])[] = [
  [
    'a quote in the middle of a cell',
    'a,b\n1,2\n3,5" pipe\n4,5\n',
    ['#0 line 2: {"a":"1","b":"2"}', 'invalid-quotes at 3'],
  ],
  ['two such quotes in different rows', 'a,b\n1,5" pipe\n2,6" pipe\n', ['invalid-quotes at 2']],
  [
    'text after a closing quote',
    'a,b\n1,2\n"3"x,4\n',
    ['#0 line 2: {"a":"1","b":"2"}', 'invalid-quotes at 3'],
  ],
  ['a space after a closing quote', 'a,b\n"3" ,4\n', ['invalid-quotes at 2']],
  ['a space before an opening quote', 'a,b\n1, "4"\n', ['invalid-quotes at 2']],
  ['a mistake on the second line of a row', 'a,b\n"1\n2",x"y\n"', ['invalid-quotes at 3']],
  [
    'a quote that is never closed',
    'a,b\n1,2\n"3,4\n5,6\n',
    ['#0 line 2: {"a":"1","b":"2"}', 'invalid-quotes at 3'],
  ],
  ['a quote that is never closed in the header', 'a,"b\n1,2\n', ['invalid-quotes at 1']],
  [
    'a stray quote in a row that is not UTF-8',
    Buffer.from('a,b\n1,2\ncaf\xe9,5" pipe\n3,4\n5,6" pipe\n', 'latin1'),
    ['#0 line 2: {"a":"1","b":"2"}', 'invalid-quotes at 3'],
  ],
  ['a name given twice', 'a,b,a\n1,2,3\n', ['invalid-header at 1']],
  ['a column without a name', 'a,,b\n1,2,3\n', ['invalid-header at 1']],
  ['a header that is not UTF-8', Buffer.from('caf\xe9\n1\n', 'latin1'), ['invalid-header at 1']],
  ['a header with a NUL', 'a\u0000b\n1\n', ['invalid-header at 1']],
];

describe('csv', () => {
  it.each([...good, ...bad])('reads %s, cut anywhere', (_, input, expected) => {
    for (let size = 1; size <= Buffer.byteLength(input) + 1; size += 1) {
      expect(shownAll(readBytes(csv, input, { size }))).toEqual(expected);
    }
  });

  it.each(good)('counts %s', (_, input, expected) => {
    expect(countBytes(csv, input)).toBe(expected.length);
    expect(countBytes(csv, input, 1)).toBe(expected.length);
  });

  it.each(bad)('finds %s without reading records', (_, input, expected) => {
    const found = countBytes(csv, input);
    expect(typeof found === 'object' && shownDiagnostic(found)).toBe(expected.at(-1));
  });

  it('tells the columns once the header is complete', () => {
    const reader = csv.reader({ path: 'rows', limit: 100 });
    reader.push(Buffer.from('a,"b'));
    expect(reader.columns?.()).toBeUndefined();
    expect(reader.started()).toBe(false);
    reader.push(Buffer.from(' c",d\n'));
    expect(reader.columns?.()).toEqual(['a', 'b c', 'd']);
    expect(reader.started()).toBe(true);
  });

  it('names every mistake of the header at once', () => {
    expect(readBytes(csv, 'id,,text,id,\n').broken).toEqual({
      severity: 'error',
      code: 'invalid-header',
      message: `the header cannot be used: columns 1, 4 all named \`id\`; columns 2, 5 without a name`,
      hint: 'give each column a name of its own',
      place: { path: 'rows', line: 1 },
    });
  });

  it('takes a title above the header for what it is', () => {
    const { broken } = readBytes(csv, 'Tickets 2026,,\nid,text,lang\n');
    expect(broken?.message).toBe('the header cannot be used: columns 2, 3 without a name');
    expect(broken?.hint).toBe(
      'begin the file with the names of its columns: a title above them is no header',
    );
  });

  it.each([
    ['sep=;\nid;text\n1;a\n', 'remove the line'],
    ['SEP=,\r\nid,text\r\n', 'remove the line'],
    ['"sep=;"\nid;text\n', 'remove the line'],
    ['sep=\t\nid\ttext\n', 'remove the line'],
    ['sep=|\nid|text\n', 'remove the line, and separate the cells by commas'],
  ])('takes the line for Excel in %j for no header', (input, hint) => {
    expect(readBytes(csv, input).broken).toEqual({
      severity: 'error',
      code: 'invalid-header',
      message: 'the header cannot be used: it is a line for Excel alone, as `sep=;` is',
      hint,
      place: { path: 'rows', line: 1 },
    });
  });

  it('may have a column that is called sep', () => {
    expect(shownAll(readBytes(csv, 'sep\n;\n'))).toEqual(['#0 line 2: {"sep":";"}']);
  });

  it.each([
    ['a\n5" pipe\n', 'a quote stands in the middle of cell 1, which does not begin with one'],
    ['a,b\n1,"x"y\n', 'cell 2 goes on after its closing quote'],
    ['a\n"x\n', 'the row that begins here has a quote that is never closed'],
  ])('says what is wrong with the quotes of %j', (input, message) => {
    expect(readBytes(csv, input).broken).toMatchObject({
      message,
      hint: 'put the whole cell in quotes, and write each quote in it twice: "a 5"" pipe"',
    });
  });

  it.each([
    [
      'a,b\n1\n',
      'the row has 1 cell and the header 2 columns; write an empty cell for each value that is missing',
    ],
    [
      'a\n1,2\n',
      'the row has 2 cells and the header 1 column; put a cell that holds the separator or a line break in double quotes',
    ],
  ])('says what is wrong with the ragged row of %j', (input, message) => {
    expect(readBytes(csv, input).items[0]).toMatchObject({ error: { message }, raw: input.split('\n')[1] });
  });

  it.each([1, 7, 64, 1000])(
    'refuses a row beyond the limit, for a quote may be open (pieces of %i)',
    (size) => {
      const { items, broken } = readBytes(csv, `a,b\n1,2\n"3${'\nx,y'.repeat(50)}`, { size, limit: 64 });
      expect(items.map(shown)).toEqual(['#0 line 2: {"a":"1","b":"2"}']);
      expect(broken).toMatchObject({
        code: 'record-too-large',
        message: 'the row that begins here is larger than 64 bytes',
        place: { line: 3 },
      });
    },
  );

  it('agrees with csv-parse given the whole table at once', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é'), maxLength: 4 });
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 2 })),
        fc.integer({ min: 1, max: 9 }),
        (rows, size) => {
          // Some cells are quoted as they must be, some are left as they are: stray quotes, breaks and all.
          const body = rows.map((row) =>
            row.map((text, at) => (at === 0 ? `"${text.replaceAll('"', '""')}"` : text)),
          );
          const table = `x,y\n${body.map((row) => `${row.join(',')}\n`).join('')}`;
          const whole = parseWhole(table);
          const { items, broken } = readBytes(csv, table, { size });
          expect(broken === undefined).toBe(whole !== undefined);
          if (whole === undefined) return;
          expect(items.map((item) => (item.ok ? Object.values(item.value) : item.error.code))).toEqual(
            whole.map((row) => (row.length === 2 ? row : 'ragged_row')),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each(['a;b', 'a\tb'])(
    'is not taken for a table of other separators when it is read again: %j',
    (name) => {
      const text = csv.output?.encoder([name]).start() ?? '';
      expect(text).toBe(`"${name}"\n`);
      expect(shownAll(readBytes(csv, `${text}1\n`))).toEqual([
        `#0 line 2: ${JSON.stringify({ [name]: '1' })}`,
      ]);
    },
  );

  it('gives back what was written, wherever the bytes are cut', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(',', ';', '\t', '"', '\n', '\r', '\uFEFF', '😀', '=', ' '),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
    });
    const clean = text.map((value) => value.replaceAll('\u0000', ''));
    const names = fc.uniqueArray(
      clean.filter((name) => name !== ''),
      { minLength: 1, maxLength: 4 },
    );
    const tables = names.chain((columns) =>
      fc.record({
        columns: fc.constant(columns),
        rows: fc.array(
          fc
            .tuple(...columns.map(() => clean))
            .map((cells) => Object.fromEntries(columns.map((name, at) => [name, cells[at] ?? '']))),
        ),
      }),
    );
    for (const format of [csv, tsv]) {
      fc.assert(
        fc.property(tables, fc.integer({ min: 1, max: 40 }), ({ columns, rows }, size) => {
          const encoder = format.output?.encoder(columns);
          const written = `${encoder?.start()}${encoder?.rows(rows)}${encoder?.end()}`;
          const { items, broken } = readBytes(format, written, { size });
          expect(broken).toBeUndefined();
          expect(items.map((item) => item.ok && item.value)).toEqual(rows);
        }),
        { numRuns: 500 },
      );
    }
  });
});

describe('tsv', () => {
  it('parts cells by tabs and knows quotes', () => {
    expect(shownAll(readBytes(tsv, 'a\tb\n1,2\t"x\ty"\n'))).toEqual(['#0 line 2: {"a":"1,2","b":"x\\ty"}']);
    expect(shownAll(readBytes(tsv, 'a\tb\n1\t5" pipe\n'))).toEqual(['invalid-quotes at 2']);
  });
});

function parseWhole(table: string): readonly (readonly string[])[] | undefined {
  try {
    return parse(table, {
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      from: 2,
    });
  } catch {
    return undefined;
  }
}
