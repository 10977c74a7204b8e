import { readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { beginSegment, type GrowingSegment } from '../../../src/run/cache/growing-segment.ts';
import { readAnswer } from '../../../src/run/cache/lines.ts';
import { hashOfHex } from '../../../src/run/key-table.ts';
import { cellBytes, headerBytes } from '../../../src/run/cache/segment-index.ts';
import { cacheServices } from '../../../src/run/cache/services.ts';
import type { Entry } from '../../../src/run/entry.ts';
import { nodeFileSystem, type FileSystem } from '../../../src/run/file-system.ts';
import { faultyDisk, type DiskAct } from '../support/faulty-disk.ts';
import { heldBytes } from '../support/memory.ts';
import { ask, began, entryTo, filesOf, newFolder, upTo } from './answers.ts';
import { openFiles } from '../support/open-files.ts';

interface Begun {
  readonly segment: GrowingSegment;
  readonly folder: string;
  readonly failures: readonly unknown[];
}

/** A segment in which these questions are answered. */
async function segmentWith(
  questions: readonly number[],
  fileSystem: FileSystem = nodeFileSystem,
): Promise<Begun> {
  const folder = await newFolder();
  const failures: unknown[] = [];
  const services = cacheServices(folder, { fileSystem, now: () => began });
  const segment = beginSegment(services, began, (error) => failures.push(error));
  onTestFinished(() => segment.close());
  for (const question of questions) segment.put(entryTo(question), began);
  return { segment, folder, failures };
}

/** The answer that the segment has to this question. */
async function answerIn(segment: GrowingSegment, question: number): Promise<Entry | undefined> {
  const line = await segment.read(hashOfHex(ask(question)));
  return line && readAnswer(line, ask(question))?.entry;
}

/** The answers that it has to all of these questions, each looked up as the cache does. */
async function answersIn(
  segment: GrowingSegment,
  questions: readonly number[],
): Promise<readonly (Entry | undefined)[]> {
  const answers: (Entry | undefined)[] = [];
  for (const question of questions) {
    const isThere = segment.mayHave(hashOfHex(ask(question)));
    answers.push(isThere ? await answerIn(segment, question) : undefined);
  }
  return answers;
}

function answersTo(questions: readonly number[]): readonly Entry[] {
  return questions.map((question) => entryTo(question));
}

/** How often an index was read. */
function readsOfIndex(acts: ReadonlyMap<string, number>): number {
  const name = [...acts.keys()].find((act) => act.startsWith('read ') && act.endsWith('.index'));
  return name === undefined ? 0 : (acts.get(name) ?? 0);
}

const twenty = upTo(20);

describe('a segment that is complete', () => {
  it('answers by its index on the disk, a cell a hit, and tells a miss at once', async () => {
    const { fileSystem, acts } = faultyDisk();
    const { segment } = await segmentWith(twenty, fileSystem);
    expect(await answersIn(segment, twenty)).toEqual(answersTo(twenty));
    expect(readsOfIndex(acts)).toBe(0);
    await segment.complete();
    const before = readsOfIndex(acts);
    expect(await answersIn(segment, twenty)).toEqual(answersTo(twenty));
    expect(readsOfIndex(acts)).toBe(before + twenty.length);
    for (const question of upTo(500, 20)) expect(segment.mayHave(hashOfHex(ask(question)))).toBe(false);
    expect(await answerIn(segment, 20)).toBeUndefined();
    expect(readsOfIndex(acts)).toBe(before + twenty.length);
  });

  it('keeps at most 4.3 bytes an answer in memory', async () => {
    const count = 20_000;
    const { segment } = await segmentWith([]);
    const before = await heldBytes();
    for (let question = 0; question < count; question += 1) {
      segment.put(entryTo(question), began);
      // What the disk has no time for is not kept.
      if (question % 1000 === 0) await segment.read(hashOfHex(ask(question)));
    }
    await segment.complete();
    // The heap has some things of its own.
    expect((await heldBytes()) - before).toBeLessThan(4.3 * count + 100_000);
    expect(await answersIn(segment, [0, count - 1])).toEqual(answersTo([0, count - 1]));
  });

  it('answers at every turn while it becomes so', async () => {
    const { segment } = await segmentWith(twenty);
    const state = { isComplete: false };
    const completing = segment.complete().then(() => (state.isComplete = true));
    for (let turn = 0; !state.isComplete; turn += 1) {
      expect(await answersIn(segment, [turn % twenty.length])).toEqual(answersTo([turn % twenty.length]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await completing;
    expect(await answersIn(segment, twenty)).toEqual(answersTo(twenty));
  });

  it('answers when its files have lost their names', async () => {
    const { segment, folder } = await segmentWith(twenty);
    await segment.complete();
    await rm(folder, { recursive: true });
    expect(await answersIn(segment, twenty)).toEqual(answersTo(twenty));
  });

  it('is so once: to complete it again changes nothing', async () => {
    const { segment, folder } = await segmentWith(twenty);
    await segment.complete();
    const [name = ''] = await filesOf(folder, '.index');
    const written = await readFile(join(folder, name));
    await segment.complete();
    expect(await readFile(join(folder, name))).toEqual(written);
    expect(await answersIn(segment, twenty)).toEqual(answersTo(twenty));
  });

  it('gives the newest of several answers to one question', async () => {
    const { segment } = await segmentWith([1, 2]);
    segment.put(entryTo(1, 'later'), began);
    await segment.complete();
    expect(await answerIn(segment, 1)).toEqual(entryTo(1, 'later'));
    expect(await answerIn(segment, 2)).toEqual(entryTo(2));
  });

  it('without answers has none, and no file', async () => {
    const { segment, folder } = await segmentWith([]);
    await segment.complete();
    expect(segment.mayHave(hashOfHex(ask(1)))).toBe(false);
    expect(await answerIn(segment, 1)).toBeUndefined();
    await expect(filesOf(folder)).rejects.toThrow('ENOENT');
  });
});

describe('an index that cannot be used', () => {
  const refusals: readonly (readonly [DiskAct, string])[] = [
    ['create', '.tmp'],
    ['append', '.tmp'],
    ['sync', '.tmp'],
    ['close', '.tmp'],
    ['rename', '.index'],
    ['openToRead', '.index'],
    ['read', '.index'],
  ];

  it.each(refusals)('because the disk refuses %s of %s leaves the answers in memory', async (act, file) => {
    const { fileSystem, acts } = faultyDisk({ act, file, from: 1, code: 'ENOSPC' });
    const { segment, failures } = await segmentWith(twenty, fileSystem);
    await segment.complete();
    expect([...acts.keys()].some((name) => name.startsWith(`${act} `) && name.endsWith(file))).toBe(true);
    const before = readsOfIndex(acts);
    expect(await answersIn(segment, twenty)).toEqual(answersTo(twenty));
    expect(readsOfIndex(acts)).toBe(before);
    expect(failures).toEqual([]);
  });

  it.each([
    ['was removed at once by another process', (path: string) => rm(path)],
    ['was replaced by that of a process which took this one for dead', replaced],
    ['was torn', (path: string) => truncate(path, headerBytes - 1)],
  ])('because it %s leaves the answers in memory', async (_, change) => {
    let changed = 0;
    const fileSystem: FileSystem = {
      ...nodeFileSystem,
      async rename(from, to) {
        await nodeFileSystem.rename(from, to);
        await change(to);
        changed += 1;
      },
    };
    const { segment } = await segmentWith(twenty, fileSystem);
    await segment.complete();
    expect(changed).toBe(1);
    expect(await answersIn(segment, twenty)).toEqual(answersTo(twenty));
  });

  /** By one as sound, with the answers at other places. */
  async function replaced(path: string): Promise<void> {
    const { segment, folder } = await segmentWith(upTo(20, 100));
    await segment.complete();
    const [other = ''] = await filesOf(folder, '.index');
    await rename(join(folder, other), path);
  }
});

describe('an index that is damaged while it is in use', () => {
  async function damaged(damage: (path: string) => Promise<void>): Promise<GrowingSegment> {
    const { segment, folder } = await segmentWith(twenty);
    await segment.complete();
    const [name = ''] = await filesOf(folder, '.index');
    await damage(join(folder, name));
    return segment;
  }

  it.each([
    ['cut to nothing', (path: string) => truncate(path, 0)],
    ['cut to its header', (path: string) => truncate(path, headerBytes)],
    [
      'overwritten',
      async (path: string) => writeFile(path, Buffer.alloc((await readFile(path)).length, 0xff)),
    ],
  ])('has no answer when it was %s', async (_, damage) => {
    const segment = await damaged(damage);
    for (const question of twenty) expect(await answerIn(segment, question)).toBeUndefined();
  });

  it.each([
    ['offsets', 2],
    ['lengths', 3],
  ])('gives no wrong answer where its %s are nonsense', async (_, word) => {
    for (const nonsense of [0, 1, 17, 2 ** 31, 2 ** 32 - 1]) {
      const segment = await damaged(async (path) => {
        const bytes = await readFile(path);
        for (let at = headerBytes; at < bytes.length; at += cellBytes)
          bytes.writeUInt32LE(nonsense, at + word * 4);
        await writeFile(path, bytes);
      });
      const answers = await Promise.all(twenty.map((question) => answerIn(segment, question)));
      // At offset 0 one of them does stand.
      const expected = word === 2 && nonsense === 0 ? [entryTo(0)] : [];
      expect(answers.filter((answer) => answer !== undefined)).toEqual(expected);
      await segment.close();
    }
  });
});

describe('closing a segment', () => {
  it.each([
    ['that is written', async (segment: GrowingSegment) => segment.close()],
    [
      'that is complete',
      async (segment: GrowingSegment) => {
        await segment.complete();
        expect(await answersIn(segment, [1])).toEqual(answersTo([1]));
        await segment.close();
      },
    ],
    [
      'that is completed afterwards',
      async (segment: GrowingSegment) => {
        await segment.close();
        await segment.complete();
      },
    ],
    [
      'that is completed meanwhile',
      async (segment: GrowingSegment) => {
        await Promise.all([segment.complete(), segment.close()]);
      },
    ],
  ])('%s leaves no file open', async (_, end) => {
    const { fileSystem, names } = openFiles();
    const { segment } = await segmentWith(twenty, fileSystem);
    expect(await answersIn(segment, [0])).toEqual(answersTo([0]));
    await end(segment);
    // The file that is written is closed by completing the segment.
    await segment.complete();
    expect(names()).toEqual([]);
  });

  it('at whatever turn while it is completed leaves no file open', async () => {
    let isLate = false;
    for (let turns = 0; !isLate; turns += 1) {
      const { fileSystem, names } = openFiles();
      const { segment } = await segmentWith([1], fileSystem);
      let isComplete = false;
      const completing = segment.complete().then(() => (isComplete = true));
      for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      isLate = isComplete;
      await segment.close();
      await completing;
      expect(names()).toEqual([]);
    }
  });
});
