import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ByteStream, OnceBytes } from '../../src/records/bytes.ts';
import { createIncoming } from '../../src/records/incoming.ts';
import { openRecords, type RecordSource } from '../../src/records/open.ts';
import type { InputBroken, RecordItem } from '../../src/records/record.ts';
import { selectRecords } from '../../src/records/selection.ts';
import { startSpool, type Spool, type SpoolFile, type SpoolOptions } from '../../src/records/spool.ts';
import { isCopied, openSpool } from '../../src/records/spooled.ts';
import { all, handlesOf, opened, pieces, shown, surveyed } from './support.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const rows = '{"a":1}\n{"é":"漢😀"}\n{"a":3}\n';
const shownRows = ['#0 line 1: {"a":1}', '#1 line 2: {"é":"漢😀"}', '#2 line 3: {"a":3}'];

function stream(content: string | Buffer, size = 65_536): Readable {
  return Readable.from(pieces(Buffer.from(content), size), { objectMode: false });
}

/** Where a spool goes: in a folder of its own that is gone after the test. */
function spoolPath(): string {
  return join(temporaryFolder(), 'stdin');
}

async function spooled(stdin: Readable, path: string, format = 'jsonl'): Promise<RecordSource> {
  const source = opened(await openRecords({ path: '-', stdin, format }));
  expect(await source.spoolTo(path)).toEqual({ ok: true, value: undefined });
  return source;
}

/** Resolves when there is a file; where there never is, the test's own time runs out. */
async function appears(path: string): Promise<void> {
  while (!existsSync(path)) await setImmediate();
}

