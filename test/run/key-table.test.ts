import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyTable } from '../../src/run/key-table.ts';
import { createPastRecords } from '../../src/run/journal/past-records.ts';
import { createRecordIndex } from '../../src/run/journal/record-index.ts';
import { heldBytes } from './support/memory.ts';

const half = fc.integer({ min: 0, max: 2 ** 32 - 1 });
/** Few different hashes, many of them at the ends of the table, where the search wraps around. */
const hash = fc.record({
  high: fc.oneof(half, fc.constantFrom(0, 1, 2 ** 32 - 1)),
  low: fc.oneof(half, fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32 - 2)),
});

describe('createKeyTable', () => {
  it('claims as a Map would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(hash, fc.integer({ min: 1, max: 2 ** 32 - 1 })), { maxLength: 300 }),
        (claims) => {
          const table = createKeyTable();
          const model = new Map<string, number>();
          for (const [key, value] of claims) {
            const name = `${key.high}/${key.low}`;
            expect(table.claim(key, value)).toBe(model.get(name) ?? 0);
            if (!model.has(name)) model.set(name, value);
          }
        },
      ),
    );
  });

  it('gets and sets as a Map would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(hash, fc.option(fc.integer({ min: 1, max: 2 ** 32 - 1 }))), { maxLength: 300 }),
        (acts) => {
          const table = createKeyTable();
          const model = new Map<string, number>();
          for (const [key, value] of acts) {
            const name = `${key.high}/${key.low}`;
            expect(table.get(key)).toBe(model.get(name) ?? 0);
            if (value === null) continue;
            table.set(key, value);
            model.set(name, value);
            expect(table.get(key)).toBe(value);
          }
        },
      ),
    );
  });

  it('counts as a Map would', () => {
    fc.assert(
      fc.property(fc.array(hash, { maxLength: 300 }), (keys) => {
        const table = createKeyTable();
        const model = new Map<string, number>();
        for (const key of keys) {
          const name = `${key.high}/${key.low}`;
          model.set(name, (model.get(name) ?? 0) + 1);
          expect(table.count(key)).toBe(model.get(name));
        }
      }),
    );
  });
});

describe('a table of many keys', () => {
  /** Without the free places of a table, its entries would lie in blocks and chunks of their own. */
  it('has each of them, at every size, whatever the bytes of its value', () => {
    const table = createKeyTable();
    const values = [1, 0xff, 0x100, 0xff00, 0xffff00, 0xffffff, 2 ** 24, 2 ** 24 + 1, 2 ** 31, 2 ** 32 - 1];
    const count = 60_000;
    const keyOf = (nth: number) => ({ high: mixed(nth) % 2 ** 26, low: mixed(nth ^ 0x5bd1e995) });
    const valueOf = (nth: number) => values[nth % values.length] ?? 1;
    for (let nth = 0; nth < count; nth += 1) expect(table.claim(keyOf(nth), valueOf(nth))).toBe(0);
    for (let nth = 0; nth < count; nth += 1) {
      expect(table.get(keyOf(nth))).toBe(valueOf(nth));
      expect(table.get(keyOf(nth + count))).toBe(0);
    }
  });

  it('counts on where a count takes more bits', () => {
    const table = createKeyTable();
    const key = { high: 5, low: 6 };
    table.set(key, 2 ** 24 - 2);
    expect([table.count(key), table.count(key), table.count(key)]).toEqual([
      2 ** 24 - 1,
      2 ** 24,
      2 ** 24 + 1,
    ]);
    expect(table.get({ high: 5, low: 7 })).toBe(0);
  });
});

