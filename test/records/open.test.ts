import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRecords } from '../../src/records/open.ts';
import { all, handlesOf, opened, openedFile, shown, surveyed, temporaryFile } from './support.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const rows = '{"a":1}\n{"a":2}\n{"a":3}\n';
const shownRows = ['#0 line 1: {"a":1}', '#1 line 2: {"a":2}', '#2 line 3: {"a":3}'];

/** Why a file of this name and content cannot be opened. */
async function refusal(name: string, content: string | Buffer, format?: string) {
  const path = temporaryFile(name, content);
  const result = await openRecords({ path, ...(format !== undefined && { format }) });
  if (result.ok) throw new Error('it was opened');
  expect(handlesOf(path)).toBe(0);
  const { error } = result;
  return {
    ...error,
    message: error.message.replaceAll(path, 'PATH'),
    ...(error.place !== undefined && 'line' in error.place && { place: { ...error.place, path: 'PATH' } }),
  };
}

describe('a file', () => {
  it.each([
    ['rows.jsonl', rows, 'jsonl'],
    ['rows.ndjson', rows, 'jsonl'],
    ['ROWS.JSONL', rows, 'jsonl'],
    ['rows.json', '[{"a":1},\n{"a":2},\n{"a":3}]', 'json'],
    ['rows.jsonl.gz', gzipSync(rows), 'jsonl'],
    ['rows.2024.Json.GZ', gzipSync('[{"a":1},\n{"a":2},\n{"a":3}]'), 'json'],
    ['packed, whatever its name.jsonl', gzipSync(rows), 'jsonl'],
    ['not packed, whatever its name.jsonl.gz', rows, 'jsonl'],
    [
      'of several gzip members.jsonl.gz',
      Buffer.concat([gzipSync(rows.slice(0, 11)), gzipSync(rows.slice(11))]),
      'jsonl',
    ],
    ['with zeros after its gzip data.jsonl.gz', Buffer.concat([gzipSync(rows), Buffer.alloc(600)]), 'jsonl'],
    ['with a byte order mark.jsonl', `\uFEFF${rows}`, 'jsonl'],
    ['packed with a byte order mark.jsonl.gz', gzipSync(`\uFEFF${rows}`), 'jsonl'],
  ])('is read: %s', async (name, content, format) => {
    const source = await openedFile(name, content);
    expect(source.format).toBe(format);
    expect(source.replayable).toBe(true);
    expect(source.columns).toBeUndefined();
    expect((await all(source.read())).map(shown)).toEqual(shownRows);
    expect((await all(source.read())).map(shown)).toEqual(shownRows);
    expect(await source.survey()).toEqual({
      ok: true,
      value: { records: 3, sha256: createHash('sha256').update(content).digest('hex') },
    });
  });

  it.each([
    ['rows.csv', 'a,"b c"\n1,2\n', ['a', 'b c']],
    ['rows.tsv.gz', gzipSync('a\tb\n'), ['a', 'b']],
    ['with a byte order mark.csv', '\uFEFFid,b\n1,2\n', ['id', 'b']],
    ['with a header longer than a chunk.csv', `${'a'.repeat(100_000)},b\n`, ['a'.repeat(100_000), 'b']],
  ])('tells its columns: %s', async (name, content, columns) => {
    expect((await openedFile(name, content)).columns).toEqual(columns);
  });

  it.each([
    ['id;text\n1;x, y\n', ['id', 'text'], [{ id: '1', text: 'x, y' }]],
    ['"id";"text"\r\n1;"2;\n3"\r\n', ['id', 'text'], [{ id: '1', text: '2;\n3' }]],
    ['"a,b";c\n1,5;2\n', ['a,b', 'c'], [{ 'a,b': '1,5', c: '2' }]],
    ['\uFEFFid;text', ['id', 'text'], []],
  ])('may have columns between semicolons: %j', async (content, columns, values) => {
    const source = await openedFile('rows.csv', content);
    expect(source.columns).toEqual(columns);
    expect((await all(source.read())).map((item) => item.ok && item.value)).toEqual(values);
    expect(await source.survey()).toMatchObject({ value: { records: values.length } });
  });

  it('has a row with other cells than its header, between semicolons', async () => {
    const source = await openedFile('rows.csv', 'id;text\n1;2\n1;2;3\n1,2\n');
    const items = await all(source.read());
    expect(items.map((item) => item.ok || ('error' in item && [item.line, item.error.message]))).toEqual([
      true,
      [
        3,
        'the row has 3 cells and the header 2 columns; put a cell that holds the separator or a line break in double quotes',
      ],
      [4, 'the row has 1 cell and the header 2 columns; write an empty cell for each value that is missing'],
    ]);
  });

  it('is read in the format that is named, whatever its name', async () => {
    expect((await openedFile('rows.txt', 'a\n1\n', 'csv')).columns).toEqual(['a']);
    expect((await openedFile('rows.csv', rows, 'jsonl')).format).toBe('jsonl');
  });

  it('is typed by the schema that a reading is given', async () => {
    const source = await openedFile('rows.csv', 'a\n1\n');
    const schema = { properties: { a: { type: 'integer' } } };
    expect((await all(source.read(schema))).map(shown)).toEqual(['#0 line 2: {"a":1}']);
    expect((await all(source.read())).map(shown)).toEqual(['#0 line 2: {"a":"1"}']);
  });

  it('keeps the indexes of an earlier run', async () => {
    const source = await openedFile(
      'errors.jsonl',
      '{"index":4,"line":6,"key":"k","input":{"a":1},"error":{}}\n',
      'errors',
    );
    expect((await all(source.read())).map(shown)).toEqual(['#4 line 6 key k: {"a":1}']);
    const survey = await surveyed(source);
    expect(survey).toMatchObject({ value: { records: 1 } });
    expect(survey.ok && [...(survey.value.indexes ?? [])]).toEqual([4]);
  });

  it('of an earlier run without a failure has no records', async () => {
    const source = await openedFile('errors.jsonl', '', 'errors');
    expect(await all(source.read())).toEqual([]);
    expect(await surveyed(source)).toMatchObject({ value: { records: 0 } });
  });

  it('may be behind a link', async () => {
    const path = temporaryFile('rows.jsonl', rows);
    const link = join(temporaryFolder(), 'link.jsonl');
    symlinkSync(path, link);
    expect(await all(opened(await openRecords({ path: link })).read())).toHaveLength(3);
  });

  it('may have a header and no rows', async () => {
    const source = await openedFile('rows.csv', 'a,b\n');
    expect(await all(source.read())).toEqual([]);
    expect(await surveyed(source)).toMatchObject({ ok: true, value: { records: 0 } });
  });
});

