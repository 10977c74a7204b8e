import type { Count } from './record-source.ts';
import type { InputBroken, RecordItem } from './record.ts';
import { sampleOfKnown, sampleOfUnknown, type Sample } from './sample.ts';

/** Which records of an input are taken: by shard, of those after the offset, of those a sample, of that the first. */
export interface Selection {
  /** The records whose index mod `count` is `index` - 1; `index` counts from 1. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** How many to leave out. */
  readonly offset?: number;
  readonly sample?: Sample;
  readonly limit?: number;
}

type Items = AsyncIterable<RecordItem | InputBroken>;

/**
 * The selected items, in input order; bad records count as records, and an InputBroken passes. `total` is what the
 * input's survey counted. Without it a sample has to hold up to twice its size of records until the input ends.
 */
export function selectRecords(items: Items, selection: Selection, total?: Count): Items {
  const { shard, offset = 0, sample, limit } = selection;
  let selected = items;
  if (shard !== undefined) selected = shardOf(selected, shard);
  if (offset > 0) selected = after(selected, offset);
  if (sample !== undefined) {
    selected =
      total === undefined
        ? sampleOfUnknown(selected, sample)
        : sampleOfKnown(selected, sample, selectedCount(total, { shard, offset }));
  }
  if (limit !== undefined) selected = first(selected, limit);
  return selected;
}

/** How many records a selection takes. */
export function selectedCount(total: Count, selection: Selection): number {
  const { shard, offset = 0, sample, limit = Infinity } = selection;
  const sharded = shard === undefined ? total.records : countInShard(total, shard);
  return Math.min(Math.max(0, sharded - offset), sample?.size ?? Infinity, limit);
}

/**
 * The same records, said with as little as possible: without an offset of 0, the only shard, and, where it is known how
 * many there are, a sample or a limit that takes all of them.
 */
export function shortestSelection(selection: Selection, total?: Count): Selection {
  const { sample, limit } = selection;
  const shard = selection.shard?.count === 1 ? undefined : selection.shard;
  const offset = selection.offset === 0 ? undefined : selection.offset;
  const before = { ...(shard && { shard }), ...(offset !== undefined && { offset }) };
  const available = total === undefined ? Infinity : selectedCount(total, before);
  const isSampled = sample !== undefined && sample.size < available;
  const isLimited = limit !== undefined && limit < Math.min(available, sample?.size ?? Infinity);
  return { ...before, ...(isSampled && { sample }), ...(isLimited && { limit }) };
}

function countInShard({ records, indexes }: Count, shard: NonNullable<Selection['shard']>): number {
  if (indexes === undefined) return Math.max(0, Math.ceil((records - (shard.index - 1)) / shard.count));
  let count = 0;
  for (const index of indexes) if (isInShard(index, shard)) count += 1;
  return count;
}

function isInShard(index: number, shard: NonNullable<Selection['shard']>): boolean {
  return index % shard.count === shard.index - 1;
}

async function* shardOf(items: Items, shard: NonNullable<Selection['shard']>) {
  for await (const item of items) if ('broken' in item || isInShard(item.index, shard)) yield item;
}

async function* after(items: Items, offset: number) {
  let left = offset;
  for await (const item of items) {
    if ('broken' in item || left === 0) yield item;
    else left -= 1;
  }
}

/** Asks for no item beyond the last that it gives. */
async function* first(items: Items, limit: number) {
  if (limit === 0) return;
  let left = limit;
  for await (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}
