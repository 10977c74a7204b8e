import { expect, it } from 'vitest';
import { batched, inBatches } from '../src/batched.ts';

async function* three(left?: () => void) {
  try {
    yield [1, 2];
    yield [];
    yield [3];
  } finally {
    left?.();
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

it('gives the same items one by one and in batches', async () => {
  expect(await all(batched(three()))).toEqual([1, 2, 3]);
  expect(await all(batched(three()).inBatches())).toEqual([[1, 2], [], [3]]);
});

it('lets go of its source when it is left early', async () => {
  let left = 0;
  for await (const item of batched(three(() => (left += 1)))) if (item === 2) break;
  expect(left).toBe(1);
});

it('gives one item at a time of what knows no batches, and lets go of it', async () => {
  let left = 0;
  async function* two() {
    try {
      yield 1;
      yield 2;
    } finally {
      left += 1;
    }
  }
  const whole = inBatches(two());
  expect([await whole.next(), await whole.next(), await whole.next()]).toEqual([
    { value: [1], done: false },
    { value: [2], done: false },
    { value: undefined, done: true },
  ]);
  const cut = inBatches(two());
  await cut.next();
  await cut.return?.();
  expect([left, await cut.next()]).toEqual([2, { value: undefined, done: true }]);
  expect(await inBatches(batched(three())).next()).toEqual({ value: [1, 2], done: false });
});