describe('a file that is refused', () => {
  it.each(['rows.jsonl', 'rows.csv', 'rows.tsv', 'rows.json', 'rows.csv.gz'])(
    'is empty: %s',
    async (name) => {
      const empty = {
        code: 'input-empty',
        message: '`PATH` is empty',
        hint: 'check the command that should have written it',
      };
      expect(await refusal(name, '')).toMatchObject(empty);
      expect(await refusal(name, gzipSync(''))).toMatchObject(empty);
      expect(await refusal(name, '\uFEFF')).toMatchObject(empty);
    },
  );

  it.each([
    ['rows.jsonl', ' \n\r\n'],
    ['rows.csv', '\n\n'],
  ])('has blank lines only: %s', async (name, content) => {
    expect(await refusal(name, content)).toMatchObject({ code: 'input-empty' });
  });

  it('is a folder that a shell has put on stdin', async () => {
    const fd = openSync(temporaryFolder(), 'r');
    onTestFinished(() => closeSync(fd));
    // As Node makes it of what it does not know.
    const stdin = Object.assign(Readable.from([]), { fd });
    expect(await openRecords({ path: '-', stdin })).toMatchObject({
      ok: false,
      error: { code: 'input-is-folder', message: '`stdin` is a folder, not a file' },
    });
  });

  it('is not there', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'tickets.jsonl'), rows);
    expect(await openRecords({ path: join(folder, 'ticket.jsonl') })).toEqual({
      ok: false,
      error: {
        severity: 'error',
        code: 'missing-file',
        message: `there is no file \`${join(folder, 'ticket.jsonl')}\``,
        hint: `did you mean \`${join(folder, 'tickets.jsonl')}\`?`,
      },
    });
    expect(await openRecords({ path: join(folder, 'none', 'x.jsonl') })).toMatchObject({
      error: {
        code: 'missing-file',
        message: `there is no file \`${join(folder, 'none', 'x.jsonl')}\`: its folder does not exist`,
        hint: 'check the path',
      },
    });
  });

  it('is a folder', async () => {
    const path = join(temporaryFolder(), 'rows.jsonl');
    mkdirSync(path);
    expect(await openRecords({ path })).toMatchObject({
      error: {
        code: 'input-is-folder',
        message: `\`${path}\` is a folder, not a file`,
        hint: 'name one file of records',
      },
    });
  });

  it('has a part that is no folder', async () => {
    const path = temporaryFile('rows.jsonl', rows);
    expect(await openRecords({ path: `${path}/x.jsonl` })).toMatchObject({
      error: {
        code: 'missing-file',
        message: `there is no file \`${path}/x.jsonl\`: its folder does not exist`,
      },
    });
  });

  it('has a name that does not tell its format', async () => {
    expect(await refusal('rows.txt', 'x')).toMatchObject({
      code: 'unknown-format',
      message:
        'the name of `PATH` does not tell its format; known are .jsonl, .ndjson, .csv, .tsv and .json, each also with .gz',
      hint: 'say what it holds with `--input-format jsonl|csv|tsv|json|errors`',
    });
    expect(await refusal('rows.gz', gzipSync(rows))).toMatchObject({ code: 'unknown-format' });
    expect(await refusal('jsonl', rows)).toMatchObject({ code: 'unknown-format' });
  });

  it.each(['rows.xlsx', 'ROWS.XLSX', 'rows.xls', 'rows.ods'])('is a spreadsheet: %s', async (name) => {
    expect(await refusal(name, 'PK\u0003\u0004')).toMatchObject({
      code: 'unknown-format',
      hint: 'export the sheet as CSV',
    });
  });

  it('is read in a format that there is not', async () => {
    expect(await refusal('rows.jsonl', rows, 'jsnol')).toMatchObject({
      code: 'unknown-format',
      message: 'there is no format `jsnol`',
      hint: 'did you mean `jsonl`?',
    });
    expect(await refusal('rows.jsonl', rows, 'parquet')).toMatchObject({
      hint: 'choose one of jsonl, csv, tsv, json, errors',
    });
  });

  it.each([
    [
      'a spreadsheet',
      Buffer.from('PK\u0003\u0004xxxx'),
      'a ZIP archive or a spreadsheet',
      'unpack the archive, or export the sheet as CSV in UTF-8',
    ],
    ['Zstandard', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), 'Zstandard data', 'unpack it: `zstd -d`'],
    ['Parquet', Buffer.from('PAR1xxxx'), 'a Parquet file', 'export it as JSONL or CSV'],
  ])('is no text: %s', async (_, content, what, hint) => {
    const expected = { code: 'input-not-text', message: `\`PATH\` holds ${what}, not UTF-8 text`, hint };
    expect(await refusal('rows.csv', content)).toMatchObject(expected);
    expect(await refusal('rows.jsonl', gzipSync(content))).toMatchObject(expected);
  });

  it.each([
    ['of Windows', Buffer.from('\uFEFF{"a":1}', 'utf16le')],
    ['of big machines', Buffer.from([0xfe, 0xff, 0, 0x7b])],
  ])('is UTF-16 %s, with the command that converts it', async (_, content) => {
    const { code, message, hint } = await refusal('my rows.csv', content);
    expect(code).toBe('input-not-text');
    expect(message).toBe('`PATH` holds UTF-16, not UTF-8 text');
    expect(hint).toMatch(
      /^save the file as UTF-8, or convert it: `iconv -f UTF-16 -t UTF-8 '.*my rows\.csv' > '/u,
    );
    expect(hint).toMatch(/my rows-utf8\.csv'`$/u);
    expect((await refusal('rows.csv.gz', gzipSync(content))).hint).toMatch(/: `iconv -f UTF-16 -t UTF-8`$/u);
  });

  it.each([
    ['rows.csv', 'a,a\n1,2\n', 'invalid-header'],
    ['rows.csv', 'a,"b\n1,2\n', 'invalid-quotes'],
    ['rows.json', '{"a":1}', 'invalid-json'],
  ])('is bad from its beginning: %s with %j', async (name, content, code) => {
    expect(await refusal(name, content)).toMatchObject({ code, place: { path: 'PATH' } });
  });

  it.each(['id\ttext\n1\tx\n', '"id"\t"text"\n', 'id\ta;b\n'])(
    'has columns between tabs, and the name of one with commas: %j',
    async (content) => {
      expect(await refusal('rows.csv', content)).toMatchObject({
        code: 'invalid-header',
        message: 'the header cannot be used: it has no comma, and the columns seem to be separated by tabs',
        hint: 'name it .tsv or add `--input-format tsv`',
      });
    },
  );

  it.each([
    ['rows.csv', 'id,a;b\n1,2\n', ['id', 'a;b']],
    ['rows.csv', '"a;b"\n1\n', ['a;b']],
    ['rows.csv', '"a\t""b"\n1\n', ['a\t"b']],
    ['rows.csv', 'text\na;b\n', ['text']],
    ['rows.tsv', 'a;b\n1\n', ['a;b']],
  ])('is not one where a name holds another separator: %s with %j', async (name, content, columns) => {
    expect((await openedFile(name, content)).columns).toEqual(columns);
  });

  const failed = {
    index: 4,
    line: 6,
    key: 'k',
    input: { a: 1 },
    step: 's',
    error: { code: 'c', message: 'm' },
  };
  const unread = { index: 4, line: 6, key: 'k', error: { code: 'invalid_json', message: 'm' }, raw: '{' };

  it.each([failed, unread, { ...failed, step: null }])(
    'holds the errors of an earlier run, and nobody said so: %j',
    async (line) => {
      const content = `${JSON.stringify(line)}\n{"a":1}\n`;
      const expected = {
        code: 'errors-file',
        message: '`PATH` holds the failed records of an earlier run, not the records themselves',
        hint: 'add `--input-format errors`',
        place: { path: 'PATH', line: 1 },
      };
      expect(await refusal('errors.jsonl', content)).toMatchObject(expected);
      expect(await refusal('errors.jsonl.gz', gzipSync(content))).toMatchObject(expected);
      const stdin = Readable.from([Buffer.from(content)]);
      expect(await openRecords({ path: '-', stdin })).toMatchObject({ error: { code: 'errors-file' } });
      expect((await openedFile('errors.jsonl', content, 'jsonl')).format).toBe('jsonl');
      expect((await openedFile('errors.jsonl', content, 'errors')).format).toBe('errors');
    },
  );

  const { error: _, ...withoutError } = failed;

  it.each([
    { ...failed, more: 1 },
    { ...failed, input: 'text' },
    { ...failed, index: '4' },
    { ...failed, line: 0 },
    { ...failed, key: 7 },
    { ...failed, error: 'text' },
    { ...unread, raw: 7 },
    withoutError,
  ])('is not one where its first record only resembles an error: %j', async (record) => {
    const source = await openedFile('rows.jsonl', JSON.stringify(record));
    expect(await all(source.read())).toMatchObject([{ ok: true, value: record }]);
  });

  it('is gzip data cut short, or damaged', async () => {
    const packed = gzipSync(rows);
    expect(await refusal('rows.jsonl', packed.subarray(0, 12))).toMatchObject({
      code: 'damaged-gzip',
      message: '`PATH` ends in the middle of its gzip data',
      hint: 'get or write the file again',
    });
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 12, 20);
    expect(await refusal('rows.jsonl', damaged)).toMatchObject({ code: 'damaged-gzip' });
  });
});

