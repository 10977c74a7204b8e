import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  lstatSync,
} from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import { openRecords } from '../../src/records/open.ts';
import {
  columnsOf,
  encodeRows,
  outputFormat,
  writeRows,
  type WriteOptions,
} from '../../src/records/writers.ts';
import { all, anyObject, each, opened } from './support.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function formatOf(path: string) {
  const format = outputFormat(path);
  if (!format.ok) throw new Error(format.error.message);
  return format.value;
}

async function write(path: string, rows: readonly JsonValue[], options: Omit<WriteOptions, 'output'> = {}) {
  return writeRows(path, () => each(rows), { output: formatOf(path), ...options });
}

/** The text of a file of this name that these rows have been written to. */
async function written(
  name: string,
  rows: readonly JsonValue[],
  columns?: readonly string[],
): Promise<string> {
  const path = join(temporaryFolder(), name);
  const result = await write(path, rows, columns === undefined ? {} : { columns });
  expect(result).toMatchObject({ ok: true, value: { rows: rows.length } });
  const bytes = readFileSync(path);
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

const tickets: readonly JsonValue[] = [
  { id: 'a', n: 1.5, ok: true, none: null, list: [1, 'x'], deep: { a: [] } },
  { id: 'b, "c"', more: 'x\ny' },
];

describe('the format of an output', () => {
  it.each([
    ['x.jsonl', 'jsonl', false, false],
    ['x.ndjson.gz', 'jsonl', true, false],
    ['X.CSV', 'csv', false, true],
    ['x.tsv.GZ', 'tsv', true, true],
    ['a/x.json', 'json', false, false],
    ['-', 'jsonl', false, false],
  ])('is told by its name: %s', (path, name, gzip, tabular) => {
    expect(formatOf(path)).toMatchObject({ name, gzip, tabular });
  });

  it.each(['x', 'x.txt', 'x.gz', 'errors'])('is not known: %s', (path) => {
    expect(outputFormat(path)).toEqual({
      ok: false,
      error: {
        severity: 'error',
        code: 'unknown-format',
        message: `the name of \`${path}\` does not tell in which format to write it`,
        hint: 'name it with one of .jsonl, .ndjson, .csv, .tsv and .json, each also with .gz',
      },
    });
  });
});

describe('what is written', () => {
  it('is one row a line as JSONL', async () => {
    expect(await written('x.jsonl', [{ a: 1 }, 'text', null, [1]])).toBe('{"a":1}\n"text"\nnull\n[1]\n');
    expect(await written('x.jsonl', [])).toBe('');
  });

  it('is an array as JSON', async () => {
    expect(await written('x.json', [{ a: 1 }, 2])).toBe('[\n{"a":1},\n2\n]\n');
    expect(await written('x.json', [])).toBe('[]\n');
    const many = Array.from({ length: 250 }, (_, at) => ({ at }));
    expect(JSON.parse(await written('x.json', many))).toEqual(many);
  });

  it('is a table with the columns that are given', async () => {
    expect(await written('x.csv', tickets, ['n', 'id', 'list', 'deep', 'ok', 'none'])).toBe(
      'n,id,list,deep,ok,none\n1.5,a,"[1,""x""]","{""a"":[]}",true,\n,"b, ""c""",,,,\n',
    );
    expect(await written('x.tsv', [{ a: 'x\ty', b: 'z,' }], ['a', 'b'])).toBe('a\tb\n"x\ty"\tz,\n');
    expect(await written('x.csv', [], ['a', 'b'])).toBe('a,b\n');
  });

  it('is a table of all fields in order of first sight where no columns are given', async () => {
    expect(await written('x.csv', tickets)).toBe(
      'id,n,ok,none,list,deep,more\na,1.5,true,,"[1,""x""]","{""a"":[]}",\n"b, ""c""",,,,,,"x\ny"\n',
    );
    expect(await written('x.csv', [])).toBe('');
    expect(await written('x.csv', [{}])).toBe('');
  });

  it('is a column named output for rows that are no objects', async () => {
    expect(await written('x.csv', ['a', 2, [3], null])).toBe('output\na\n2\n[3]\n""\n');
  });

  it('has quotes wherever a reader needs them', async () => {
    expect(await written('x.csv', [{ a: '' }, { a: '\r' }, { a: '\n' }, { a: '"' }, { a: ' x ' }])).toBe(
      'a\n""\n"\r"\n"\n"\n""""\n x \n',
    );
    expect(await written('x.csv', [{ '\uFEFFa': 'x' }])).toBe('"\uFEFFa"\nx\n');
  });

  it('has what looks like a formula as it is', async () => {
    expect(await written('x.csv', [{ a: '=1+1', b: '@x', c: '-3' }])).toBe('a,b,c\n=1+1,@x,-3\n');
  });

  it('has fields named as an object has names', async () => {
    const row = JSON.parse('{"__proto__":1,"constructor":"x"}') as JsonObject;
    expect(await written('x.csv', [row])).toBe('__proto__,constructor\n1,x\n');
    expect(await written('x.csv', [{}], ['toString', 'a'])).toBe('toString,a\n,\n');
    expect(await written('x.jsonl', [row])).toBe('{"__proto__":1,"constructor":"x"}\n');
  });

  it('is packed where the name ends in .gz', async () => {
    expect(await written('x.csv.gz', [{ a: 1 }])).toBe('a\n1\n');
  });

  it('names the fields that had no column', async () => {
    const path = join(temporaryFolder(), 'x.csv');
    expect(await write(path, tickets, { columns: ['id', 'n', 'ok'] })).toEqual({
      ok: true,
      value: { rows: 2, leftOut: ['none', 'list', 'deep', 'more'] },
    });
    expect(await write(path, ['text'], { columns: ['id'] })).toMatchObject({
      value: { leftOut: ['output'] },
    });
    expect(await write(join(temporaryFolder(), 'x.jsonl'), tickets)).toMatchObject({
      value: { leftOut: [] },
    });
  });

  it('comes row by row to who waits for each', async () => {
    const encoder = formatOf('x.json').encoder([]);
    expect(await all(encodeRows(each([{ a: 1 }, { a: 2 }]), encoder))).toEqual([
      '[',
      '\n{"a":1}',
      ',\n{"a":2}',
      '\n]\n',
    ]);
  });

  it('finds the columns of rows', async () => {
    expect(await columnsOf(each<JsonValue>([{ b: 1, a: 2 }, { c: 1, a: 1 }, 'x']))).toEqual([
      'b',
      'a',
      'c',
      'output',
    ]);
  });
});

describe('the file', () => {
  it('can be read by its owner only, and replaces the one before', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'x.jsonl');
    writeFileSync(path, 'before', { mode: 0o644 });
    await write(path, [{ a: 1 }]);
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['x.jsonl']);
  });

  it('stays as it was while the new one is written, and where that fails', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'x.jsonl');
    writeFileSync(path, 'before');
    const rows = async function* () {
      for (let at = 0; at < 1000; at += 1) yield { at };
      expect(readFileSync(path, 'utf8')).toBe('before');
      throw new Error('a bug of the caller');
    };
    await expect(writeRows(path, rows, { output: formatOf(path) })).rejects.toThrow('a bug of the caller');
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['x.jsonl']);
  });

  it('is the one that a link leads to, and the link stays', async () => {
    const folder = temporaryFolder();
    const target = join(temporaryFolder(), 'target.jsonl');
    writeFileSync(target, 'before');
    const link = join(folder, 'x.jsonl');
    symlinkSync(target, link);
    await write(link, [1]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('1\n');
  });

  it('is made where a link leads, and the link stays', async () => {
    const folder = temporaryFolder();
    const target = join(temporaryFolder(), 'target.jsonl');
    const link = join(folder, 'x.jsonl');
    symlinkSync(target, link);
    await write(link, [1]);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('1\n');
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['x.jsonl']);
  });

  it('is not made where a link leads to no folder, and the link stays', async () => {
    const folder = temporaryFolder();
    const link = join(folder, 'x.jsonl');
    symlinkSync(join(folder, 'none', 'target.jsonl'), link);
    const result = await writeRows(link, () => each([1]), { output: formatOf('x.jsonl') });
    expect(result).toMatchObject({ error: { code: 'output-unwritable', hint: 'make the folder first' } });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });

  it('is a pipe that only a handle has a name for, as /dev/stdout may be', async () => {
    const folder = temporaryFolder();
    const fifo = join(folder, 'pipe');
    execFileSync('mkfifo', [fifo]);
    // Both ways, so that neither end waits for the other; a handle leads to a pipe that is in no folder then.
    const pipe = await open(fifo, 'r+');
    onTestFinished(() => pipe.close());
    unlinkSync(fifo);
    const link = join(folder, 'stdout');
    symlinkSync(`/proc/self/fd/${pipe.fd}`, link);
    const result = await writeRows(link, () => each([{ a: 1 }]), { output: formatOf('x.jsonl') });
    expect(result).toMatchObject({ ok: true, value: { rows: 1 } });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    const { buffer, bytesRead } = await pipe.read(Buffer.alloc(100), 0, 100, null);
    expect(buffer.toString('utf8', 0, bytesRead)).toBe('{"a":1}\n');
  });

  it('writes to a pipe as somebody reads it, and waits for nobody once it is to end', async () => {
    const pipe = join(temporaryFolder(), 'rows.jsonl');
    execFileSync('mkfifo', [pipe]);
    const row = { text: 'x'.repeat(100) };
    const many = () => each(Array.from({ length: 5000 }, () => row));
    const end = new AbortController();
    const options = { output: formatOf(pipe), signal: end.signal };
    const [written, text] = await Promise.all([writeRows(pipe, many, options), readFile(pipe, 'utf8')]);
    expect(written).toMatchObject({ ok: true, value: { rows: 5000 } });
    expect(text).toBe(`${JSON.stringify(row)}\n`.repeat(5000));
    const unread = writeRows(pipe, many, options);
    end.abort();
    const refusal = {
      ok: false,
      error: { code: 'output-unwritable', message: expect.stringContaining('nobody has read it') as string },
    };
    expect(await unread).toMatchObject(refusal);
    // Open at both ends, but nobody reads it: it is filled, and no more.
    const file = await open(pipe, 'r+');
    const stalled = new AbortController();
    const half = writeRows(pipe, many, { ...options, signal: stalled.signal });
    setTimeout(() => stalled.abort(), 100);
    expect(await half).toMatchObject(refusal);
    await file.close();
  });

  it('is written to as it is where it is a device', async () => {
    const result = await writeRows('/dev/null', () => each([{ a: 1 }]), { output: formatOf('x.jsonl') });
    expect(result).toMatchObject({ ok: true, value: { rows: 1 } });
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('tells what failed on disk, and the remedy', async () => {
    const folder = temporaryFolder();
    const format = formatOf('x.jsonl');
    mkdirSync(join(folder, 'taken.jsonl'));
    const failure = async (path: string, output = format) => {
      const result = await writeRows(path, () => each([{ a: 1 }]), { output });
      return result.ok ? 'written' : result.error;
    };
    const missing = join(folder, 'none', 'x.jsonl');
    expect(await failure(missing)).toMatchObject({
      code: 'output-unwritable',
      message: expect.stringMatching(
        /^`.*none\/x\.jsonl` cannot be written: there is no folder `.*none`$/,
      ) as string,
      hint: 'make the folder first',
    });
    expect(await failure(join(folder, 'taken.jsonl'))).toMatchObject({ hint: 'name a file in it' });
    expect(await failure('/dev/full')).toMatchObject({
      message: expect.stringContaining('ENOSPC') as string,
      hint: 'free some space on the disk',
    });
    expect(await failure('/dev/full', formatOf('x.jsonl.gz'))).toMatchObject({
      hint: 'free some space on the disk',
    });
    expect(readdirSync(folder)).toEqual(['taken.jsonl']);
  });

  it.each(['x.jsonl', 'x.csv'])('takes rows no faster than it is read: %s', async (name) => {
    const path = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const [count, size] = [10_000, 1000];
    let asked = 0;
    const rows = async function* () {
      for (; asked < count; asked += 1) yield { text: 'x'.repeat(size) };
    };
    const done = writeRows(path, rows, { output: formatOf(name), columns: ['text'] });
    let read = 0;
    let ahead = 0;
    for await (const chunk of createReadStream(path)) {
      read += (chunk as Buffer).length;
      ahead = Math.max(ahead, asked * size - read);
    }
    expect(await done).toMatchObject({ ok: true, value: { rows: count } });
    expect(read).toBeGreaterThan(count * size);
    // The pipe's 64 kB, and a few pieces of a hundred rows; all rows are 10 MB.
    expect(ahead).toBeLessThan(1_000_000);
  });
});

