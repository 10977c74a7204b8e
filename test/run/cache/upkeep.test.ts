import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeFileSystem, type FileSystem } from '../../../src/run/file-system.ts';
import {
  ask,
  began,
  day,
  entryTo,
  filesOf,
  found,
  limits,
  newFolder,
  open,
  putAll,
  putAndDie,
  upTo,
} from './answers.ts';
import { faultyDisk } from '../support/faulty-disk.ts';
import { openFiles } from '../support/open-files.ts';

/** Puts each group of answers as a run of its own, one a second. */
async function putRuns(folder: string, runs: number, each = 1, first = 0): Promise<void> {
  for (const run of upTo(runs)) {
    const questions = upTo(each, (first + run) * each);
    await putAll(folder, questions, { now: () => began + (first + run) * 1000 });
  }
}

async function sizeOf(folder: string, ending = ''): Promise<number> {
  const sizes = await Promise.all(
    (await filesOf(folder, ending)).map(async (name) => (await stat(join(folder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe('a cache that is full', () => {
  it('loses whole segments, the oldest first, before it is read and after it is written', async () => {
    const folder = await newFolder();
    await putRuns(folder, 10, 4);
    const whole = await sizeOf(folder);
    const half = limits({ bytes: whole / 2 });
    const left = await found(folder, upTo(40), { limits: half });
    expect(left).toEqual(upTo(left.length, 40 - left.length));
    expect(left.length % 4).toBe(0);
    expect(left.length).toBeGreaterThan(8);
    expect(await sizeOf(folder)).toBeLessThanOrEqual(whole / 2);
    await putAll(folder, upTo(4, 40), { limits: half, now: () => began + 20_000 });
    expect(await sizeOf(folder)).toBeLessThanOrEqual(whole / 2);
    expect(await found(folder, upTo(4, 40))).toEqual(upTo(4, 40));
  });

  it('loses nothing while it is just as large as it may be', async () => {
    const folder = await newFolder();
    await putRuns(folder, 4, 2);
    const bytes = (await sizeOf(folder, '.jsonl')) + (await sizeOf(folder, '.index'));
    expect(await found(folder, upTo(8), { limits: limits({ bytes }) })).toEqual(upTo(8));
    expect(await found(folder, upTo(8), { limits: limits({ bytes: bytes - 1 }) })).toEqual(upTo(6, 2));
  });

  it('stays within its size while one run fills it, and forgets what is gone', async () => {
    const folder = await newFolder();
    const small = limits({ bytes: 40_000, segmentBytes: 5000 });
    let time = began;
    const { fileSystem, names } = openFiles();
    const cache = open(folder, { limits: small, now: () => (time += 1), fileSystem });
    await cache.find(ask(0));
    for (const question of upTo(20)) {
      for (const next of upTo(20, question * 20)) cache.put(entryTo(next));
      const last = question * 20 + 19;
      expect(await cache.find(ask(last))).toEqual(entryTo(last));
    }
    // In the end, of some seven segments that are left the answers and the index are open, and not those of all 40.
    while (names().length > 24) await new Promise((resolve) => setImmediate(resolve));
    await cache.close();
    expect(names()).toEqual([]);
    expect(await sizeOf(folder)).toBeLessThanOrEqual(40_000);
    const left = await found(folder, upTo(400));
    expect(left).toEqual(upTo(left.length, 400 - left.length));
    expect(left.length).toBeGreaterThan(30);
  });

  it('loses segments that are too old, whatever their size', async () => {
    const folder = await newFolder();
    await putAll(folder, [1]);
    await putAll(folder, [2], { now: () => began + 20 * day });
    expect(await found(folder, [1, 2], { now: () => began + 31 * day })).toEqual([2]);
    expect(await filesOf(folder)).toHaveLength(1);
    expect(await filesOf(folder, '.index')).toHaveLength(1);
  });
});

describe('many small segments', () => {
  const few = limits({ segments: 6 });

  it('become fewer, and every answer is still found', async () => {
    const folder = await newFolder();
    await putRuns(folder, 6, 3);
    expect(await found(folder, upTo(18), { limits: few })).toEqual(upTo(18));
    expect(await filesOf(folder)).toHaveLength(6);
    await putRuns(folder, 1, 3, 6);
    expect(await found(folder, upTo(21), { limits: few })).toEqual(upTo(21));
    expect(await filesOf(folder)).toHaveLength(3 + 1);
    expect(await filesOf(folder, '.index')).toHaveLength(3 + 1);
    expect(await filesOf(folder, '.tmp')).toEqual([]);
    expect(await found(folder, upTo(21))).toEqual(upTo(21));
  });

  it('are merged into no larger ones than a segment may be', async () => {
    const folder = await newFolder();
    await putRuns(folder, 12, 4);
    const options = { limits: { ...few, segmentBytes: 5000 } };
    expect(await found(folder, upTo(48), options)).toEqual(upTo(48));
    for (const name of await filesOf(folder)) {
      expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(5000);
    }
    expect((await filesOf(folder)).length).toBeLessThan(12);
    expect(await found(folder, upTo(48))).toEqual(upTo(48));
  });

  it('are not written again where two of them are larger than one may be', async () => {
    const folder = await newFolder();
    await putRuns(folder, 8, 4);
    const names = await filesOf(folder);
    const segmentBytes = 1.5 * (await stat(join(folder, names[0] ?? ''))).size;
    const { fileSystem, acts } = faultyDisk();
    const options = { limits: { ...few, segmentBytes }, fileSystem };
    expect(await found(folder, upTo(32), options)).toEqual(upTo(32));
    expect(await filesOf(folder)).toEqual(names);
    expect([...acts.keys()].filter((act) => act.startsWith('create '))).toEqual([]);
  });

  it('lose what is too old and what is there twice', async () => {
    const folder = await newFolder();
    await putAll(folder, ['old']);
    for (const run of upTo(8)) await putAll(folder, ['same'], { now: () => began + 20 * day + run });
    const before = await sizeOf(folder);
    const now = () => began + 31 * day;
    // The old one is in a segment that is not: only a merge can tell.
    const [oldest = ''] = await filesOf(folder);
    const youngest = join(folder, (await filesOf(folder)).at(-1) ?? '');
    await writeFile(youngest, await readFile(join(folder, oldest)), { flag: 'a' });
    expect(await found(folder, ['old', 'same'], { limits: limits({ segments: 1 }), now })).toEqual(['same']);
    expect(await found(folder, ['old', 'same'], { now })).toEqual(['same']);
    expect(await sizeOf(folder)).toBeLessThan(before / 3);
  });

  it('are left alone while they may still be written to', async () => {
    const folder = await newFolder();
    for (const run of upTo(8)) await putAndDie(folder, [run], { now: () => began + run });
    const names = await filesOf(folder);
    expect(await found(folder, upTo(8), { limits: few, now: () => began + 59 * 60_000 })).toEqual(upTo(8));
    expect(await filesOf(folder)).toEqual(names);
    expect(await found(folder, upTo(8), { limits: few, now: () => began + 61 * 60_000 })).toEqual(upTo(8));
    expect(await filesOf(folder)).toHaveLength(3 + 1);
  });

  it('are still read by who had opened them', async () => {
    const folder = await newFolder();
    await putRuns(folder, 12, 2);
    const reader = open(folder);
    expect(await reader.find(ask(0))).toEqual(entryTo(0));
    await found(folder, [0], { limits: few });
    expect((await filesOf(folder)).length).toBeLessThan(12);
    for (const question of upTo(24)) expect(await reader.find(ask(question))).toEqual(entryTo(question));
    expect(reader.notices).toEqual([]);
  });

  it('are found in the merged one by who had only listed them', async () => {
    const folder = await newFolder();
    await putRuns(folder, 12, 2);
    let merged: Promise<unknown> | undefined;
    const late: FileSystem = {
      ...nodeFileSystem,
      async openToRead(path) {
        await (merged ??= found(folder, [0], { limits: few }));
        return nodeFileSystem.openToRead(path);
      },
    };
    expect(await found(folder, upTo(24), { fileSystem: late })).toEqual(upTo(24));
    expect((await filesOf(folder)).length).toBeLessThan(12);
  });

  it('may be merged by many at once, beside readers and writers, and nothing is lost', async () => {
    const folder = await newFolder();
    await putRuns(folder, 20, 5);
    const caches = upTo(6).map((nth) => open(folder, { limits: few, now: () => began + 30_000 + nth }));
    const acts = caches.map(async (cache, nth) => {
      for (const question of upTo(100)) expect(await cache.find(ask(question))).toEqual(entryTo(question));
      cache.put(entryTo(`by ${nth}`));
      await cache.close();
      return found(folder, upTo(100), { limits: few });
    });
    for (const list of await Promise.all(acts)) {
      // Who opens while segments go again and again may miss what moves; who opens afterwards has it all.
      expect(upTo(100)).toEqual(expect.arrayContaining([...list]));
    }
    const all = [...upTo(100), ...upTo(6).map((nth) => `by ${nth}`)];
    expect(await found(folder, all)).toEqual(all);
  });

  it('keep the index of the merged one, whoever sweeps the folder meanwhile', async () => {
    const folder = await newFolder();
    await putRuns(folder, 8, 2);
    // So late that a file which is not whole was surely left by a process that was killed.
    const now = () => began + 2 * 3_600_000;
    const beside: FileSystem = {
      ...nodeFileSystem,
      async rename(from, to) {
        await nodeFileSystem.rename(from, to);
        if (to.endsWith('.index')) await found(folder, [0], { now });
      },
    };
    expect(await found(folder, upTo(16), { now, limits: few, fileSystem: beside })).toEqual(upTo(16));
    const segments = await filesOf(folder);
    expect(segments).toHaveLength(3 + 1);
    const indexes = segments.map((name) => name.replace('.jsonl', '.index'));
    expect(await filesOf(folder, '.index')).toEqual(indexes);
    expect(await found(folder, upTo(16))).toEqual(upTo(16));
  });

  /** Every act that changes something is where a process may die. */
  it('lose nothing to a merge that is killed', async () => {
    const changes = ['create', 'rename', 'remove'] as const;
    for (let survives = 0; ; survives++) {
      const folder = await newFolder();
      await putRuns(folder, 8, 2);
      let left = survives;
      let died = false;
      const dying: FileSystem = { ...nodeFileSystem };
      for (const change of changes) {
        Object.assign(dying, {
          [change]: (path: string, to: string) => {
            if (left > 0) {
              left -= 1;
              return change === 'rename' ? nodeFileSystem.rename(path, to) : nodeFileSystem[change](path);
            }
            died = true;
            return Promise.reject(Object.assign(new Error('killed'), { code: 'EIO' }));
          },
        });
      }
      const merger = open(folder, { limits: few, fileSystem: dying });
      expect(await merger.find(ask(0))).toEqual(entryTo(0));
      await merger.close();
      expect(merger.notices).toEqual([]);
      expect(await found(folder, upTo(16))).toEqual(upTo(16));
      if (!died) break;
    }
  });
});