describe('a file that is bad further on', () => {
  /** More than the bytes that are read to see how a file begins. */
  const many = 20_000;

  it.each([
    ['rows.csv', `a,b\n${'1,2\n'.repeat(many)}3,x"y\n`, 'invalid-quotes', { line: many + 2 }],
    ['rows.csv', `a,b\n${'1,2\n'.repeat(many)}3,"y\n`, 'invalid-quotes', { line: many + 2 }],
    ['rows.json', `[${'{"a":1},\n'.repeat(many)}`, 'invalid-json', { line: many + 1, column: 1 }],
  ])('is told by the survey, before any record: %s', async (name, content, code, place) => {
    const source = await openedFile(name, content);
    expect(await surveyed(source)).toMatchObject({ ok: false, error: { code, place } });
    const items = await all(source.read());
    expect(items.slice(0, -1).filter((item) => item.ok)).toHaveLength(many);
    expect(items.at(-1)).toMatchObject({ ok: false, broken: { code, place } });
  });

  it('is gzip data cut short', async () => {
    const packed = gzipSync(
      Buffer.from(
        Array.from(
          { length: 60_000 },
          (_, at) => `{"a":"${createHash('md5').update(String(at)).digest('hex')}"}\n`,
        ).join(''),
      ),
    );
    const source = await openedFile('rows.jsonl.gz', packed.subarray(0, -100_000));
    expect(await surveyed(source)).toMatchObject({ ok: false, error: { code: 'damaged-gzip' } });
    const items = await all(source.read());
    expect(items.at(-1)).toMatchObject({ broken: { code: 'damaged-gzip' } });
    // The row that the cut goes through is no record, not even a bad one.
    expect(items.slice(0, -1).every((item) => item.ok)).toBe(true);
    expect(items.length).toBeGreaterThan(1000);
  });
});