describe('rows that are written and read again', () => {
  it.each(['x.jsonl', 'x.json', 'x.jsonl.gz', 'x.json.gz'])('are the same: %s', async (name) => {
    const path = join(temporaryFolder(), name);
    await fc.assert(
      fc.asyncProperty(fc.array(anyObject, { minLength: 1 }), async (rows) => {
        await write(path, rows);
        const items = await all(opened(await openRecords({ path })).read());
        expect(items.map((item) => JSON.stringify('value' in item ? item.value : item))).toEqual(
          rows.map((row) => JSON.stringify(row)),
        );
      }),
      { numRuns: 50 },
    );
  });

  it.each(['x.csv', 'x.tsv', 'x.csv.gz'])('are the same where the schema types them: %s', async (name) => {
    const path = join(temporaryFolder(), name);
    const text = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('\u0000', ''));
    const row = fc.record({
      text,
      number: fc
        .double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 })
        .map((value) => value + 0),
      integer: fc.maxSafeInteger(),
      flag: fc.boolean(),
      maybe: fc.option(fc.integer()),
    });
    const schema = {
      properties: {
        text: { type: 'string' },
        number: { type: 'number' },
        integer: { type: 'integer' },
        flag: { type: 'boolean' },
        maybe: { type: ['integer', 'null'] },
      },
    };
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1 }), async (rows) => {
        await write(path, rows);
        const items = await all(opened(await openRecords({ path })).read(schema));
        expect(items.map((item) => ('value' in item ? item.value : item))).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });
});
