import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndex, decodeIndex, type SpareTable } from '../../../src/run/cache/segment-index.ts';
import type { Hash } from '../../../src/run/key-table.ts';

const half = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Few different hashes, many of them at the ends of the table, where the search wraps around. */
const hash = fc.record({
  high: fc.oneof(half, fc.constantFrom(0, 1, 2 ** 32 - 1)),
  low: fc.oneof(half, fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32 - 2)),
});
const place = fc.record({ offset: half, length: fc.integer({ min: 1, max: 2 ** 32 - 1 }) });

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** Hashes that stand all over a table. */
function spread(high: number, nth: number): Hash {
  return { high, low: (nth * 2_654_435_761) % 2 ** 32 };
}

describe('an index', () => {
  it('finds as a Map would, and so does one that was read back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(hash, place, fc.nat()), { maxLength: 300 }),
        fc.array(hash, { maxLength: 20 }),
        (added, others) => {
          const index = createIndex();
          const model = new Map<string, unknown>();
          for (const [key, where, created] of added) {
            index.add(key, where, created);
            model.set(`${key.high}/${key.low}`, where);
          }
          const read = decodeIndex(bufferOf(index.encode(4_000_000_000)));
          for (const key of [...added.map(([key]) => key), ...others]) {
            const expected = model.get(`${key.high}/${key.low}`);
            expect(index.find(key)).toEqual(expected);
            expect(read?.find(key)).toEqual(expected);
          }
          const times = added.map(([, , created]) => created);
          expect(read).toMatchObject({
            entries: model.size,
            covered: 4_000_000_000,
            oldest: Math.min(...times),
            newest: Math.max(...times),
          });
        },
      ),
    );
  });

  it('that was read back takes more', () => {
    const index = createIndex();
    index.add({ high: 1, low: 2 }, { offset: 0, length: 10 }, 5);
    const read = decodeIndex(bufferOf(index.encode(11)));
    for (let low = 0; low < 500; low++) read?.add({ high: 7, low }, { offset: 11, length: 10 }, 4);
    expect(read).toMatchObject({ entries: 501, covered: 22, oldest: 4, newest: 5 });
    expect(read?.find({ high: 1, low: 2 })).toEqual({ offset: 0, length: 10 });
  });

  it('has the memory of the one before, and nothing else of it', () => {
    const spare: SpareTable = {};
    const before = createIndex(spare);
    for (let nth = 0; nth < 20_000; nth++) before.add(spread(6, nth), { offset: nth, length: 9 }, 4);
    before.end();
    const index = createIndex(spare);
    for (let nth = 0; nth < 1000; nth++) index.add(spread(7, nth), { offset: nth, length: 10 }, 4);
    expect(spare.cells).toBeUndefined();
    expect(index.tags().length).toBeGreaterThan(20_000);
    // Written, it takes no more than it needs.
    const encoded = index.encode(index.covered);
    expect(encoded.length / 1000).toBeLessThan(36);
    for (const read of [index, decodeIndex(bufferOf(encoded))]) {
      expect(read?.entries).toBe(1000);
      for (let nth = 0; nth < 1000; nth++) {
        expect(read?.find(spread(7, nth))).toEqual({ offset: nth, length: 10 });
        expect(read?.find(spread(6, nth))).toBeUndefined();
      }
    }
  });

  it('has memory of its own where what is spare does not suffice', () => {
    const spare: SpareTable = {};
    const before = createIndex(spare);
    before.add(spread(6, 1), { offset: 1, length: 1 }, 1);
    before.end();
    const index = createIndex(spare);
    for (let nth = 0; nth < 1000; nth++) index.add(spread(7, nth), { offset: nth, length: 10 }, 4);
    for (let nth = 0; nth < 1000; nth++) {
      expect(index.find(spread(7, nth))).toEqual({ offset: nth, length: 10 });
    }
    expect(index.entries).toBe(1000);
  });

  it('takes about 24 bytes an answer', () => {
    const index = createIndex();
    const count = 100_000;
    for (let at = 0; at < count; at++) {
      index.add(spread(at, at), { offset: at, length: 1 }, 0);
    }
    expect(index.encode(0).length / count).toBeGreaterThan(16);
    expect(index.encode(0).length / count).toBeLessThan(36);
  });
});

describe('an index that is read', () => {
  const index = createIndex();
  index.add({ high: 1, low: 2 }, { offset: 0, length: 10 }, 5);
  const sound = index.encode(11);

  it('is none unless every byte is as it was written', () => {
    expect(decodeIndex(bufferOf(sound))).toBeDefined();
    for (let at = 0; at < sound.length; at++) {
      const wrong = Uint8Array.from(sound);
      wrong[at] = (wrong[at] ?? 0) ^ 1;
      expect(decodeIndex(bufferOf(wrong))).toBeUndefined();
      expect(decodeIndex(bufferOf(sound.subarray(0, at)))).toBeUndefined();
    }
  });

  it.each([
    ['no free place, where a search would never end', { used: 'all', told: 'all' }],
    ['another number of answers than there are', { used: 'one', told: 'all' }],
  ])('is none if it was forged, with %s', (_, { used, told }) => {
    const bytes = Uint8Array.from(sound);
    const words = new Uint32Array(bytes.buffer);
    const header = 8;
    if (used === 'all') words.fill(1, header);
    if (told === 'all') words[2] = (words.length - header) / 4;
    words[1] = crc32(bytes.subarray(8));
    expect(decodeIndex(bytes.buffer)).toBeUndefined();
  });
});
