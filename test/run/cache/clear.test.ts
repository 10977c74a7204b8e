import { chmod, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clearCache } from '../../../src/run/cache/clear.ts';
import { cacheStats } from '../../../src/run/cache/stats.ts';
import { faultyDisk } from '../support/faulty-disk.ts';
import {
  ask,
  began,
  day,
  entryTo,
  filesOf,
  found,
  newFolder,
  open,
  putAll,
  putAndDie,
  upTo,
} from './answers.ts';

describe('the stats of a cache', () => {
  it('are those of all segments, indexed or not', async () => {
    const folder = await newFolder();
    await putAll(folder, [1, 2]);
    await putAndDie(folder, [3], { now: () => began + day });
    const stats = await cacheStats(folder);
    expect(stats).toEqual({
      ok: true,
      value: {
        path: folder,
        entries: 3,
        bytes: expect.any(Number),
        segments: 2,
        oldest: began,
        newest: began + day,
      },
    });
    await writeFile(join(folder, `answers-${began}-${'a'.repeat(16)}.tmp`), 'x'.repeat(100));
    await writeFile(join(folder, 'notes.txt'), 'x'.repeat(1000));
    const more = await cacheStats(folder);
    expect(more.ok && stats.ok && more.value.bytes - stats.value.bytes).toBe(100);
  });

  it('count no answer that can no longer be read, whatever an index says', async () => {
    const folder = await newFolder();
    await putAll(folder, [1, 2]);
    const [name = ''] = await filesOf(folder, '.jsonl');
    const { size } = await stat(join(folder, name));
    const whole = await cacheStats(folder);
    await writeFile(join(folder, name), Buffer.alloc(size));
    expect(await cacheStats(folder)).toEqual({
      ok: true,
      value: { ...(whole.ok && whole.value), entries: 0, oldest: null, newest: null },
    });
  });

  it.each([
    ['a folder that does not exist', async () => {}],
    ['a folder without answers', async (folder: string) => void (await mkdir(folder, { recursive: true }))],
  ])('of %s are nothing', async (_, make) => {
    const folder = await newFolder();
    await make(folder);
    const value = { path: folder, entries: 0, bytes: 0, segments: 0, oldest: null, newest: null };
    expect(await cacheStats(folder)).toEqual({ ok: true, value });
    expect(await clearCache(folder)).toEqual({ ok: true, value: { path: folder, entries: 0, bytes: 0 } });
  });

  it('are refused where there is a file, or no permission', async () => {
    const folder = await newFolder();
    const { fileSystem } = faultyDisk({ act: 'list', file: 'cache', from: 1, code: 'EACCES' });
    expect(await cacheStats(folder, fileSystem)).toEqual({
      ok: false,
      error: {
        code: 'cache_not_read',
        message: `the cache ${folder} could not be read: permission is denied (EACCES)`,
      },
    });
    await mkdir(dirname(folder));
    await writeFile(folder, 'mine');
    for (const refused of [await cacheStats(folder), await clearCache(folder)]) {
      expect(refused).toEqual({
        ok: false,
        error: {
          code: 'cache_not_read',
          message: `the cache ${folder} could not be read: a part of its path is a file (ENOTDIR)`,
        },
      });
    }
  });
});

