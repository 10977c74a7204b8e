import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellBytes, createIndex, headerBytes, tagOf } from '../../../src/run/cache/segment-index.ts';
import { isFileOf, storedIndex, type StoredIndex } from '../../../src/run/cache/stored-index.ts';
import type { ReadableFile } from '../../../src/run/file-system.ts';
import type { Place } from '../../../src/run/journal/record-index.ts';
import type { Hash } from '../../../src/run/key-table.ts';

const half = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Few different hashes, many of them with the same tag and at the ends of the table, where the search wraps around. */
const hash = fc.record({
  high: fc.oneof(half, fc.constantFrom(0, 1, 0x10000, 0x10001, 0x20001, 2 ** 32 - 1)),
  low: fc.oneof(half, fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32 - 2)),
});
const place = fc.record({ offset: half, length: fc.integer({ min: 1, max: 2 ** 32 - 1 }) });

/** A file with these bytes, and how often it was read. */
function fileWith(bytes: Uint8Array): ReadableFile & { reads: number } {
  const file = {
    reads: 0,
    async read(into: Uint8Array, offset: number) {
      file.reads += 1;
      const there = bytes.subarray(offset, offset + into.length);
      into.set(there);
      return there.length;
    },
    close: async () => {},
  };
  return file;
}

function stored(added: readonly (readonly [Hash, Place])[]): {
  readonly index: StoredIndex;
  readonly bytes: Uint8Array;
  readonly file: { readonly reads: number };
} {
  const index = createIndex();
  for (const [key, where] of added) index.add(key, where, 0);
  const bytes = index.encode(index.covered);
  const file = fileWith(bytes);
  const longest = Math.max(...added.map(([, { length }]) => length));
  return { index: storedIndex(index.tags(), file, longest), bytes, file };
}

const one: Place = { offset: 1, length: 1 };
const two: Place = { offset: 2, length: 2 };

describe('an index that was left on the disk', () => {
  it('finds as a Map would, and tells at once what has a tag that is nowhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(hash, place), { maxLength: 300 }),
        fc.array(hash, { maxLength: 20 }),
        async (added, others) => {
          const { index } = stored(added);
          const model = new Map(added.map(([{ high, low }, where]) => [`${high}/${low}`, where]));
          const tags = new Set(added.map(([{ high }]) => tagOf(high)));
          for (const key of [...added.map(([key]) => key), ...others]) {
            const expected = model.get(`${key.high}/${key.low}`);
            const told =
              expected !== undefined ? [true] : tags.has(tagOf(key.high)) ? [true, false] : [false];
            expect(told).toContain(index.mayHave(key));
            expect(await index.find(key)).toEqual(expected);
          }
        },
      ),
    );
  });

  it('has nothing where nothing was put', async () => {
    const { index } = stored([]);
    expect(index.mayHave({ high: 1, low: 1 })).toBe(false);
    expect(await index.find({ high: 1, low: 1 })).toBeUndefined();
  });

  it('tells apart by their cells those whose tags and places are the same', async () => {
    const low = 7;
    const { index, file } = stored([
      [{ high: 0x1_0005, low }, one],
      [{ high: 0x2_0005, low }, two],
    ]);
    expect(await index.find({ high: 0x1_0005, low })).toEqual(one);
    expect(file.reads).toBe(1);
    expect(await index.find({ high: 0x2_0005, low })).toEqual(two);
    expect(file.reads).toBe(3);
    // Another that neither is, and one that differs from the first in its low half alone.
    for (const key of [
      { high: 0x3_0005, low },
      { high: 0x1_0005, low: low + 1 },
    ]) {
      expect(index.mayHave(key)).toBe(true);
      expect(await index.find(key)).toBeUndefined();
    }
  });

  it('reads one cell for a hit and none for a miss', async () => {
    const keys = Array.from({ length: 1000 }, (_, nth) => ({ high: nth + 1, low: (nth * 2 ** 22) >>> 0 }));
    const { index, file } = stored(keys.map((key) => [key, one]));
    for (const key of keys) expect(await index.find(key)).toEqual(one);
    expect(file.reads).toBe(keys.length);
    for (const { high, low } of keys) expect(index.mayHave({ high: high + 2000, low })).toBe(false);
    expect(file.reads).toBe(keys.length);
  });

  it('is a miss where the file has lost the cell, or has another in its place', async () => {
    const key = { high: 3, low: 2 ** 31 };
    const { index, bytes } = stored([[key, one]]);
    expect(await index.find(key)).toEqual(one);
    const cell = bytes.findIndex((byte, at) => at >= headerBytes && byte !== 0);
    const at = cell - ((cell - headerBytes) % cellBytes);
    // The two halves of its hash, and the length of the line.
    for (const byte of [0, 4, 13]) {
      const was = bytes[at + byte] ?? 0;
      bytes[at + byte] = was ^ 1;
      expect(await index.find(key)).toBeUndefined();
      bytes[at + byte] = was;
    }
    expect(await index.find(key)).toEqual(one);
  });

  it.each([0, headerBytes, headerBytes + 32 * cellBytes + 15])(
    'is a miss where the file was cut to %i bytes',
    async (length) => {
      const index = createIndex();
      const key = { high: 3, low: 2 ** 31 };
      index.add(key, one, 0);
      const file = fileWith(index.encode(index.covered).subarray(0, length));
      const left = storedIndex(index.tags(), file, one.length);
      expect(left.mayHave(key)).toBe(true);
      expect(await left.find(key)).toBeUndefined();
    },
  );
});

describe('isFileOf', () => {
  const index = createIndex();
  index.add({ high: 1, low: 2 }, one, 5);
  const encoded = Uint8Array.from(index.encode(3));

  it('knows the file that was written', async () => {
    expect(await isFileOf(fileWith(encoded), encoded)).toBe(true);
  });

  it('takes none for it that has another answer, or no whole header', async () => {
    index.add({ high: 1, low: 2 }, two, 5);
    expect(await isFileOf(fileWith(index.encode(3)), encoded)).toBe(false);
    expect(await isFileOf(fileWith(encoded.subarray(0, headerBytes - 1)), encoded)).toBe(false);
  });
});
