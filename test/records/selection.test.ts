import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InputBroken, RecordItem } from '../../src/records/record.ts';
import {
  selectedCount,
  selectRecords,
  shortestSelection,
  type Selection,
} from '../../src/records/selection.ts';
import { all, each } from './support.ts';

/** Records of these indexes, every third of them bad. */
const items = (indexes: readonly number[]): readonly RecordItem[] =>
  indexes.map((index) =>
    index % 3 === 2
      ? { ok: false, index, line: index + 1, raw: 'x', error: { code: 'invalid_json', message: 'x' } }
      : { ok: true, index, line: index + 1, value: {} },
  );

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

async function selected(count: number, selection: Selection, known = true): Promise<readonly number[]> {
  const chosen = selectRecords(each(items(upTo(count))), selection, known ? { records: count } : undefined);
  return (await all(chosen)).map((item) => ('broken' in item ? -1 : item.index));
}

const broken: InputBroken = {
  ok: false,
  broken: { severity: 'error', code: 'input-unreadable', message: 'x' },
};

describe('a selection', () => {
  it.each<[Selection, number, readonly number[]]>([
    [{}, 3, [0, 1, 2]],
    [{ limit: 2 }, 5, [0, 1]],
    [{ limit: 9 }, 2, [0, 1]],
    [{ limit: 0 }, 2, []],
    [{ offset: 3 }, 5, [3, 4]],
    [{ offset: 0 }, 2, [0, 1]],
    [{ offset: 9 }, 5, []],
    [{ shard: { index: 1, count: 3 } }, 8, [0, 3, 6]],
    [{ shard: { index: 2, count: 3 } }, 8, [1, 4, 7]],
    [{ shard: { index: 3, count: 3 } }, 8, [2, 5]],
    [{ shard: { index: 4, count: 5 } }, 3, []],
    [{ shard: { index: 1, count: 1 } }, 2, [0, 1]],
    // In this order, whatever the order of the keys.
    [{ limit: 2, offset: 1, shard: { index: 1, count: 2 } }, 10, [2, 4]],
    [{ sample: { size: 9, seed: 1 }, offset: 2 }, 5, [2, 3, 4]],
    [{ sample: { size: 5, seed: 1 } }, 5, upTo(5)],
    [{ sample: { size: 0, seed: 1 } }, 5, []],
  ])('%j of %i', async (selection, count, expected) => {
    expect(await selected(count, selection)).toEqual(expected);
    expect(await selected(count, selection, false)).toEqual(expected);
    expect(selectedCount({ records: count }, selection)).toBe(expected.length);
  });

  it.each<[Selection, Selection, Selection]>([
    [{ offset: 0, shard: { index: 1, count: 1 } }, {}, {}],
    [{ limit: 5 }, { limit: 5 }, {}],
    [{ limit: 4 }, { limit: 4 }, { limit: 4 }],
    [{ sample: { size: 3, seed: 1 }, offset: 2 }, { sample: { size: 3, seed: 1 }, offset: 2 }, { offset: 2 }],
    [
      { sample: { size: 3, seed: 1 }, limit: 3 },
      { sample: { size: 3, seed: 1 } },
      { sample: { size: 3, seed: 1 } },
    ],
    [
      { shard: { index: 2, count: 2 }, limit: 2 },
      { shard: { index: 2, count: 2 }, limit: 2 },
      { shard: { index: 2, count: 2 } },
    ],
  ])('%j is in short %j, and of 5 records %j', (selection, short, ofFive) => {
    expect(shortestSelection(selection)).toEqual(short);
    expect(shortestSelection(selection, { records: 5 })).toEqual(ofFive);
  });

  it('parts an input into shards that are the whole', async () => {
    const shards = await Promise.all(
      [1, 2, 3, 4].map((index) => selected(101, { shard: { index, count: 4 } })),
    );
    expect(shards.flat().sort((one, other) => one - other)).toEqual(upTo(101));
  });

  it('shards an earlier run by the indexes that its records had', async () => {
    const indexes = [9, 2, 4, 7, 12];
    const selection = { shard: { index: 1, count: 2 }, sample: { size: 2, seed: 1 }, limit: 5 };
    const total = { records: 5, indexes: new Set(indexes) };
    expect(selectedCount(total, selection)).toBe(2);
    const known = await all(selectRecords(each(items(indexes)), selection, total));
    const unknown = await all(selectRecords(each(items(indexes)), selection));
    expect(known).toEqual(unknown);
    expect(known).toHaveLength(2);
    expect(selectedCount(total, { shard: { index: 1, count: 2 } })).toBe(3);
  });

  it('counts as many as it gives, and gives the same whether the number is known or not', async () => {
    const selection = fc.record(
      {
        shard: fc
          .integer({ min: 1, max: 5 })
          .chain((count) =>
            fc.record({ count: fc.constant(count), index: fc.integer({ min: 1, max: count }) }),
          ),
        offset: fc.nat(20),
        sample: fc.record({ size: fc.nat(20), seed: fc.nat() }),
        limit: fc.nat(20),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(60), selection, async (count, chosen) => {
        const known = await selected(count, chosen);
        expect(await selected(count, chosen, false)).toEqual(known);
        expect(known).toHaveLength(selectedCount({ records: count }, chosen));
        expect(known).toEqual([...new Set(known)].sort((one, other) => one - other));
        expect(await selected(count, shortestSelection(chosen))).toEqual(known);
        expect(await selected(count, shortestSelection(chosen, { records: count }))).toEqual(known);
      }),
    );
  });

  it.each([true, false])('lets a break in the input through (its number known: %s)', async (known) => {
    for (const selection of [
      {},
      { shard: { index: 1, count: 2 } },
      { offset: 9 },
      { limit: 9 },
      { sample: { size: 9, seed: 0 } },
      { sample: { size: 1, seed: 0 } },
    ]) {
      const chosen = selectRecords(
        each([...items(upTo(3)), broken]),
        selection,
        known ? { records: 5 } : undefined,
      );
      expect((await all(chosen)).at(-1)).toBe(broken);
    }
  });

  it('asks for no more than it gives, and ends the input', async () => {
    const asked: number[] = [];
    let ended = false;
    const input = async function* () {
      try {
        for (const item of items(upTo(10))) {
          asked.push(item.index);
          yield item;
        }
      } finally {
        ended = true;
      }
    };
    await all(selectRecords(input(), { offset: 1, limit: 2 }));
    expect(asked).toEqual([0, 1, 2]);
    expect(ended).toBe(true);
  });
});

