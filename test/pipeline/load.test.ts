import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashFile, readTextFile } from '../../src/pipeline/load.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'load-'));
  await mkdir(join(folder, 'pipelines'));
  await writeFile(join(folder, 'translate.yaml'), 'version: 1\n');
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function read(name: string, bytes?: Uint8Array | string) {
  const path = join(folder, name);
  if (bytes !== undefined) await writeFile(path, bytes);
  return await readTextFile(path, name);
}

async function mistakeOf(name: string, bytes?: Uint8Array | string) {
  const result = await read(name, bytes);
  return result.ok ? undefined : result.error;
}

describe('readTextFile', () => {
  it.each([
    ['ordinary text', 'a: é 日本 😀\n', 'a: é 日本 😀\n'],
    ['an empty file', '', ''],
    ['Windows line breaks, which it keeps', 'a: 1\r\nb: 2\r\n', 'a: 1\r\nb: 2\r\n'],
    ['a byte order mark, which it drops', '\uFEFFa: 1\n', 'a: 1\n'],
    ['control characters other than NUL', 'a: \u0001\n', 'a: \u0001\n'],
  ])('reads %s', async (_, bytes, text) => {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(await read('some.yaml', bytes)).toEqual({ ok: true, value: { text, sha256 } });
  });

  it.each([
    [
      'a missing file whose name is nearly right',
      'transalte.yaml',
      'missing-file',
      'there is no file `transalte.yaml`',
      'did you mean `translate.yaml`?',
    ],
    [
      'a missing file unlike any other',
      'zzz.csv',
      'missing-file',
      'there is no file `zzz.csv`',
      'check the path',
    ],
    [
      'a missing folder whose name is nearly right',
      'pipelnies/a.yaml',
      'missing-file',
      'there is no file `pipelnies/a.yaml`: its folder does not exist',
      'did you mean the folder `pipelines`?',
    ],
    [
      'a missing folder below a missing folder',
      'x/y/z.yaml',
      'missing-file',
      'there is no file `x/y/z.yaml`: its folder does not exist',
      'check the path',
    ],
    [
      'a file taken for a folder',
      'translate.yaml/a.yaml',
      'missing-file',
      'there is no file `translate.yaml/a.yaml`: its folder does not exist',
      'check the path',
    ],
    [
      'a folder',
      'pipelines',
      'not-a-file',
      '`pipelines` is a folder, not a file',
      'give the path of a file in it',
    ],
    [
      'a name too long for the file system',
      'x'.repeat(300),
      'unreadable-file',
      `the file \`${'x'.repeat(300)}\` cannot be read: ENAMETOOLONG`,
      'check the path and its permissions',
    ],
    [
      'a name with a NUL character',
      'a\0b',
      'unreadable-file',
      'the file `a\0b` cannot be read: ERR_INVALID_ARG_VALUE',
      'check the path and its permissions',
    ],
  ])('tells %s', async (_, name, code, message, hint) => {
    expect(await mistakeOf(name)).toEqual({ severity: 'error', code, message, hint });
  });

  const bytes = (...parts: (string | number)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.of(part))));

  it.each([
    [
      'Latin-1',
      bytes('a: 1\nb: caf', 0xe9, ' x\n'),
      'not-utf8',
      'is not UTF-8: 0xE9 begins no character (byte 11, line 2)',
      2,
      7,
    ],
    [
      'a broken first byte',
      bytes(0x80),
      'not-utf8',
      'is not UTF-8: 0x80 begins no character (byte 0, line 1)',
      1,
      1,
    ],
    [
      'a character cut off by the end',
      bytes('a\r\né', 0xe2, 0x82),
      'not-utf8',
      'is not UTF-8: 0xE2 begins no character (byte 5, line 2)',
      2,
      2,
    ],
    [
      'a surrogate',
      bytes('ab', 0xed, 0xa0, 0x80),
      'not-utf8',
      'is not UTF-8: 0xED begins no character (byte 2, line 1)',
      1,
      3,
    ],
    [
      'an overlong form',
      bytes('a', 0xc0, 0xaf),
      'not-utf8',
      'is not UTF-8: 0xC0 begins no character (byte 1, line 1)',
      1,
      2,
    ],
    [
      'a wrong byte after a byte order mark',
      bytes('\uFEFFab', 0xff),
      'not-utf8',
      'is not UTF-8: 0xFF begins no character (byte 5, line 1)',
      1,
      3,
    ],
    [
      'UTF-16, little end first',
      bytes(0xff, 0xfe, 'a', 0),
      'not-utf8',
      'is encoded as UTF-16 (byte 0, line 1)',
      1,
      1,
    ],
    [
      'UTF-16, big end first',
      bytes(0xfe, 0xff, 0, 'a'),
      'not-utf8',
      'is encoded as UTF-16 (byte 0, line 1)',
      1,
      1,
    ],
    [
      'UTF-16 without a mark',
      Buffer.from('version: 1\n', 'utf16le'),
      'not-utf8',
      'is encoded as UTF-16 (byte 0, line 1)',
      1,
      1,
    ],
    ['NUL bytes', bytes('a: 1\nb: ', 0, 0xff), 'binary-file', 'is not text (byte 8, line 2)', 2, 4],
  ])('tells %s with its place', async (_, content, code, what, line, column) => {
    const told = await mistakeOf('some.yaml', content);
    expect(told).toMatchObject({ code, message: `the file \`some.yaml\` ${what}` });
    expect(told?.place).toEqual({ path: 'some.yaml', line, column });
  });

  it('asks for a gzip file to be unpacked', async () => {
    const told = await mistakeOf('some.yaml', bytes(0x1f, 0x8b, 8, 0, 0, 0xff));
    expect(told).toMatchObject({ code: 'binary-file', hint: 'unpack it first' });
  });

  it('reads 10 MB and refuses a byte more', async () => {
    expect((await read('large.json', Buffer.alloc(10_000_000, 32))).ok).toBe(true);
    expect(await mistakeOf('large.json', Buffer.alloc(10_000_001, 32))).toMatchObject({
      code: 'file-too-large',
      message: 'the file `large.json` is larger than 10 MB',
    });
  });

  it('waits for no device and no pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'waiting')]);
    for (const path of ['/dev/zero', join(folder, 'waiting')]) {
      expect(await readTextFile(path, 'p.yaml')).toMatchObject({
        ok: false,
        error: { code: 'not-a-file', message: '`p.yaml` is a device or a pipe, not a file' },
      });
    }
  });

  it('reads no more of what a shell hands over than of a file', async () => {
    const zero = await open('/dev/zero', 'r');
    const endless = await readTextFile(`/dev/fd/${zero.fd}`);
    await zero.close();
    expect(endless).toMatchObject({ ok: false, error: { code: 'file-too-large' } });
  });

  it.skipIf(process.getuid?.() === 0)('tells a file that may not be read', async () => {
    await writeFile(join(folder, 'secret.yaml'), 'a: 1');
    await chmod(join(folder, 'secret.yaml'), 0);
    expect(await mistakeOf('secret.yaml')).toMatchObject({
      code: 'unreadable-file',
      message: 'the file `secret.yaml` cannot be read: you lack the permission',
    });
  });
});

describe('hashFile', () => {
  it.each([
    ['text', Buffer.from('export default () => 1;\n')],
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff])],
    ['more bytes than a text may have', Buffer.alloc(10_000_001, 1)],
    ['nothing', Buffer.alloc(0)],
  ])('hashes %s', async (_, bytes) => {
    await writeFile(join(folder, 'tool'), bytes);
    const value = createHash('sha256').update(bytes).digest('hex');
    expect(await hashFile(join(folder, 'tool'), 'tool')).toEqual({ ok: true, value });
  });

  it.each([
    ['transalte.yaml', 'missing-file', 'there is no file `transalte.yaml`'],
    ['pipelines', 'not-a-file', '`pipelines` is a folder, not a file'],
  ])('tells %s', async (name, code, message) => {
    expect(await hashFile(join(folder, name), name)).toMatchObject({ ok: false, error: { code, message } });
  });

  it('waits for no device and no pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of ['/dev/zero', join(folder, 'pipe')]) {
      expect(await hashFile(path, 'tool')).toMatchObject({
        ok: false,
        error: { code: 'not-a-file', message: '`tool` is a device or a pipe, not a file' },
      });
    }
  });
});
