import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRowStore } from '../../src/comparison/row-store.ts';
import { faultyDisk } from '../run/support/faulty-disk.ts';
import { openFiles } from '../run/support/open-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('a row store', () => {
  it('needs no file for what it has room for', async () => {
    const folder = temporaryFolder();
    const store = createRowStore({ folder });
    expect(await store.add({ a: 1 })).toBe(0);
    expect(await store.add('x')).toBe(1);
    expect([await store.get(1), await store.get(0), store.size]).toEqual(['x', { a: 1 }, 2]);
    expect(readdirSync(folder)).toEqual([]);
    await store.close();
  });

  it('keeps the rest in a file that nobody can find, and that goes with the process', async () => {
    const folder = temporaryFolder();
    const store = createRowStore({ folder, held: 100 });
    const row = (number: number) => ({ number, text: '文'.repeat(number % 50_000) });
    const numbers = [0, 1, 49_999, 3, 30_000, 30_001, 2];
    for (const number of numbers) await store.add(row(number));
    expect(readdirSync(folder)).toEqual([]);
    // Some before all is on disk, then out of order.
    expect(await store.get(6)).toEqual(row(2));
    await store.add(row(7));
    for (const at of [2, 0, 5, 1, 4]) expect(await store.get(at)).toEqual(row(numbers[at] ?? -1));
    expect(await store.get(7)).toEqual(row(7));
    await store.close();
  });

  it('passes on what the disk refuses', async () => {
    const { fileSystem } = faultyDisk({ act: 'create', file: '', from: 1, code: 'ENOSPC' });
    const store = createRowStore({ folder: temporaryFolder(), held: 0, fileSystem });
    await expect(store.add(1)).rejects.toThrow('ENOSPC');
  });

  it.each([
    ['open it again', 'openToRead', 0],
    ['take its name away', 'remove', 1],
  ] as const)('holds no file open where the disk refuses to %s', async (_, act, left) => {
    const folder = temporaryFolder();
    const disk = faultyDisk({ act, file: '', from: 1, code: 'EMFILE' });
    const { fileSystem, names } = openFiles(disk.fileSystem);
    const store = createRowStore({ folder, held: 0, fileSystem });
    await expect(store.add(1)).rejects.toThrow('EMFILE');
    expect(names()).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(left);
  });
});