describe('a file that changes', () => {
  it('after it was opened is not read', async () => {
    const path = temporaryFile('rows.jsonl', rows);
    const source = opened(await openRecords({ path }));
    writeFileSync(path, rows.replace('2', '7') + rows);
    const changed = { code: 'input-changed', message: `\`${path}\` has changed since it was opened` };
    expect(await surveyed(source)).toMatchObject({ ok: false, error: changed });
    expect(await all(source.read())).toMatchObject([{ ok: false, broken: changed }]);
  });

  it('while it is read breaks off', async () => {
    const path = temporaryFile('rows.jsonl', rows);
    const source = opened(await openRecords({ path }));
    const found: string[] = [];
    for await (const item of source.read()) {
      if (found.length === 0) writeFileSync(path, rows, { flag: 'a' });
      found.push(shown(item));
    }
    expect(found).toEqual([...shownRows, 'input-changed']);
  });

  /** The same file with other bytes, as an editor that saves in place leaves it. */
  function writeOver(path: string, content: string) {
    writeFileSync(path, content, { flag: 'r+' });
    // Of its own accord the clock of a file system may not have gone on since the file was made.
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
  }

  it('in place, between the survey and the reading, is not read', async () => {
    const path = temporaryFile('rows.jsonl', rows);
    const source = opened(await openRecords({ path }));
    expect(await surveyed(source)).toMatchObject({ ok: true });
    writeOver(path, rows.replaceAll('1', '7'));
    expect((await all(source.read())).map(shown)).toEqual(['input-changed']);
  });

  it('in place, while it is read, gives none of the new bytes', async () => {
    const before = '{"a":1}\n'.repeat(20_000);
    for (const content of [before, gzipSync(before, { level: 0 })]) {
      const path = temporaryFile('rows.jsonl', content);
      const source = opened(await openRecords({ path }));
      const found = new Map<string, number>();
      for await (const item of source.read()) {
        if (found.size === 0) writeOver(path, before.replaceAll('1', '7').slice(0, content.length));
        const kind = 'broken' in item ? item.broken.code : item.ok ? JSON.stringify(item.value) : 'bad';
        found.set(kind, (found.get(kind) ?? 0) + 1);
      }
      expect([...found.keys()]).toEqual(['{"a":1}', 'input-changed']);
      expect(found.get('{"a":1}')).toBeLessThan(20_000);
    }
  });

  it('in place, after its last row was read and before its end was, breaks off', async () => {
    const path = temporaryFile('rows.jsonl', rows);
    const source = opened(await openRecords({ path }));
    const found: string[] = [];
    for await (const item of source.read()) {
      if (found.length === 2) writeOver(path, rows.replaceAll('1', '7'));
      found.push(shown(item));
    }
    expect(found).toEqual([...shownRows, 'input-changed']);
  });
});
