/** What can be asked for item by item, or for as many at a time as are there: to wait for each of many takes time. */
export interface Batched<Item> extends AsyncIterable<Item> {
  /** The same items. Whoever iterates over one of the two leaves the other alone. */
  inBatches(): AsyncIterable<readonly Item[]>;
}

export function batched<Item>(batches: AsyncIterable<readonly Item[]>): Batched<Item> {
  return {
    inBatches: () => batches,
    async *[Symbol.asyncIterator]() {
      for await (const batch of batches) yield* batch;
    },
  };
}

/** Whatever comes next: one item, where no more can be asked for. */
export function inBatches<Item>(items: AsyncIterable<Item>): AsyncIterator<readonly Item[], unknown> {
  if (isBatched(items)) return items.inBatches()[Symbol.asyncIterator]();
  const source: AsyncIterator<Item, unknown> = items[Symbol.asyncIterator]();
  return {
    next: () =>
      source.next().then((next) => (next.done === true ? next : { value: [next.value], done: false })),
    async return() {
      await source.return?.();
      return { value: undefined, done: true };
    },
  };
}

function isBatched<Item>(items: AsyncIterable<Item>): items is Batched<Item> {
  return 'inBatches' in items;
}