describe('an input that comes once, spooled', () => {
  it.each([
    ['rows', rows, 'jsonl'],
    ['an array', '[{"a":1},\n{"é":"漢😀"},\n{"a":3}]', 'json'],
    ['packed rows', gzipSync(rows), 'jsonl'],
    ['rows with a byte order mark', `\uFEFF${rows}`, 'jsonl'],
    ['rows without a last line break', rows.trimEnd(), 'jsonl'],
  ])('gives %s as before, cut anywhere, and leaves the bytes as they came', async (_, content, format) => {
    for (let size = 1; size <= Buffer.byteLength(content); size += 1) {
      const path = spoolPath();
      const source = await spooled(stream(content, size), path, format);
      expect(await source.survey()).toBeUndefined();
      expect((await all(source.read())).map(shown)).toEqual(shownRows);
      expect(readFileSync(path)).toEqual(Buffer.from(content));
      expect(existsSync(`${path}.part`)).toBe(false);
      expect(handlesOf(path)).toBe(0);
    }
  });

  it('is typed by the schema, and has its columns', async () => {
    const source = await spooled(stream('a,b\n1,2\n', 1), spoolPath(), 'csv');
    expect(source.columns).toEqual(['a', 'b']);
    const schema = { properties: { a: { type: 'integer' } } };
    expect((await all(source.read(schema))).map(shown)).toEqual(['#0 line 2: {"a":1,"b":"2"}']);
  });

  it('may be a pipe with a name', async () => {
    const path = spoolPath();
    const pipe = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = openSync(pipe, 'r+');
    writeSync(writer, rows);
    const source = opened(await openRecords({ path: pipe }));
    expect(await source.spoolTo(path)).toMatchObject({ ok: true });
    closeSync(writer);
    expect((await all(source.read())).map(shown)).toEqual(shownRows);
    expect(readFileSync(path, 'utf8')).toBe(rows);
    expect(handlesOf(pipe)).toBe(0);
  });

  it('is for its owner only, while it is written and after', async () => {
    const path = spoolPath();
    const stdin = new PassThrough();
    stdin.write(rows);
    const source = await spooled(stdin, path);
    expect(statSync(`${path}.part`).mode & 0o777).toBe(0o600);
    stdin.end();
    await all(source.read());
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('gives each record when its line is there, not later', async () => {
    const stdin = new PassThrough();
    stdin.write('{"a":1}\n');
    const source = await spooled(stdin, spoolPath());
    const items = source.read()[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ value: { value: { a: 1 } } });
    const second = items.next();
    stdin.write('{"a":2}\n');
    expect(await second).toMatchObject({ value: { value: { a: 2 } } });
    stdin.end();
    expect(await items.next()).toMatchObject({ done: true });
  });

  it('lets its producer go long before its records are read', async () => {
    const path = spoolPath();
    const row = Buffer.from(`${JSON.stringify({ text: 'x'.repeat(1000) })}\n`);
    const source = await spooled(Readable.from(Array.from({ length: 5000 }, () => row)), path);
    await appears(path);
    expect(statSync(path).size).toBe(5000 * row.length);
    expect(await all(source.read())).toHaveLength(5000);
  });

  it('is whole also where its end came before it was to be spooled', async () => {
    const path = spoolPath();
    const stdin = stream(gzipSync(rows));
    const source = opened(await openRecords({ path: '-', stdin }));
    while (!stdin.readableEnded) await setImmediate();
    expect(await source.spoolTo(path)).toMatchObject({ ok: true });
    expect((await all(source.read())).map(shown)).toEqual(shownRows);
    expect(readFileSync(path)).toEqual(gzipSync(rows));
  });

  it('that breaks off ends with why, after the records before, and is not whole', async () => {
    const path = spoolPath();
    const stdin = new PassThrough();
    stdin.write('{"a":1}\n{"a":2}\n{"a"');
    const source = await spooled(stdin, path);
    const items = source.read()[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ value: { value: { a: 1 } } });
    stdin.destroy(new Error('the cable came off'));
    expect(await items.next()).toMatchObject({ value: { value: { a: 2 } } });
    const broken = { code: 'input-unreadable', message: '`stdin` cannot be read: the cable came off' };
    expect(await items.next()).toMatchObject({ value: { ok: false, broken } });
    expect(await items.next()).toEqual({ done: true, value: undefined });
    expect(existsSync(path)).toBe(false);
    expect(handlesOf(`${path}.part`)).toBe(0);
  });

  it('that ends in the middle of its gzip data is whole, and as damaged as it came', async () => {
    const path = spoolPath();
    const packed = gzipSync(rows).subarray(0, -6);
    const source = await spooled(stream(packed), path);
    expect((await all(source.read())).at(-1)).toMatchObject({ broken: { code: 'damaged-gzip' } });
    expect(readFileSync(path)).toEqual(packed);
  });

  it('is spooled once, and before it is read', async () => {
    const path = spoolPath();
    const source = await spooled(stream(rows), path);
    const refused = { ok: false, error: { code: 'input-read-before' } };
    expect(await source.spoolTo(spoolPath())).toMatchObject(refused);
    expect(await all(source.read())).toHaveLength(3);
    expect(await all(source.read())).toMatchObject([{ ok: false, broken: refused.error }]);
    const other = opened(await openRecords({ path: '-', stdin: stream(rows) }));
    expect(await all(other.read())).toHaveLength(3);
    expect(await other.spoolTo(join(path, '..', 'other'))).toMatchObject(refused);
    expect(existsSync(join(path, '..', 'other.part'))).toBe(false);
  });

  it.each([0, 1, 8, 12, Buffer.byteLength(rows)])(
    'goes on with the first %i bytes of it that an earlier run has kept, cut anywhere',
    async (kept) => {
      for (const size of [1, 5, 8, 100]) {
        const path = spoolPath();
        writeFileSync(`${path}.part`, Buffer.from(rows).subarray(0, kept));
        const source = await spooled(stream(rows, size), path);
        expect((await all(source.read())).map(shown)).toEqual(shownRows);
        expect(readFileSync(path, 'utf8')).toBe(rows);
        expect(existsSync(`${path}.part`)).toBe(false);
      }
    },
  );

  it.each([
    ['differs', rows.replace('"a":3', '"a":4'), rows.slice(0, -2)],
    ['is shorter', rows.slice(0, 20), rows],
  ])('breaks off, and leaves what is kept, where it %s', async (_, content, kept) => {
    const path = spoolPath();
    writeFileSync(`${path}.part`, kept);
    const source = await spooled(stream(content, 8), path);
    const items = await all(source.read());
    expect(items.at(-1)).toMatchObject({ broken: { code: 'other-input' } });
    expect(items.slice(0, -1).map(shown)).toEqual(shownRows.slice(0, items.length - 1));
    expect(readFileSync(`${path}.part`, 'utf8')).toBe(kept);
    expect(existsSync(path)).toBe(false);
  });

  it('is not written through a link', async () => {
    const path = spoolPath();
    const elsewhere = join(temporaryFolder(), 'elsewhere');
    writeFileSync(elsewhere, '');
    symlinkSync(elsewhere, `${path}.part`);
    const source = opened(await openRecords({ path: '-', stdin: stream(rows) }));
    expect(await source.spoolTo(path)).toMatchObject({ ok: false, error: { code: 'spool-failed' } });
    await source.close();
    expect(readFileSync(elsewhere, 'utf8')).toBe('');
  });

  it('is not where the input is a regular file', async () => {
    const path = spoolPath();
    const file = join(temporaryFolder(), 'rows.jsonl');
    writeFileSync(file, rows);
    const source = opened(await openRecords({ path: file }));
    expect(await source.spoolTo(path)).toEqual({ ok: true, value: undefined });
    expect(await all(source.read())).toHaveLength(3);
    expect(existsSync(path) || existsSync(`${path}.part`)).toBe(false);
  });
});