describe('clearing a cache', () => {
  it('removes all that the cache wrote and nothing else', async () => {
    const folder = await newFolder();
    await putAll(folder, [1, 2]);
    await putAndDie(folder, [3]);
    const time = String(began);
    await writeFile(join(folder, `answers-${time}-${'a'.repeat(16)}.tmp`), 'half');
    await writeFile(join(folder, `answers-${time}-${'b'.repeat(16)}.index`), 'half');
    const theirs = [
      'answers.jsonl',
      'notes.txt',
      `answers-${time}-${'a'.repeat(16)}.jsonl.bak`,
      `answers-${time}-${'a'.repeat(15)}.jsonl`,
      `more-answers-${time}-${'a'.repeat(16)}.jsonl`,
    ];
    for (const name of theirs) await writeFile(join(folder, name), 'mine');
    const link = `answers-${time}-${'c'.repeat(16)}.jsonl`;
    const target = join(dirname(folder), 'target.jsonl');
    await writeFile(target, 'mine');
    await symlink(target, join(folder, link));
    const directory = `answers-${time}-${'d'.repeat(16)}.jsonl`;
    await mkdir(join(folder, directory));
    const before = await cacheStats(folder);
    const cleared = await clearCache(folder);
    expect(cleared).toMatchObject({ ok: true, value: { path: folder, entries: 3 } });
    expect(cleared.ok && cleared.value.bytes).toBe(before.ok && before.value.bytes);
    expect(await filesOf(folder, '')).toEqual([...theirs, link, directory, '.gitignore'].toSorted());
    expect(await filesOf(dirname(folder), '.jsonl')).toEqual(['target.jsonl']);
  });

  it('leaves younger answers where only older ones are to go, to the millisecond', async () => {
    const folder = await newFolder();
    await putAll(folder, ['old']);
    let time = began;
    const mixed = open(folder, { now: () => time });
    mixed.put(entryTo('at the edge'));
    time += 1;
    mixed.put(entryTo('just younger'));
    await mixed.close();
    await putAll(folder, ['young'], { now: () => began + day });
    const now = () => began + 7 * day + 1;
    const all = ['old', 'at the edge', 'just younger', 'young'];
    expect(await clearCache(folder, { olderThan: 8 * day, now })).toMatchObject({
      value: { entries: 0, bytes: 0 },
    });
    expect(await found(folder, all)).toEqual(all);
    const cleared = await clearCache(folder, { olderThan: 7 * day, now });
    expect(cleared).toMatchObject({ value: { entries: 2 } });
    expect(await found(folder, all)).toEqual(['just younger', 'young']);
    expect(await filesOf(folder)).toHaveLength(2);
    expect(await clearCache(folder, { olderThan: 7 * day, now })).toMatchObject({
      value: { entries: 0, bytes: 0 },
    });
    expect(await clearCache(folder, { olderThan: 0, now })).toMatchObject({ value: { entries: 2 } });
    expect(await filesOf(folder, '')).toEqual(['.gitignore']);
  });

  it('takes from a run nothing that it has put, looked up before or not', async () => {
    const folder = await newFolder();
    const { fileSystem, acts } = faultyDisk();
    const cache = open(folder, { fileSystem });
    cache.put(entryTo('mine'));
    const isWritten = () => [...acts.keys()].some((act) => act.startsWith('append answers-'));
    while (!isWritten()) await new Promise((resolve) => setImmediate(resolve));
    expect(await clearCache(folder)).toMatchObject({ ok: true });
    expect(await filesOf(folder)).toEqual([]);
    expect(await cache.find(ask('mine'))).toEqual(entryTo('mine'));
    await cache.close();
  });

  it('fails no run that goes on, which puts into a new segment soon', async () => {
    const folder = await newFolder();
    await putAll(folder, ['before']);
    let time = began;
    const { fileSystem, acts } = faultyDisk();
    const cache = open(folder, { now: () => time, fileSystem });
    expect(await cache.find(ask('before'))).toEqual(entryTo('before'));
    cache.put(entryTo('first'));
    expect(await cache.find(ask('first'))).toEqual(entryTo('first'));
    const [, segment = ''] = await filesOf(folder);
    expect(await clearCache(folder)).toMatchObject({ value: { entries: 2 } });
    expect(await cache.find(ask('before'))).toEqual(entryTo('before'));
    expect(await cache.find(ask('first'))).toEqual(entryTo('first'));
    time += 1001;
    cache.put(entryTo('second'));
    // That one has it look whether its segment is there.
    while (!acts.has(`look ${segment}`)) await new Promise((resolve) => setImmediate(resolve));
    // When the disk has answered is not ours to know, but what is found after that stands in a new segment.
    do {
      cache.put(entryTo('third'));
      await cache.find(ask('third'));
    } while ((await filesOf(folder)).length === 0);
    for (const question of ['before', 'first', 'second', 'third']) {
      expect(await cache.find(ask(question))).toEqual(entryTo(question));
    }
    await cache.close();
    expect(cache.notices).toEqual([]);
    expect(await found(folder, ['before', 'first', 'second', 'third'])).toEqual(['third']);
    expect(await filesOf(folder)).toHaveLength(1);
    expect(await filesOf(folder, '.index')).toHaveLength(1);
  });

  it('removes what it can, and tells what it could not', async () => {
    const folder = await newFolder();
    for (const run of upTo(3)) await putAll(folder, [run], { now: () => began + run });
    const [first = ''] = await filesOf(folder);
    const { fileSystem } = faultyDisk({ act: 'remove', file: first, from: 1, code: 'EACCES' });
    expect(await clearCache(folder, { fileSystem })).toEqual({
      ok: false,
      error: {
        code: 'cache_not_cleared',
        message: `the cache ${folder} could not be cleared: permission is denied (EACCES)`,
      },
    });
    expect(await found(folder, upTo(3))).toEqual([0]);
  });

  it('removes a segment that cannot be read', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    const [segment = ''] = await filesOf(folder);
    await chmod(join(folder, segment), 0o000);
    const { fileSystem } = faultyDisk({ act: 'openToRead', file: '.jsonl', from: 1, code: 'EACCES' });
    expect(await clearCache(folder, { fileSystem })).toMatchObject({ ok: true, value: { entries: 0 } });
    expect(await filesOf(folder, '')).toEqual(['.gitignore']);
  });
});
