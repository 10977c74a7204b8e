import type { InputBroken, RecordItem } from './record.ts';

/**
 * How many to take at random, and what decides which. The same seed takes the same rows whether their number is known
 * beforehand or not, so that a sample of standard input is that of the file which it came from.
 */
export interface Sample {
  readonly size: number;
  /** A whole number from 0. */
  readonly seed: number;
}

/**
 * Each position draws a priority, and those with the least are the sample. Positions below 2^32 never share one, since
 * every step of the mixing can be undone; all samples are about equally likely over the seeds.
 */
function priorities(seed: number): (position: number) => number {
  // Mixing leaves 0 as it is; the seed 0 must not always take the first position.
  const low = mixed((seed + 0x9e3779b9) >>> 0);
  const high = mixed(Math.floor(seed / 2 ** 32) ^ low);
  return (position) => mixed((mixed(position ^ low) + high) >>> 0);
}

/** Spreads 32 bits: each bit of the input turns about half of the output's. */
function mixed(bits: number): number {
  let value = bits;
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return (value ^ (value >>> 16)) >>> 0;
}

const beyondAll = 2 ** 32;

/** Whether a position below `population` is in the sample: needs 4 bytes for each while it starts, and then none. */
export function isSampled({ size, seed }: Sample, population: number): (position: number) => boolean {
  const priorityOf = priorities(seed);
  if (size >= population) return () => true;
  const all = Uint32Array.from({ length: population }, (_, position) => priorityOf(position));
  const bound = all.sort()[size] ?? beyondAll;
  return (position) => priorityOf(position) < bound;
}

/** The sample of items whose number is known. */
export async function* sampleOfKnown(
  items: AsyncIterable<RecordItem | InputBroken>,
  sample: Sample,
  population: number,
): AsyncGenerator<RecordItem | InputBroken, void, undefined> {
  const isTaken = isSampled(sample, population);
  let position = 0;
  for await (const item of items) {
    if ('broken' in item || isTaken(position)) yield item;
    position += 1;
  }
}

interface Candidate {
  readonly item: RecordItem;
  readonly position: number;
  readonly priority: number;
}

/** The same sample of items whose number is not known: it holds up to twice `size` of them and gives them at the end. */
export async function* sampleOfUnknown(
  items: AsyncIterable<RecordItem | InputBroken>,
  { size, seed }: Sample,
): AsyncGenerator<RecordItem | InputBroken, void, undefined> {
  const priorityOf = priorities(seed);
  let candidates: readonly Candidate[] = [];
  let added: Candidate[] = [];
  let bound = beyondAll;
  const choose = () => {
    const ordered = [...candidates, ...added].sort((one, other) => one.priority - other.priority);
    if (ordered.length >= size) bound = ordered[size]?.priority ?? bound;
    candidates = ordered.slice(0, size);
    added = [];
  };
  let position = 0;
  for await (const item of items) {
    if ('broken' in item) {
      yield item;
      return;
    }
    const priority = priorityOf(position);
    if (priority < bound) added.push({ item, position, priority });
    if (added.length > size) choose();
    position += 1;
  }
  choose();
  const inOrder = [...candidates].sort((one, other) => one.position - other.position);
  for (const { item } of inOrder) yield item;
}
