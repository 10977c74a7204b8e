import { copyFile, mkdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask, began, entryTo, filesOf, found, newFolder, open, putAll, putAndDie, upTo } from './answers.ts';

/** Where a file of the cache is, of which there is one with this ending. */
async function onlyFile(folder: string, ending: string): Promise<string> {
  const names = await filesOf(folder, ending);
  expect(names).toHaveLength(1);
  return join(folder, names[0] ?? '');
}

/** A folder with this file alone. */
async function folderWith(name: string, bytes: Uint8Array): Promise<string> {
  const folder = await newFolder();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), bytes);
  return folder;
}

describe('a process that is killed', () => {
  it('leaves what it has written, wherever the last write broke off', async () => {
    const folder = await newFolder();
    await putAndDie(folder, [1, 2]);
    const path = await onlyFile(folder, '.jsonl');
    const bytes = await readFile(path);
    const end = bytes.indexOf('\n') + 1;
    for (const length of upTo(bytes.length + 1)) {
      await writeFile(path, bytes.subarray(0, length));
      const whole = [1, 2].slice(0, length === bytes.length ? 2 : length >= end ? 1 : 0);
      expect(await found(folder, [1, 2])).toEqual(whole);
    }
  });

  it('leaves answers of any length, up to one that nobody ends', async () => {
    const folder = await newFolder();
    const entries = [10, 2 ** 20, 3_000_000].map((length) => entryTo(length, 'é'.repeat(length)));
    const dying = open(folder);
    for (const entry of entries) dying.put(entry);
    for (const entry of entries) expect(await dying.find(entry.fingerprint)).toEqual(entry);
    await writeFile(await onlyFile(folder, '.jsonl'), Buffer.alloc(40 * 2 ** 20, 'x'), { flag: 'a' });
    const cache = open(folder);
    for (const entry of entries) expect(await cache.find(entry.fingerprint)).toEqual(entry);
    expect(cache.notices).toEqual([]);
  });

  it('has its segment indexed by the next that ends, when it is surely dead', async () => {
    const folder = await newFolder();
    await putAndDie(folder, [1, 2]);
    const path = await onlyFile(folder, '.jsonl');
    await writeFile(path, '{"crc":"torn', { flag: 'a' });
    expect(await found(folder, [1, 2], { now: () => began + 59 * 60_000 })).toEqual([1, 2]);
    expect(await filesOf(folder, '.index')).toEqual([]);
    expect(await found(folder, [1, 2], { now: () => began + 61 * 60_000 })).toEqual([1, 2]);
    expect(await filesOf(folder, '.index')).toHaveLength(1);
    expect(await found(folder, [1, 2])).toEqual([1, 2]);
  });

  it('has its segment removed when nothing in it is sound, and what else it did not finish', async () => {
    const folder = await folderWith(`answers-${began}-${'a'.repeat(16)}.jsonl`, Buffer.from('{"crc":"'));
    const strays = [`answers-${began}-${'b'.repeat(16)}.tmp`, `answers-${began}-${'c'.repeat(16)}.index`];
    for (const name of strays) await writeFile(join(folder, name), 'half');
    expect(await found(folder, [1], { now: () => began + 59 * 60_000 })).toEqual([]);
    expect(await filesOf(folder, '')).toHaveLength(3);
    expect(await found(folder, [1], { now: () => began + 61 * 60_000 })).toEqual([]);
    expect(await filesOf(folder, '')).toEqual([]);
  });
});

