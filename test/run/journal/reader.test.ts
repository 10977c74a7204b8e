import { describe, expect, it } from 'vitest';
import type { FileSystem, ReadableFile } from '../../../src/run/file-system.ts';
import { openJournalReader, resultRow } from '../../../src/run/journal/reader.ts';
import { call, diskWith, historyOf, journalOf, path, record } from './journals.ts';

/** Lines between two records, so many that one block does not hold both. */
const between = Array.from({ length: 8 }, (_, at) => call('long', `f${at}${'x'.repeat(100_000)}`));
const bytes = journalOf(record('a', 0), ...between, record('b', 1));

/** A disk whose nth read breaks off midway. */
function breakingAt(nth: number): FileSystem {
  const disk = diskWith(bytes);
  let reads = 0;
  return {
    ...disk,
    async openToRead(name) {
      const file = await disk.openToRead(name);
      const read: ReadableFile['read'] = async (into, offset) => {
        reads += 1;
        const count = await file.read(into, offset);
        if (reads === nth) throw Object.assign(new Error('refused by the test'), { code: 'EIO' });
        return count;
      };
      return { ...file, read };
    },
  };
}

describe('openJournalReader', () => {
  it('reads what it had read before a read that failed midway', async () => {
    const { index } = await historyOf(bytes);
    const reader = await openJournalReader(breakingAt(2), path);
    const first = { index: 0, key: 'a', output: 'out of a' };
    expect(await resultRow(reader, index.place(0))).toEqual(first);
    await expect(reader.line(index.place(1))).rejects.toThrow('refused by the test');
    expect(await resultRow(reader, index.place(0))).toEqual(first);
    expect(await resultRow(reader, index.place(1))).toEqual({ index: 1, key: 'b', output: 'out of b' });
  });

  it('gives lines that later reads leave as they are', async () => {
    const { index } = await historyOf(bytes);
    const reader = await openJournalReader(diskWith(bytes), path);
    const line = await reader.line(index.place(0));
    await reader.line(index.place(1));
    expect(Buffer.from(line).toString()).toBe('{"index":0,"key":"a","output":"out of a"}\n');
  });

  it('leaves the journal itself as it was written for whoever checks it', async () => {
    const line = bytes.subarray(bytes.indexOf('\n') + 1);
    const place = { offset: bytes.length - line.length, length: line.indexOf('\n') };
    const { index } = await historyOf(bytes);
    const reader = await openJournalReader(diskWith(bytes), path);
    await reader.line(index.place(0));
    expect(await reader.checked(place)).toMatchObject({ type: 'record', key: 'a' });
  });
});