describe('a sample', () => {
  it('is the same for the same seed, and another for another', async () => {
    const sample = (seed: number) => selected(1000, { sample: { size: 5, seed } });
    expect(await sample(7)).toEqual(await sample(7));
    // A change of the algorithm would change everyone's samples.
    expect(await sample(0)).toEqual([114, 339, 541, 855, 878]);
    expect(await sample(1)).toEqual([233, 426, 680, 702, 947]);
    expect(await sample(2 ** 32)).not.toEqual(await sample(0));
    expect(await sample(2 ** 53 - 1)).toHaveLength(5);
  });

  it('takes each record about equally often, and each pair', async () => {
    const seeds = 3000;
    const [count, size] = [20, 5];
    const times = Array.from({ length: count }, () => 0);
    const pairs = new Map<string, number>();
    for (let seed = 0; seed < seeds; seed += 1) {
      const taken = await selected(count, { sample: { size, seed } });
      for (const index of taken) {
        times[index] = (times[index] ?? 0) + 1;
        for (const other of taken)
          if (index < other) pairs.set(`${index} ${other}`, (pairs.get(`${index} ${other}`) ?? 0) + 1);
      }
    }
    // Five standard deviations: fixed seeds, so this passes always or never.
    const within = (observed: number, probability: number) =>
      Math.abs(observed - seeds * probability) < 5 * Math.sqrt(seeds * probability * (1 - probability));
    expect(times.filter((time) => !within(time, size / count))).toEqual([]);
    const pair = (size / count) * ((size - 1) / (count - 1));
    expect(pairs.size).toBe((count * (count - 1)) / 2);
    expect([...pairs].filter(([, time]) => !within(time, pair))).toEqual([]);
  });
});