describe('a damaged line', () => {
  it('is a miss, whichever byte it is, with an index and without', async () => {
    const folder = await newFolder();
    await putAll(folder, [1, 2, 3]);
    const segment = await onlyFile(folder, '.jsonl');
    const index = await onlyFile(folder, '.index');
    const bytes = await readFile(segment);
    const second = bytes.indexOf('\n') + 1;
    const third = bytes.indexOf('\n', second) + 1;
    for (let at = second; at < third; at += 13) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x04;
      const scanned = await folderWith(segment.split('/').at(-1) ?? '', damaged);
      expect(await found(scanned, [1, 2, 3])).toEqual([1, 3]);
      const looked = await folderWith(segment.split('/').at(-1) ?? '', damaged);
      await copyFile(index, join(looked, index.split('/').at(-1) ?? ''));
      expect(await found(looked, [1, 2, 3])).toEqual([1, 3]);
    }
  });

  it('has an older answer stand in for it', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    await putAll(folder, [1], { now: () => began + 5 });
    const newest = join(folder, (await filesOf(folder)).at(-1) ?? '');
    await writeFile(newest, (await readFile(newest, 'utf8')).replace('answer to 1', 'answer to 2'));
    expect(await found(folder, [1])).toEqual([1]);
  });

  it.each([
    ['a list', '[]'],
    ['an answer that is none', '{"type":"answer","created":1}'],
    ['a usage that is none', '"usage":{}'],
    ['a date that is none', '"created":"today"'],
  ])('may be well sealed, and still be a miss: %s', async (_, part) => {
    const { lineStart, seal } = await import('../../../src/run/checked-line.ts');
    const { answerMembers } = await import('../../../src/run/cache/lines.ts');
    const members = answerMembers(entryTo(1), began);
    const name = part.split(':')[0] ?? '';
    const line = Buffer.from(
      part.startsWith('"')
        ? `${lineStart}${members.replace(new RegExp(`${name}:(\\{.*?\\}|\\d+)`), part)}}`
        : `${lineStart}"x":${part}}`,
    );
    seal(line);
    const folder = await folderWith(
      `answers-${began}-${'a'.repeat(16)}.jsonl`,
      Buffer.concat([line, Buffer.from('\n')]),
    );
    await putAll(folder, [2]);
    expect(await found(folder, [1, 2])).toEqual([2]);
  });
});

describe('a damaged index', () => {
  it('is done without, whichever byte it is and wherever it ends', async () => {
    const folder = await newFolder();
    await putAll(folder, [1, 2, 3]);
    const index = await onlyFile(folder, '.index');
    const bytes = await readFile(index);
    for (let at = 0; at < bytes.length; at += 23) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x80;
      for (const wrong of [damaged, bytes.subarray(0, at)]) {
        await writeFile(index, wrong);
        expect(await found(folder, [1, 2, 3])).toEqual([1, 2, 3]);
      }
    }
  });

  it('of another segment gives no wrong answer', async () => {
    const folder = await newFolder();
    await putAll(folder, [1, 'a much longer question than the other']);
    await putAll(folder, [2, 3], { now: () => began + 5 });
    const [one = '', other = ''] = await filesOf(folder, '.index');
    await rename(join(folder, one), join(folder, 'kept'));
    await rename(join(folder, other), join(folder, one));
    await rename(join(folder, 'kept'), join(folder, other));
    const cache = open(folder);
    for (const question of [1, 2, 3]) {
      expect([entryTo(question), undefined]).toContainEqual(await cache.find(ask(question)));
    }
    expect(cache.notices).toEqual([]);
  });
});

describe("what is somebody else's", () => {
  it('in the folder is neither read, followed nor removed', async () => {
    const other = await newFolder();
    await putAll(other, ['theirs']);
    const theirs = await onlyFile(other, '.jsonl');
    const folder = await newFolder();
    await putAll(folder, ['ours']);
    const old = '0000000000001';
    const link = join(folder, `answers-${old}-${'a'.repeat(16)}.jsonl`);
    await symlink(theirs, link);
    await symlink('/nowhere', join(folder, `answers-${old}-${'b'.repeat(16)}.tmp`));
    await mkdir(join(folder, `answers-${old}-${'c'.repeat(16)}.jsonl`));
    const names = [
      'notes.txt',
      'answers.jsonl',
      `answers-${old}-${'A'.repeat(16)}.jsonl`,
      'x.index',
      'y.tmp',
    ];
    for (const name of names) await writeFile(join(folder, name), 'mine');
    expect(await found(folder, ['ours', 'theirs'])).toEqual(['ours']);
    expect(await filesOf(folder, '')).toHaveLength(2 + 1 + 3 + names.length);
    expect((await stat(theirs)).isFile()).toBe(true);
  });

  it('at the place of an index keeps the segment from being ours', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    const index = await onlyFile(folder, '.index');
    await rename(index, join(folder, 'kept'));
    await symlink(join(folder, 'kept'), index);
    expect(await found(folder, [1], { now: () => began + 1e10 })).toEqual([]);
    expect(await filesOf(folder, '')).toHaveLength(4);
  });
});
