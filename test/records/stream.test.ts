import { execFileSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openRecords } from '../../src/records/open.ts';
import { all, each, handlesOf, opened, pieces, shown, temporaryFile } from './support.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

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

  it.each(['[{"a":1}]', '[\n  {"a":1}\n]\n'])(
    'is refused where it is an array and no format was named: %j',
    async (content) => {
      expect(await openRecords({ path: '-', stdin: stream(content) })).toMatchObject({
        error: { code: 'json-array', hint: 'add `--input-format json`' },
      });
      const named = await openRecords({ path: '-', stdin: stream(content), format: 'json' });
      expect((await all(opened(named).read())).map(({ ok }) => ok)).toEqual([true]);
    },
  );

  it.each(['a,b\n1,2\n', '["a"]', '"text"\n', '\n\n7\n'])(
    'is refused where its first row is no object and no format was named: %j',
    async (content) => {
      expect(await openRecords({ path: '-', stdin: stream(content) })).toMatchObject({
        ok: false,
        error: {
          code: 'unknown-format',
          message: '`stdin` is read as jsonl, and its first line is no JSON object',
          hint: 'say what it holds with `--input-format`, such as `--input-format csv`',
        },
      });
    },
  );

  it.each([
    ['jsonl', '{"a":1}\n{"a":', 'input-cut at 2'],
    ['csv', 'a,b\n1,2\n3', 'input-cut at 3'],
    ['jsonl', '{"a":1}\n{"a": "[é', 'input-cut at 2'],
    ['jsonl', Buffer.from('{"a":1}\n{"a": "é').subarray(0, -1), 'input-cut at 2'],
    ['csv', Buffer.from('a,b\n1,2\n3,é').subarray(0, -1), 'input-cut at 3'],
    ['jsonl', '{"a":1}\n{"a":1}}', '#1 line 2: invalid_json'],
    ['jsonl', '{"a":1}\nDone.', '#1 line 2: invalid_json'],
    ['jsonl', '{"a":1}\n[1', '#1 line 2: invalid_json'],
    ['jsonl', '{"a":1}\n42', '#1 line 2: not_an_object'],
    ['csv', 'a,b\n1,2\n3,4,5', '#1 line 3: ragged_row'],
    ['jsonl', '{"a":1}\n{"a":\n', '#1 line 2: invalid_json'],
    ['csv', 'a,b\n1,2\n3\n', '#1 line 3: ragged_row'],
  ])('may be cut off within a last row that could go on: %s %j', async (format, content, last) => {
    const source = opened(await openRecords({ path: '-', stdin: stream(content, 3), format }));
    expect((await all(source.read())).map(shown).at(-1)).toContain(last);
    // A file is there as a whole.
    const file = opened(await openRecords({ path: temporaryFile('rows', content), format }));
    expect((await all(file.read())).map(shown).at(-1)).toMatch(/#1 line [23]: /u);
  });

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
      error: { code: 'input-empty', message: '`stdin` is empty' },
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
        broken: { code: 'input-unreadable', message: '`stdin` cannot be read: the cable came off' },
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

  it('can be read only once, and says so to who reads it again', async () => {
    const source = opened(await openRecords({ path: '-', stdin: stream(rows) }));
    expect(await all(source.read())).toHaveLength(3);
    const again = {
      ok: false,
      broken: {
        severity: 'error',
        code: 'input-read-before',
        message: '`stdin` can be read only once',
        hint: 'save it to a file, and read that',
      },
    };
    expect(await all(source.read())).toEqual([again]);
    expect(await all(source.read())).toEqual([again]);
  });

  it('is not read after it was let go', async () => {
    const source = opened(await openRecords({ path: '-', stdin: stream(rows, 5) }));
    await source.close();
    expect(await all(source.read())).toMatchObject([{ ok: false, broken: { code: 'input-read-before' } }]);
  });

  it('is refused where there is none', async () => {
    expect(await openRecords({ path: '-' })).toEqual({
      ok: false,
      error: {
        severity: 'error',
        code: 'stdin-missing',
        message: 'the path `-` stands for standard input, and there is none',
        hint: 'give `openRecords` a `stdin` to read, or the path of a file',
      },
    });
  });

  it('may be any iteration of bytes or text', async () => {
    const bytes = each(pieces(Buffer.from(rows), 7).map((piece) => new Uint8Array(piece)));
    const text = each([rows.slice(0, 5), rows.slice(5)]);
    for (const stdin of [bytes, text]) {
      const source = opened(await openRecords({ path: '-', stdin }));
      expect((await all(source.read())).map(shown)).toEqual(shownRows);
    }
  });

  it('is told where it gives neither bytes nor text', async () => {
    const stdin = Readable.from([{ a: 1 }]);
    expect(await openRecords({ path: '-', stdin })).toMatchObject({
      ok: false,
      error: {
        code: 'input-unreadable',
        message: expect.stringMatching(/^`stdin` cannot be read: /) as string,
      },
    });
  });

  it('is closed by who stops early', async () => {
    const stdin = stream(rows, 5);
    const source = opened(await openRecords({ path: '-', stdin }));
    for await (const item of source.read()) {
      expect(item).toMatchObject({ index: 0 });
      break;
    }
    expect(stdin.destroyed).toBe(true);
  });

  it.each([
    ['rows', Buffer.from(rows)],
    ['packed rows', gzipSync(rows)],
  ])('of %s is closed by who stops early, though its producer is silent', async (_, content) => {
    const stdin = new PassThrough();
    stdin.write(content);
    const source = opened(await openRecords({ path: '-', stdin }));
    const items = source.read()[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ value: { value: { a: 1 } } });
    await items.return?.();
    expect(stdin.destroyed).toBe(true);
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
    const writer = openSync(path, 'r+');
    writeSync(writer, 'a\n1\n');
    const source = opened(await openRecords({ path }));
    expect(source.columns).toEqual(['a']);
    expect(handlesOf(path)).toBe(2);
    await source.close();
    expect(handlesOf(path)).toBe(1);
    closeSync(writer);
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

  it.each([
    ['jsonl', 'x'],
    ['jsonl', '\0'],
    ['csv', 'x'],
    ['csv', '\0'],
    ['json', ' '],
  ])('holds no first row without an end: %s of %j', async (format, content) => {
    const { readable, taken } = endless(() => Buffer.alloc(1000, content));
    const result = await openRecords({ path: '-', stdin: readable, format, limit: 10_000 });
    expect(result).toEqual({
      ok: false,
      error: {
        severity: 'error',
        code: 'record-too-large',
        message: 'the first row of `stdin` does not end within 10000 bytes',
        hint: 'check that it is a file of records, each of them on lines of its own',
        place: { path: 'stdin', line: 1 },
      },
    });
    expect(taken.chunks).toBeGreaterThan(10);
    expect(taken.chunks).toBeLessThan(10 + 5);
    expect(readable.destroyed).toBe(true);
  });

  it('holds no first row without an end that comes out of packed input', async () => {
    const path = temporaryFile('rows.jsonl.gz', gzipSync(Buffer.alloc(2 ** 20, 'x')));
    expect(await openRecords({ path, limit: 200_000 })).toMatchObject({
      error: { code: 'record-too-large' },
    });
    expect(handlesOf(path)).toBe(0);
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