describe('a spool whose reader stops early', () => {
  it('lets go of a producer who has more, and has what was there', async () => {
    const path = spoolPath();
    const stdin = new PassThrough();
    stdin.write('{"a":1}\n{"a":2}\n{"a"');
    const source = await spooled(stdin, path);
    expect(await all(selectRecords(source.read(), { limit: 1 }))).toHaveLength(1);
    expect(stdin.destroyed).toBe(true);
    expect(handlesOf(`${path}.part`)).toBe(0);
    expect(existsSync(path)).toBe(false);
    const part = opened(await openSpool({ path, format: 'jsonl' }));
    expect((await all(part.read())).map(shown)).toEqual([
      '#0 line 1: {"a":1}',
      '#1 line 2: {"a":2}',
      'spool-incomplete',
    ]);
    // Who needs no more than there is does not hear of what is missing.
    expect((await all(selectRecords(part.read(), { limit: 2 }))).map(shown)).toEqual([
      '#0 line 1: {"a":1}',
      '#1 line 2: {"a":2}',
    ]);
  });

  it.each([
    ['rows', Buffer.from('{"a":1}\n')],
    ['packed rows', gzipSync('{"a":1}\n')],
  ])('lets go of a producer of %s who is silent', async (_, content) => {
    const path = spoolPath();
    const stdin = new PassThrough();
    stdin.write(content);
    const source = await spooled(stdin, path);
    const items = source.read()[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ value: { value: { a: 1 } } });
    await items.return?.();
    expect(stdin.destroyed).toBe(true);
    expect(handlesOf(`${path}.part`)).toBe(0);
  });

  it('lets go of it where nobody begins to read', async () => {
    const path = spoolPath();
    const stdin = new PassThrough();
    stdin.write('{"a":1}\n');
    const source = await spooled(stdin, path);
    await source.close();
    await source.close();
    expect(stdin.destroyed).toBe(true);
    expect(handlesOf(`${path}.part`)).toBe(0);
  });

  it('while it waits for more tells it, and makes no record of half a row', async () => {
    const path = spoolPath();
    const stdin = new PassThrough();
    stdin.write('{"a":1}\n{"a"');
    const source = await spooled(stdin, path);
    const items = source.read()[Symbol.asyncIterator]();
    expect(await items.next()).toMatchObject({ value: { value: { a: 1 } } });
    const waiting = items.next();
    await source.close();
    expect(await waiting).toMatchObject({ value: { ok: false, broken: { code: 'input-closed' } } });
    expect(await items.next()).toMatchObject({ done: true });
  });

  it('lets go of a pipe with a name on which nobody writes', async () => {
    const path = spoolPath();
    const pipe = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = openSync(pipe, 'r+');
    writeSync(writer, rows);
    const source = opened(await openRecords({ path: pipe }));
    await source.spoolTo(path);
    expect(await all(selectRecords(source.read(), { limit: 3 }))).toHaveLength(3);
    expect(handlesOf(pipe)).toBe(1);
    closeSync(writer);
  });
});

