import { expect, it } from 'vitest';
import { batched, isBatched } from '../src/batched.ts';

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

it('is told from what gives its items one by one only', () => {
  expect([isBatched(batched(three())), isBatched(three())]).toEqual([true, false]);
});
