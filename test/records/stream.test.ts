import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openRecords } from '../../src/records/open.ts';
import { all, handlesOf, opened, pieces, shown, temporaryFile, temporaryFolder } from './support.ts';

const rows = '{"a":1}\n{"é":"漢😀"}\n{"a":3}\n';
const shownRows = ['#0 line 1: {"a":1}', '#1 line 2: {"é":"漢😀"}', '#2 line 3: {"a":3}'];

function stream(content: string | Buffer, size = 65_536): Readable {
  return Readable.from(pieces(Buffer.from(content), size), { objectMode: false });
}

describe('standard input', () => {
  it.each([
    ['jsonl, which is the default', rows, undefined],
    ['json', '[{"a":1},\n{"é":"漢😀"},\n{"a":3}]', 'json'],
    ['packed rows', gzipSync(rows), undefined],
    ['rows with a byte order mark', `\uFEFF${rows}`, undefined],
  ])('gives %s, cut anywhere', async (_, content, format) => {
    for (let size = 1; size <= Buffer.byteLength(content); size += 1) {
      const stdin = stream(content, size);
      const source = opened(await openRecords({ path: '-', stdin, ...(format !== undefined && { format }) }));
      expect(source).toMatchObject({ path: 'stdin', replayable: false });
      expect(await source.survey()).toBeUndefined();
      expect((await all(source.read())).map(shown)).toEqual(shownRows);
    }
  });

  it('gives the columns of a table', async () => {
    const source = opened(await openRecords({ path: '-', stdin: stream('a,b\n1,2\n', 1), format: 'csv' }));
    expect(source.columns).toEqual(['a', 'b']);
    expect((await all(source.read())).map(shown)).toEqual(['#0 line 2: {"a":"1","b":"2"}']);
  });

  it('gives text as a stream of text does', async () => {
    const source = opened(await openRecords({ path: '-', stdin: stream(rows, 5).setEncoding('utf8') }));
    expect((await all(source.read())).map(shown)).toEqual(shownRows);
  });

  it.each(['a,b\n1,2\n', '[{"a":1}]', '"text"\n', '\n\n7\n'])(
    'is refused where its first row is no object and no format was named: %j',
    async (content) => {
      expect(await openRecords({ path: '-', stdin: stream(content) })).toMatchObject({
        ok: false,
        error: {
          code: 'unknown-format',
          message: 'stdin is read as jsonl, and its first line is no JSON object',
          hint: 'say what it holds with --input-format, such as --input-format csv',
        },
      });
    },
  );

  it('is read all the same where that object is malformed, or the format was named', async () => {
    const malformed = opened(await openRecords({ path: '-', stdin: stream('{"a":\n{"a":2}\n') }));
    expect((await all(malformed.read())).map(shown)).toEqual([
      '#0 line 1: invalid_json',
      '#1 line 2: {"a":2}',
    ]);
    const named = opened(await openRecords({ path: '-', stdin: stream('7\n'), format: 'jsonl' }));
    expect((await all(named.read())).map(shown)).toEqual(['#0 line 1: not_an_object']);
  });

  it.each(['', '\n \n', gzipSync('')])('is refused where it is empty', async (content) => {
    expect(await openRecords({ path: '-', stdin: stream(content) })).toMatchObject({
      error: { code: 'input-empty', message: 'stdin is empty' },
    });
  });

  it('that breaks off ends with why, after the records before', async () => {
    const stdin = new PassThrough();
    stdin.write('{"a":1}\n{"a":2}\n{"a"');
    const source = opened(await openRecords({ path: '-', stdin }));
    const items = source.read()[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ value: { value: { a: 1 } } });
    stdin.destroy(new Error('the cable came off'));
    expect(await items.next()).toMatchObject({ value: { value: { a: 2 } } });
    expect(await items.next()).toMatchObject({
      value: {
        ok: false,
        broken: { code: 'input-unreadable', message: "stdin can't be read: the cable came off" },
      },
    });
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  it('that is packed and cut short ends with why', async () => {
    const source = opened(
      await openRecords({ path: '-', stdin: stream(gzipSync(rows).subarray(0, -6), 10) }),
    );
    const items = await all(source.read());
    expect(items.at(-1)).toMatchObject({ broken: { code: 'damaged-gzip' } });
  });

  it('whose table goes wrong ends with why, after the records before', async () => {
    const stdin = new PassThrough();
    stdin.write('a\n1\n');
    const source = opened(await openRecords({ path: '-', stdin, format: 'csv' }));
    stdin.end('2\nx"y\n3\n');
    expect((await all(source.read())).map(shown)).toEqual([
      '#0 line 2: {"a":"1"}',
      '#1 line 3: {"a":"2"}',
      'invalid-quotes at 4',
    ]);
  });

  it('can be read only once', async () => {
    const source = opened(await openRecords({ path: '-', stdin: stream(rows) }));
    source.read();
    expect(() => source.read()).toThrow('stdin can be read only once');
  });

  it('gives each record when its line is there, not later', async () => {
    const stdin = new PassThrough();
    stdin.write('{"a":1}\n');
    const source = opened(await openRecords({ path: '-', stdin }));
    const items = source.read()[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ value: { value: { a: 1 } } });
    const second = items.next();
    stdin.write('{"a":2}\n');
    expect(await second).toMatchObject({ value: { value: { a: 2 } } });
    stdin.end();
    expect(await items.next()).toMatchObject({ done: true });
  });
});

