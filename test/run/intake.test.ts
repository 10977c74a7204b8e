import { expect, it } from 'vitest';
import { batched } from '../../src/batched.ts';
import type { InputBroken, RecordItem } from '../../src/records/record.ts';
import { createIntake, type Intake } from '../../src/run/intake.ts';
import { settled } from './support/clock.ts';
import { recordsOf } from './support/plans.ts';

type Item = RecordItem | InputBroken;

/** Takes what comes while there is room, and says how deep the taking of one record was inside of that of another. */
function taking(records: AsyncIterable<Item>, room = Infinity) {
  const seen = { indexes: [] as number[], depth: 0, deepest: 0, ended: 0, broke: [] as unknown[], room };
  const intake: Intake = createIntake(records, {
    room: () => seen.room > 0,
    take(item) {
      seen.room -= 1;
      seen.depth += 1;
      seen.deepest = Math.max(seen.deepest, seen.depth);
      if (!('broken' in item)) seen.indexes.push(item.index);
      // What a record does may make room for another.
      intake.pull();
      seen.depth -= 1;
    },
    ended: () => (seen.ended += 1),
    broke: (error) => seen.broke.push(error),
  });
  return { intake, seen };
}

async function* inBatchesOf(size: number, count: number, left?: () => void) {
  const records = recordsOf(count);
  try {
    for (let at = 0; at < count; at += size) yield records.slice(at, at + size);
  } finally {
    left?.();
  }
}

it('takes the records of a batch in order, one after the other, and no more than there is room for', async () => {
  const { intake, seen } = taking(batched(inBatchesOf(7, 20)), 10);
  intake.pull();
  await settled();
  expect([seen.indexes.length, seen.deepest, intake.exhausted]).toEqual([10, 1, false]);
  seen.room = Infinity;
  intake.pull();
  await settled();
  expect(seen.indexes).toEqual(recordsOf(20).map(({ index }) => index));
  expect([seen.ended, intake.exhausted, seen.deepest]).toEqual([1, true, 1]);
});

it('lets others have their turn in a long batch', async () => {
  const { intake, seen } = taking(batched(inBatchesOf(1000, 1000)));
  intake.pull();
  await Promise.resolve();
  await Promise.resolve();
  expect(seen.indexes.length).toBe(32);
  for (let turn = 0; turn < 40; turn++) await settled();
  expect([seen.indexes.length, seen.ended]).toEqual([1000, 1]);
});

it('takes records that come one by one as well', async () => {
  const { intake, seen } = taking(oneByOne(5));
  intake.pull();
  await settled();
  expect([seen.indexes, seen.ended]).toEqual([[0, 1, 2, 3, 4], 1]);
});

async function* oneByOne(count: number) {
  yield* recordsOf(count);
}

it('takes nothing more of a batch when it is closed, and lets go of its source', async () => {
  let left = 0;
  const { intake, seen } = taking(batched(inBatchesOf(7, 20, () => (left += 1))), 3);
  intake.pull();
  await settled();
  await intake.close();
  seen.room = Infinity;
  intake.pull();
  await settled();
  expect([seen.indexes, left, seen.ended]).toEqual([[0, 1, 2], 1, 0]);
});

it('says when its source fails after a batch', async () => {
  const gone = new Error('gone');
  async function* failing() {
    yield recordsOf(2);
    throw gone;
  }
  const { intake, seen } = taking(batched(failing()));
  intake.pull();
  await settled();
  expect([seen.indexes, seen.broke, seen.ended]).toEqual([[0, 1], [gone], 0]);
});
