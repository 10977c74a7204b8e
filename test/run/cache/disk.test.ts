import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem, type FileSystem } from '../../../src/run/file-system.ts';
import { faultyDisk, type DiskAct } from '../support/faulty-disk.ts';
import { ask, began, entryTo, filesOf, found, limits, newFolder, open, putAll, upTo } from './answers.ts';

const acts: readonly DiskAct[] = [
  'append',
  'sync',
  'create',
  'rename',
  'remove',
  'openToRead',
  'read',
  'list',
  'look',
  'makeFolder',
  'close',
];
const faults = acts.flatMap((act) =>
  [1, 3].flatMap((from) =>
    ['', '.jsonl'].map((file) => ({
      act,
      file,
      from,
      code: act === 'read' ? 'EIO' : 'ENOSPC',
    })),
  ),
);

describe('a disk that fails', () => {
  it.each(faults)('fails no run, and is told once at most: %j', async (fault) => {
    const folder = await newFolder();
    for (const run of upTo(5)) await putAll(folder, [run], { now: () => began + run });
    const { fileSystem } = faultyDisk(fault);
    const small = limits({ segmentBytes: 3000, segments: 2 });
    const cache = open(folder, { fileSystem, limits: small, now: () => began + 100 });
    for (const question of upTo(5)) {
      expect([entryTo(question), undefined]).toContainEqual(await cache.find(ask(question)));
    }
    for (const question of upTo(20, 5)) cache.put(entryTo(question));
    for (const question of upTo(20, 5)) {
      expect([entryTo(question), undefined]).toContainEqual(await cache.find(ask(question)));
    }
    await cache.close();
    expect(cache.notices.length).toBeLessThanOrEqual(1);
    // What was there before is there still, and what was written is whole.
    const left = await found(folder, upTo(25));
    expect(left.slice(0, 5)).toEqual(upTo(5));
  });

  it('is told in words, and what it holds already is still used', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    const { fileSystem } = faultyDisk({ act: 'append', file: '.jsonl', from: 1, code: 'ENOSPC' });
    const cache = open(folder, { fileSystem });
    cache.put(entryTo(2));
    expect(await cache.find(ask(2))).toBeUndefined();
    cache.put(entryTo(3));
    expect(await cache.find(ask(3))).toBeUndefined();
    expect(await cache.find(ask(1))).toEqual(entryTo(1));
    await cache.close();
    expect(cache.notices).toEqual([
      `the cache ${folder} could not be written: no space is left on the disk (ENOSPC); no further answers are kept`,
    ]);
  });

  it.each([
    ['list', 'EACCES', 'could not be read: permission is denied (EACCES); no earlier answers are used'],
    [
      'makeFolder',
      'EROFS',
      'could not be written: the file system is read-only (EROFS); no further answers are kept',
    ],
  ] as const)('at %s is told', async (act, code, told) => {
    const folder = await newFolder();
    const { fileSystem } = faultyDisk({ act, file: 'cache', from: 1, code });
    const cache = open(folder, { fileSystem });
    expect(await cache.find(ask(1))).toBeUndefined();
    cache.put(entryTo(1));
    await cache.close();
    expect(cache.notices).toEqual([`the cache ${folder} ${told}`]);
  });
});

describe('a disk that is slow', () => {
  it('is not taken for one from which the segment was removed', async () => {
    const folder = await newFolder();
    let create = (): void => {};
    const created = new Promise<void>((resolve) => (create = resolve));
    const looks: Promise<unknown>[] = [];
    const slow: FileSystem = {
      ...nodeFileSystem,
      look(path) {
        const looked = nodeFileSystem.look(path);
        looks.push(looked);
        return looked;
      },
      async create(path) {
        if (path.endsWith('.jsonl')) await created;
        return nodeFileSystem.create(path);
      },
    };
    let time = began;
    const cache = open(folder, { fileSystem: slow, now: () => time });
    for (const question of upTo(5)) {
      cache.put(entryTo(question));
      await Promise.allSettled(looks);
      await new Promise(setImmediate);
      time += 2000;
    }
    create();
    await cache.close();
    expect(cache.notices).toEqual([]);
    expect(await filesOf(folder)).toHaveLength(1);
    expect(await found(folder, upTo(5))).toEqual(upTo(5));
  });
});

describe('a path that is no folder', () => {
  it('is told, and left as it is', async () => {
    const folder = await newFolder();
    await mkdir(dirname(folder));
    await writeFile(folder, 'mine');
    const cache = open(folder);
    expect(await cache.find(ask(1))).toBeUndefined();
    cache.put(entryTo(1));
    await cache.close();
    expect(cache.notices).toEqual([
      `the cache ${folder} could not be read: a part of its path is a file (ENOTDIR); no earlier answers are used`,
    ]);
  });
});

describe('a folder that may only be read', () => {
  it('answers, and is told of when something is put', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    const names = await filesOf(folder, '');
    await chmod(folder, 0o500);
    const { fileSystem } = faultyDisk({ act: 'create', file: '', from: 1, code: 'EACCES' });
    const cache = open(folder, { fileSystem });
    expect(await cache.find(ask(1))).toEqual(entryTo(1));
    expect(cache.notices).toEqual([]);
    cache.put(entryTo(2));
    await cache.close();
    await chmod(folder, 0o700);
    expect(cache.notices).toHaveLength(1);
    expect(await filesOf(folder, '')).toEqual(names);
  });
});