describe('a pipe with a name', () => {
  it('is read once, as jsonl unless its name or a flag says otherwise', async () => {
    const path = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const written = writeFile(path, rows);
    const source = opened(await openRecords({ path }));
    expect(source).toMatchObject({ path, format: 'jsonl', replayable: false });
    expect((await all(source.read())).map(shown)).toEqual(shownRows);
    await written;
  });

  it('is closed by who does not read it', async () => {
    const path = join(temporaryFolder(), 'pipe.csv');
    execFileSync('mkfifo', [path]);
    const written = writeFile(path, 'a\n1\n');
    const source = opened(await openRecords({ path }));
    expect(source.columns).toEqual(['a']);
    await written;
    expect(handlesOf(path)).toBe(1);
    await source.close();
    expect(handlesOf(path)).toBe(0);
  });
});

describe('a spool', () => {
  it('keeps what was read as it came, and has its name when that is all', async () => {
    const spool = join(temporaryFolder(), 'input');
    const content = gzipSync(rows);
    const stdin = new PassThrough();
    for (const piece of pieces(content, 7)) stdin.write(piece);
    const source = opened(await openRecords({ path: '-', stdin }));
    expect(await source.spoolTo(spool)).toBeUndefined();
    expect(existsSync(spool)).toBe(false);
    expect(statSync(`${spool}.partial`).mode & 0o777).toBe(0o600);
    stdin.end();
    expect((await all(source.read())).map(shown)).toEqual(shownRows);
    expect(readFileSync(spool)).toEqual(content);
    expect(statSync(spool).mode & 0o777).toBe(0o600);
    expect(existsSync(`${spool}.partial`)).toBe(false);
    const again = opened(await openRecords({ path: spool, format: 'jsonl' }));
    expect((await all(again.read())).map(shown)).toEqual(shownRows);
  });

  it('has on disk every record that has been given', async () => {
    const spool = join(temporaryFolder(), 'input');
    const source = opened(await openRecords({ path: '-', stdin: stream(rows, 3) }));
    expect(await source.spoolTo(spool)).toBeUndefined();
    let given = '';
    for await (const item of source.read()) {
      if (!item.ok) throw new Error('all rows are good');
      given += `${JSON.stringify(item.value)}\n`;
      const kept = existsSync(spool) ? spool : `${spool}.partial`;
      expect(readFileSync(kept, 'utf8').startsWith(given)).toBe(true);
    }
    expect(given).toBe(rows);
  });

  it.each([1, 3, 1000])('takes the rest when reading stops early (pieces of %i)', async (size) => {
    const spool = join(temporaryFolder(), 'input');
    const source = opened(await openRecords({ path: '-', stdin: stream(rows, size) }));
    expect(await source.spoolTo(spool)).toBeUndefined();
    for await (const item of source.read()) {
      expect(item).toMatchObject({ index: 0 });
      break;
    }
    expect(existsSync(spool)).toBe(false);
    expect(await source.spoolRest()).toBeUndefined();
    expect(readFileSync(spool, 'utf8')).toBe(rows);
  });

  it('takes the rest of packed input too', async () => {
    const spool = join(temporaryFolder(), 'input');
    const content = gzipSync(rows.repeat(100_000), { level: 0 });
    const source = opened(await openRecords({ path: '-', stdin: stream(content) }));
    expect(await source.spoolTo(spool)).toBeUndefined();
    for await (const item of source.read()) {
      expect(item.ok).toBe(true);
      break;
    }
    expect(await source.spoolRest()).toBeUndefined();
    expect(readFileSync(spool).equals(content)).toBe(true);
  });

  it('stays partial where the input broke off', async () => {
    const spool = join(temporaryFolder(), 'input');
    const stdin = new PassThrough();
    stdin.write(rows);
    const source = opened(await openRecords({ path: '-', stdin }));
    expect(await source.spoolTo(spool)).toBeUndefined();
    stdin.destroy(new Error('broken'));
    const items = await all(source.read());
    expect(items.at(-1)).toMatchObject({ broken: { code: 'input-unreadable' } });
    expect(existsSync(spool)).toBe(false);
    expect(readFileSync(`${spool}.partial`, 'utf8')).toBe(rows);
  });

  it('that can not be written is told', async () => {
    const spool = join(temporaryFolder(), 'none', 'input');
    const source = opened(await openRecords({ path: '-', stdin: stream(rows) }));
    expect(await source.spoolTo(spool)).toMatchObject({
      code: 'spool-unwritable',
      message: expect.stringMatching(/^the copy of the input can't be written to .*: ENOENT/) as string,
    });
  });

  it('that can not be written further ends the reading', async () => {
    const folder = temporaryFolder();
    const stdin = new PassThrough();
    stdin.write('{"a":1}\n');
    const source = opened(await openRecords({ path: '-', stdin }));
    expect(await source.spoolTo(join(folder, 'input'))).toBeUndefined();
    rmSync(join(folder, 'input.partial'));
    mkdirSync(join(folder, 'input.partial'));
    stdin.end('{"a":2}\n');
    expect((await all(source.read())).map(shown)).toEqual(['#0 line 1: {"a":1}', 'spool-unwritable']);
  });

  it('is whole at once where the input had ended already', async () => {
    const spool = join(temporaryFolder(), 'input');
    const source = opened(await openRecords({ path: '-', stdin: stream('{}') }));
    expect(await source.spoolTo(spool)).toBeUndefined();
    expect(readFileSync(spool, 'utf8')).toBe('{}');
    expect((await all(source.read())).map(shown)).toEqual(['#0 line 1: {}']);
    expect(await source.spoolRest()).toBeUndefined();
  });

  it('takes the rest in order while a reader still waits for its piece', async () => {
    const spool = join(temporaryFolder(), 'input');
    const stdin = new PassThrough();
    stdin.write('{"a":1}\n');
    const source = opened(await openRecords({ path: '-', stdin }));
    expect(await source.spoolTo(spool)).toBeUndefined();
    const items = source.read()[Symbol.asyncIterator]();
    await items.next();
    const waiting = items.next();
    const rest = source.spoolRest();
    stdin.write('{"a":2}\n');
    stdin.end('{"a":3}\n');
    expect(await rest).toBeUndefined();
    // Which of the two has taken which piece is open; the copy has both in order.
    await waiting;
    expect(readFileSync(spool, 'utf8')).toBe('{"a":1}\n{"a":2}\n{"a":3}\n');
  });

  it('is not made where nobody asks for it', async () => {
    const source = opened(await openRecords({ path: '-', stdin: stream(rows) }));
    expect(await all(source.read())).toHaveLength(3);
    expect(await source.spoolRest()).toBeUndefined();
  });

  it('is not made for a file, which can be read again', async () => {
    const folder = temporaryFolder();
    const path = temporaryFile('rows.jsonl', rows);
    const source = opened(await openRecords({ path }));
    expect(await source.spoolTo(join(folder, 'input'))).toBeUndefined();
    expect(await all(source.read())).toHaveLength(3);
    expect(await source.spoolRest()).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('memory', () => {
  const chunk = Buffer.from(`${JSON.stringify({ text: 'x'.repeat(1000) })}\n`.repeat(60));

  /** A stream without end that counts what is taken from it. */
  function endless(content: (at: number) => Buffer) {
    const taken = { chunks: 0 };
    const readable = new Readable({
      highWaterMark: 1,
      read() {
        this.push(content(taken.chunks));
        taken.chunks += 1;
      },
    });
    return { readable, taken };
  }

  it('holds a few chunks, however many records there are', async () => {
    const { readable, taken } = endless(() => chunk);
    const source = opened(await openRecords({ path: '-', stdin: readable }));
    let records = 0;
    for await (const item of source.read()) {
      expect(item.ok).toBe(true);
      records += 1;
      expect(taken.chunks - records / 60).toBeLessThan(4);
      if (records === 6000) break;
    }
    expect(taken.chunks).toBeLessThan(104);
  });

  it('holds a few chunks of packed input, however much comes out of them', async () => {
    // Each member unpacks to 6 MB.
    const member = gzipSync(Buffer.concat(Array.from({ length: 100 }, () => chunk)));
    const { readable, taken } = endless(() => member);
    const source = opened(await openRecords({ path: '-', stdin: readable }));
    let records = 0;
    for await (const item of source.read()) {
      expect(item.ok).toBe(true);
      records += 1;
      if (records === 6000 * 3) break;
    }
    expect(taken.chunks).toBeLessThan(3 + 10);
  });

  it('frees the file when reading stops early, and when it ends', async () => {
    for (const content of [
      Buffer.concat(Array.from({ length: 50 }, () => chunk)),
      gzipSync(Buffer.concat(Array.from({ length: 50 }, () => chunk)), { level: 0 }),
    ]) {
      const path = temporaryFile('rows.jsonl', content);
      const source = opened(await openRecords({ path }));
      expect(handlesOf(path)).toBe(0);
      for await (const item of source.read()) {
        expect(item.ok).toBe(true);
        expect(handlesOf(path)).toBe(1);
        break;
      }
      expect(handlesOf(path)).toBe(0);
      expect(await all(source.read())).toHaveLength(3000);
      expect(handlesOf(path)).toBe(0);
      await source.survey();
      expect(handlesOf(path)).toBe(0);
    }
  });
});