/** Numbers that look random: the finalizer of MurmurHash3. */
function mixed(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

describe('what a run keeps of a million records', () => {
  it('takes at most 19 bytes each, keys and places together', async () => {
    const records = 1_000_000;
    const before = await heldBytes();
    const keys = createKeyTable();
    const index = createRecordIndex();
    for (let sequence = 0; sequence < records; sequence++) {
      keys.claim({ high: mixed(sequence), low: mixed(sequence ^ 0x5bd1e995) }, sequence + 1);
      index.set(sequence, 'succeeded', { offset: sequence * 900, length: 300 });
    }
    expect(((await heldBytes()) - before) / records).toBeLessThan(19);
    // Both are still in use here, so neither was collected.
    expect(keys.claim({ high: mixed(7), low: mixed(7 ^ 0x5bd1e995) }, 1)).toBe(8);
    expect(index.place(999_999)).toEqual({ offset: 999_999 * 900, length: 300 });
  });
});

it('a resume keeps of each record that is through no more than the 4 bytes that are left of 32', async () => {
  const records = 100_000;
  const before = await heldBytes();
  const past = createPastRecords();
  for (let sequence = 0; sequence < records; sequence++) past.ended(`ticket ${sequence}`, sequence);
  // Columns grow by 64 kB, and the heap has some things of its own.
  expect(((await heldBytes()) - before) / records).toBeLessThan(8);
  expect(past.isAt(99_999, 'ticket 99999')).toBe(true);
});

describe('createRecordIndex', () => {
  it('keeps outcomes and places in any order, past 4 GB too', () => {
    const index = createRecordIndex();
    index.set(40_000, 'failed', { offset: 2 ** 40 + 1, length: 17 });
    index.set(3, 'skipped', { offset: 5, length: 2 ** 31 });
    index.set(0, 'succeeded', { offset: 1, length: 2 });
    expect(index.size).toBe(40_001);
    expect([0, 1, 3, 40_000, 40_001, 90_000].map((sequence) => index.outcome(sequence))).toEqual([
      'succeeded',
      undefined,
      'skipped',
      'failed',
      undefined,
      undefined,
    ]);
    expect(index.place(40_000)).toEqual({ offset: 2 ** 40 + 1, length: 17 });
    expect(index.place(3)).toEqual({ offset: 5, length: 2 ** 31 });
    expect(index.place(0)).toEqual({ offset: 1, length: 2 });
  });

  it('keeps the last place that it was told, be that short or long, near or far', () => {
    const index = createRecordIndex();
    const lengths = [1, 2 ** 14 - 1, 2 ** 14, 2 ** 14 + 1, 3, 2 ** 32 - 1, 2 ** 14 - 1];
    const offsets = [0, 2 ** 32 - 1, 2 ** 32, 7, 2 ** 48 - 1, 8, 9];
    for (const [nth, length] of lengths.entries()) {
      const place = { offset: offsets[nth] ?? 0, length };
      const outcome = nth % 2 === 0 ? 'failed' : 'succeeded';
      index.set(5, outcome, place);
      expect(index.place(5)).toEqual(place);
      expect(index.outcome(5)).toBe(outcome);
    }
    expect(index.counts).toEqual({ succeeded: 0, failed: 1, skipped: 0 });
    expect(() => index.set(5, 'failed', { offset: 2 ** 48, length: 1 })).toThrow(RangeError);
  });

  it('takes 4 bytes more of records near a long one, and of no other', async () => {
    const records = 200_000;
    const held = async (longFrom: number) => {
      const before = await heldBytes();
      const index = createRecordIndex();
      for (let sequence = 0; sequence < records; sequence++) {
        index.set(sequence, 'succeeded', { offset: sequence, length: sequence < longFrom ? 300 : 20_000 });
      }
      const bytes = (await heldBytes()) - before;
      expect(index.size).toBe(records);
      return bytes / records;
    };
    // Columns grow by 64 kB, and the heap has some things of its own.
    expect(await held(Infinity)).toBeLessThan(6.5 + 0.5);
    expect(await held(records - 1)).toBeLessThan(6.5 + 1);
    expect(await held(0)).toBeLessThan(10.5 + 1);
  });
});