describe('a process that spools', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spool-'));
  const script = join(folder, 'spooler.mjs');

  beforeAll(async () => {
    const module = fileURLToPath(new URL('../../src/records/open.ts', import.meta.url));
    // Says each record that it reads, and ends, or reads no further, after `limit` of them.
    const contents = `
      import { openRecords } from ${JSON.stringify(module)};
      const [input, path, limit, then] = process.argv.slice(2);
      const { value: source } = await openRecords({ path: input, stdin: process.stdin });
      await source.spoolTo(path);
      let read = 0;
      for await (const item of source.read()) {
        process.stdout.write(JSON.stringify(item.value) + '\\n');
        read += 1;
        if (read === Number(limit)) {
          if (then === 'exit') process.exit(0);
          await new Promise(() => setInterval(() => undefined, 1000));
        }
      }
    `;
    const source = join(folder, 'spooler.ts');
    writeFileSync(source, contents);
    await build({ input: source, platform: 'node', output: { file: script } });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function start(...args: readonly string[]) {
    const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    return child;
  }

  it('and is killed has all that its producer wrote, read or not', async () => {
    const path = spoolPath();
    const child = start('-', path, '1', 'stay');
    const many = rows.repeat(20_000);
    child.stdin.end(many);
    await once(child.stdout, 'data');
    await appears(path);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(readFileSync(path, 'utf8')).toBe(many);
    const source = opened(await openSpool({ path, format: 'jsonl' }));
    expect(await surveyed(source)).toMatchObject({ ok: true, value: { records: 60_000 } });
  });

  it('and is killed before its producer was through has what came until then', async () => {
    const path = spoolPath();
    const child = start('-', path, '2', 'stay');
    child.stdin.write(`${rows}{"a":4`);
    await once(child.stdout, 'data');
    while (statSync(`${path}.part`).size < Buffer.byteLength(rows)) await setImmediate();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const source = opened(await openSpool({ path, format: 'jsonl' }));
    expect((await all(source.read())).map(shown)).toEqual([...shownRows, 'spool-incomplete']);
  });

  it('may end while the pipe that it reads is silent', async () => {
    const pipe = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = openSync(pipe, 'r+');
    onTestFinished(() => closeSync(writer));
    writeSync(writer, rows);
    const child = start(pipe, spoolPath(), '3', 'exit');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

const again =
  'run on the whole input again: in the same `--run-dir`, what it was answered is not asked again';

/** A spool of these bytes, which are not looked at before. */
async function spoolOf(once: OnceBytes, options: SpoolOptions, path = spoolPath()): Promise<Spool> {
  const started = await startSpool(createIncoming(once), path, options);
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}

async function* bytesOf(...texts: readonly string[]): ByteStream {
  for (const text of texts) yield Buffer.from(text);
  return undefined;
}

const piece = Buffer.alloc(100, 'x');

/** A producer without an end that counts what was asked of it. */
function endless() {
  const asked = { pieces: 0 };
  const bytes = (async function* (): ByteStream {
    for (;;) {
      asked.pieces += 1;
      yield piece;
    }
  })();
  return { asked, bytes };
}

describe('how far a spool runs ahead', () => {
  it('is not whole where its end comes with the end of its reading, as at a Ctrl-C', async () => {
    const path = spoolPath();
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    async function* bytes(): ByteStream {
      await begun;
      return yield* bytesOf(rows);
    }
    let synced = () => {};
    const syncing = new Promise<void>((resolve) => {
      synced = resolve;
    });
    const telling: SpoolOptions['open'] = async (part) => {
      const file = new Proxy<SpoolFile>(await open(part, 'w+'), {
        get(target, name) {
          if (name === 'datasync') synced();
          const member: unknown = Reflect.get(target, name);
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        },
      });
      return { file, kept: 0 };
    };
    const spool = await spoolOf({ bytes: bytes(), destroy() {} }, { open: telling }, path);
    begin();
    await syncing;
    await spool.stop();
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.part`, 'utf8')).toBe(rows);
    expect(spool.sha256()).toBeUndefined();
  });

  it('is bounded, and the bound moves with its reader', async () => {
    const written = { bytes: 0 };
    // On a disk that takes everything at once, only the bound ever makes a spool wait.
    const file: SpoolFile = {
      write: (async (buffer: Buffer, offset: number) => {
        written.bytes += buffer.length - offset;
        if (written.bytes > 100_000) throw new Error('it does not wait');
        return { bytesWritten: buffer.length - offset, buffer };
      }) as SpoolFile['write'],
      read: (async (buffer: Buffer, _: number, length: number) => ({
        bytesRead: length,
        buffer,
      })) as SpoolFile['read'],
      datasync: async () => {},
      close: async () => {},
    };
    const { asked, bytes } = endless();
    const spool = await spoolOf(
      { bytes, destroy() {} },
      { ahead: 1000, open: async () => ({ file, kept: 0 }) },
    );
    await setImmediate();
    // The piece that goes beyond the bound is the last.
    expect(asked.pieces).toBe(11);
    const reading = spool.read();
    const first = await reading.next();
    expect(first).toMatchObject({ done: false });
    await setImmediate();
    expect(asked.pieces).toBe(22);
    await reading.return(undefined);
    await setImmediate();
    expect(asked.pieces).toBe(22);
  });
});

describe('a disk that refuses', () => {
  const refusal = (path: string, why: string) => ({
    severity: 'error',
    code: 'spool-failed',
    message: `the input could not be kept in \`${path}\`: ${why}`,
    hint: 'make room on the disk, or save the input to a file and run on that: a file is not copied',
  });

  it('the file is told before anything is read', async () => {
    const path = join(temporaryFolder(), 'gone', 'stdin');
    const source = opened(await openRecords({ path: '-', stdin: stream(rows) }));
    expect(await source.spoolTo(path)).toMatchObject({
      ok: false,
      error: { code: 'spool-failed', message: expect.stringContaining('ENOENT') as string },
    });
    await source.close();
    const there = spoolPath();
    mkdirSync(`${there}.part`);
    const other = opened(await openRecords({ path: '-', stdin: stream(rows) }));
    expect(await other.spoolTo(there)).toMatchObject({ ok: false, error: { code: 'spool-failed' } });
    await other.close();
  });

  /** The real file, but that it fails at one thing, from the nth time on. */
  function failing(act: 'write' | 'read' | 'datasync', from: number): SpoolOptions {
    let times = 0;
    return {
      async open(path) {
        const opened = await open(path, 'wx+');
        const file = new Proxy(opened, {
          get(target, name) {
            if (name === act) times += 1;
            if (name === act && times >= from) {
              return () =>
                Promise.reject(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }));
            }
            const member: unknown = Reflect.get(target, name);
            return typeof member === 'function' ? (member.bind(target) as unknown) : member;
          },
        });
        return { file, kept: 0 };
      },
    };
  }

  it.each([
    ['write', 3, 'onetwo'],
    ['write', 1, ''],
    ['read', 1, ''],
    ['datasync', 1, 'onetwothree'],
  ] as const)('%s, from the %ith time on, is told after what it took', async (act, from, taken) => {
    const path = spoolPath();
    const bytes = bytesOf('one', 'two', 'three');
    const spool = await spoolOf({ bytes, destroy() {} }, failing(act, from), path);
    const reading = spool.read();
    let text = '';
    let next = await reading.next();
    for (; next.done !== true; next = await reading.next()) text += next.value.toString();
    expect(text).toBe(taken);
    expect(next.value).toEqual(refusal(path, 'ENOSPC: no space left'));
    expect(existsSync(path)).toBe(false);
    expect(handlesOf(`${path}.part`)).toBe(0);
  });

  it('to write lets go of the producer, even where nobody reads', async () => {
    const { asked, bytes } = endless();
    let letGo = () => {};
    const gone = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const spool = await spoolOf({ bytes, destroy: () => letGo() }, failing('write', 3));
    await gone;
    expect(asked.pieces).toBe(3);
    await spool.stop();
  });

  it('because the run’s folder is gone is told at the end', async () => {
    const path = spoolPath();
    const stdin = new PassThrough();
    stdin.write(rows);
    const source = await spooled(stdin, path);
    rmSync(join(path, '..'), { recursive: true });
    stdin.end();
    const items = await all(source.read());
    expect(items.map(shown)).toEqual([...shownRows, 'spool-failed']);
  });

  it('because somebody cut the file short is told', async () => {
    const path = spoolPath();
    const stdin = new PassThrough();
    stdin.write(rows);
    const source = await spooled(stdin, path);
    while (statSync(`${path}.part`).size < Buffer.byteLength(rows)) await setImmediate();
    truncateSync(`${path}.part`);
    const items = await all(source.read());
    expect(items).toMatchObject([
      { broken: { code: 'spool-failed', message: expect.stringContaining('cut the file short') as string } },
    ]);
    expect(stdin.destroyed).toBe(true);
  });
});

describe('a spool that is opened again', () => {
  const incomplete = (path: string, missing: string) => ({
    severity: 'error',
    code: 'spool-incomplete',
    message: `the input had not been read to its end when the run stopped, and \`${path}.part\` has ${missing}`,
    hint: again,
  });

  /** What it gives; where nothing of it can be read, the reason alone. */
  async function itemsOf(path: string, format: string): Promise<readonly (RecordItem | InputBroken)[]> {
    const source = await openSpool({ path, format });
    return source.ok ? all(source.value.read()) : [{ ok: false, broken: source.error }];
  }

  it('is a file like any other where it is whole', async () => {
    const path = spoolPath();
    await all((await spooled(stream('a,b\n1,2\n'), path, 'csv')).read());
    const source = opened(await openSpool({ path, format: 'csv' }));
    expect(source).toMatchObject({ path, format: 'csv', columns: ['a', 'b'], replayable: true });
    expect(await surveyed(source)).toMatchObject({ ok: true, value: { records: 1 } });
    expect((await all(source.read())).map(shown)).toEqual(['#0 line 2: {"a":"1","b":"2"}']);
  });

  it.each([
    ['jsonl', '{"a":1}\n{"é":"漢😀"}\n\n{"a":3}\n', ['{"a":1}', '{"é":"漢😀"}', '{"a":3}']],
    [
      'csv',
      'a,b\n1,x\n2,"y\nz"\r\n3,w\n',
      ['{"a":"1","b":"x"}', '{"a":"2","b":"y\\nz"}', '{"a":"3","b":"w"}'],
    ],
    ['json', '[{"a":1},\n{"a":[2,3]}\n, {"a":4}]', ['{"a":1}', '{"a":[2,3]}', '{"a":4}']],
  ])(
    'and is not whole gives the complete rows only, wherever it was cut: %s',
    async (format, content, values) => {
      const bytes = Buffer.from(content);
      const counts = new Set<number>();
      for (let length = 0; length <= bytes.length; length += 1) {
        const path = spoolPath();
        writeFileSync(`${path}.part`, bytes.subarray(0, length));
        const items = await itemsOf(path, format);
        const found = items
          .slice(0, -1)
          .map((item) => ('value' in item ? JSON.stringify(item.value) : 'bad'));
        expect(found).toEqual(values.slice(0, found.length));
        expect(items.at(-1)).toMatchObject({ ok: false, broken: { code: 'spool-incomplete' } });
        counts.add(found.length);
      }
      expect([...counts]).toEqual([0, 1, 2, 3]);
    },
  );

  it('and is not whole tells where it ends, as often as it is read', async () => {
    const path = spoolPath();
    writeFileSync(`${path}.part`, 'a\n1\n2\n"3\n3');
    const source = opened(await openSpool({ path, format: 'csv' }));
    expect(source).toMatchObject({ path: `${path}.part`, format: 'csv', columns: ['a'], replayable: true });
    expect(await source.survey()).toBeUndefined();
    for (const _ of ['once', 'twice']) {
      expect(await all(source.read())).toEqual([
        { ok: true, index: 0, line: 2, value: { a: '1' } },
        { ok: true, index: 1, line: 3, value: { a: '2' } },
        { ok: false, broken: incomplete(path, 'no record after the one on line 3') },
      ]);
    }
    writeFileSync(`${path}.part`, 'a\n"1');
    const none = opened(await openSpool({ path, format: 'csv' }));
    expect(await all(none.read())).toEqual([{ ok: false, broken: incomplete(path, 'no record') }]);
    expect(handlesOf(`${path}.part`)).toBe(0);
  });

  it('and is not whole gives all that its packed bytes hold', async () => {
    const text = Array.from({ length: 20_000 }, (_, at) => `{"a":${(at * 7919) % 100_003}}\n`).join('');
    const packed = gzipSync(text);
    for (const share of [0.001, 0.2, 0.5, 0.77, 0.999, 1]) {
      const path = spoolPath();
      const cut = packed.subarray(0, Math.floor(packed.length * share));
      writeFileSync(`${path}.part`, cut);
      const unpacked = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
      const complete = unpacked.split('\n').length - 1;
      const items = await itemsOf(path, 'jsonl');
      expect(items).toHaveLength(complete + 1);
      expect(items.at(-1)).toMatchObject({ broken: { code: 'spool-incomplete' } });
    }
  });

  it('and is not whole, and is bad before that, is as bad as the input was', async () => {
    const path = spoolPath();
    // More than the bytes that are read to see how it begins.
    writeFileSync(`${path}.part`, `a\n${'1\n'.repeat(40_000)}x"y"\n2\n`);
    const source = opened(await openSpool({ path, format: 'csv' }));
    const items = await all(source.read());
    expect(items).toHaveLength(40_001);
    expect(items.slice(-1).map(shown)).toEqual(['invalid-quotes at 40002']);
  });

  it('and is not there is told', async () => {
    const path = spoolPath();
    expect(await openSpool({ path, format: 'jsonl' })).toEqual({
      ok: false,
      error: {
        severity: 'error',
        code: 'spool-missing',
        message: `there is no \`${path}\`: the run has not kept its input`,
        hint: again,
      },
    });
  });

  it('in a format that there is not is refused', async () => {
    const path = spoolPath();
    writeFileSync(`${path}.part`, rows);
    expect(await openSpool({ path, format: 'jsnol' })).toMatchObject({ error: { code: 'unknown-format' } });
  });
});

describe('an input that comes again', () => {
  it.each([
    ['the same', rows, true],
    ['another', rows.replace('3', '4'), false],
    ['a longer one', `${rows}{"a":4}\n`, false],
    ['none', '', false],
  ])('is told from what there is a copy of: %s', async (_, content, same) => {
    const path = spoolPath();
    await all((await spooled(stream(rows), path)).read());
    expect(await isCopied({ input: '-', stdin: stream(content, 3), path })).toEqual({
      ok: true,
      value: same,
    });
    expect(readFileSync(path, 'utf8')).toBe(rows);
    const pipe = join(temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writer = openSync(pipe, 'r+');
    const comparing = isCopied({ input: pipe, stdin: stream(rows), path });
    writeSync(writer, content);
    while (handlesOf(pipe) < 2) await setImmediate();
    closeSync(writer);
    expect(await comparing).toEqual({ ok: true, value: same });
  });

  it('and breaks off is told', async () => {
    const path = spoolPath();
    await all((await spooled(stream(rows), path)).read());
    const stdin = new PassThrough();
    const comparing = isCopied({ input: '-', stdin, path });
    stdin.destroy(new Error('the cable came off'));
    expect(await comparing).toMatchObject({ error: { code: 'input-unreadable' } });
  });
});
