/** A 64-bit hash as two unsigned 32-bit halves, which typed arrays hold without making objects. */
export interface Hash {
  readonly high: number;
  readonly low: number;
}

/** The first half of a hash in hexadecimal digits, of which there are at least 16. */
export function hashOfHex(hex: string): Hash {
  return { high: Number.parseInt(hex.slice(0, 8), 16), low: Number.parseInt(hex.slice(8, 16), 16) };
}

/** From 64-bit hashes to a number from 1 to 2^32 - 1. */
export interface KeyTable {
  /** The number that the hash has; 0 where it has none. */
  get(hash: Hash): number;
  set(hash: Hash, value: number): void;
  /** The number that the hash has already, which stays; 0 where it had none, and has this one now. */
  claim(hash: Hash, value: number): number;
  /** Counts the hash once more: 1 at the first time. */
  count(hash: Hash): number;
}

const shardCount = 256;
const fullest = 0.88;
const growth = 1.1;
/** Places of a block, by which shards grow, and of a chunk, in which blocks are made. */
const blockBits = 7;
const blockSize = 1 << blockBits;
const chunkBits = 14;
const chunkSize = 1 << chunkBits;
/** In a chunk that has a value from here on, values take 16 bits more. */
const wideFrom = 2 ** 24;

/** Places side by side in three arrays. A value of 0 marks a free place, where all three hold 0. */
interface Chunk {
  /** The low half of the hash. */
  readonly lows: Uint32Array;
  /** The 24 bits of its high half that the choice of the shard does not tell; then the lowest 8 of the value. */
  readonly mixed: Uint32Array;
  /** The other bits of the value. */
  values: Uint16Array | Uint32Array;
}

interface Shard {
  /** Where its blocks begin: the first place of each, counted through all chunks. */
  readonly blocks: number[];
  used: number;
}

/**
 * Open addressing in typed arrays: 10 bytes an entry, at most 12.5 with the free places of a large table (10 / 0.88 * 1.1), and
 * 2 more where values do not fit 24 bits. The high half of a hash chooses the shard, the low half the place in it: the two are
 * independent. Each shard grows on its own and where it stands, block by block: arrays that are outgrown would take as
 * much again until they are collected, and leave holes where nothing larger fits.
 */
export function createKeyTable(): KeyTable {
  const chunks: Chunk[] = [];
  const shards = Array.from({ length: shardCount }, (): Shard => ({ blocks: [], used: 0 }));
  let places = 0;
  /** Three words for each entry of a shard that grows: what the arrays hold of it. */
  let moving = new Uint32Array(0);

  function chunkOf(place: number): Chunk {
    const chunk = chunks[place >>> chunkBits];
    if (chunk === undefined) throw new RangeError(`there is no place ${place}`);
    return chunk;
  }

  function shardOf({ high }: Hash): Shard {
    const shard = shards[high >>> 24];
    if (shard === undefined) throw new RangeError(`${high} is not the half of a 64-bit hash`);
    return shard;
  }

  /** Where the hash stands, or the free place that it would take. `rest`: the lower 24 bits of its high half. */
  function find({ blocks }: Shard, rest: number, low: number): number {
    const end = blocks.length * blockSize;
    let next = Math.floor((low / 2 ** 32) * end);
    for (;;) {
      const block = blocks[next >>> blockBits] ?? 0;
      const { lows, mixed, values } = chunkOf(block);
      const begin = block & (chunkSize - 1);
      for (let at = begin + (next & (blockSize - 1)); at < begin + blockSize; at += 1) {
        const there = lows[at];
        if (there !== low && there !== 0) continue;
        const isFree = there === 0 && mixed[at] === 0 && values[at] === 0;
        if (isFree || (there === low && (mixed[at] ?? 0) >>> 8 === rest)) return block + at - begin;
      }
      next = (next | (blockSize - 1)) + 1;
      if (next === end) next = 0;
    }
  }

  function valueAt(place: number): number {
    const { mixed, values } = chunkOf(place);
    const at = place & (chunkSize - 1);
    return valueOf(mixed[at] ?? 0, values[at] ?? 0);
  }

  function write(place: number, low: number, mixed: number, value: number): void {
    const chunk = chunkOf(place);
    const at = place & (chunkSize - 1);
    const isWide = value >= wideFrom / 2 ** 8;
    if (isWide && chunk.values instanceof Uint16Array) chunk.values = Uint32Array.from(chunk.values);
    chunk.lows[at] = low;
    chunk.mixed[at] = mixed;
    chunk.values[at] = value;
  }

  function addBlock(shard: Shard): void {
    if ((places & (chunkSize - 1)) === 0) chunks.push(newChunk());
    shard.blocks.push(places);
    places += blockSize;
  }

  /** Takes the entries out, and puts each where it belongs among more places. */
  function grow(shard: Shard): void {
    const { blocks, used } = shard;
    if (moving.length < used * 3) moving = new Uint32Array(used * 6);
    let end = 0;
    for (const block of blocks) {
      const { lows, mixed, values } = chunkOf(block);
      const begin = block & (chunkSize - 1);
      for (let at = begin; at < begin + blockSize; at += 1) {
        if (valueOf(mixed[at] ?? 0, values[at] ?? 0) === 0) continue;
        moving[end] = lows[at] ?? 0;
        moving[end + 1] = mixed[at] ?? 0;
        moving[end + 2] = values[at] ?? 0;
        end += 3;
      }
      lows.fill(0, begin, begin + blockSize);
      mixed.fill(0, begin, begin + blockSize);
      values.fill(0, begin, begin + blockSize);
    }
    const wanted = Math.max(blocks.length + 1, Math.floor(blocks.length * growth));
    while (blocks.length < wanted) addBlock(shard);
    for (let at = 0; at < end; at += 3) {
      const low = moving[at] ?? 0;
      const mixed = moving[at + 1] ?? 0;
      write(find(shard, mixed >>> 8, low), low, mixed, moving[at + 2] ?? 0);
    }
  }

  /** The place of the hash, where there is room for it. */
  function placeFor(hash: Hash): number {
    const shard = shardOf(hash);
    if (shard.used + 1 > shard.blocks.length * blockSize * fullest) grow(shard);
    return find(shard, hash.high & 0xffffff, hash.low);
  }

  function put(place: number, hash: Hash, value: number): void {
    if (valueAt(place) === 0) shardOf(hash).used += 1;
    write(place, hash.low, ((hash.high & 0xffffff) << 8) | (value & 0xff), value >>> 8);
  }

  return {
    get(hash) {
      const shard = shardOf(hash);
      return shard.used === 0 ? 0 : valueAt(find(shard, hash.high & 0xffffff, hash.low));
    },
    set(hash, value) {
      put(placeFor(hash), hash, value);
    },
    claim(hash, value) {
      const place = placeFor(hash);
      const held = valueAt(place);
      if (held === 0) put(place, hash, value);
      return held;
    },
    count(hash) {
      const place = placeFor(hash);
      const count = valueAt(place) + 1;
      put(place, hash, count);
      return count;
    },
  };
}

function newChunk(): Chunk {
  return {
    lows: new Uint32Array(chunkSize),
    mixed: new Uint32Array(chunkSize),
    values: new Uint16Array(chunkSize),
  };
}

/** A value of the two parts that it is kept in. */
function valueOf(mixed: number, rest: number): number {
  return rest * 2 ** 8 + (mixed & 0xff);
}
