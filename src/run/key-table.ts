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

const shards = 256;
const fullest = 0.93;
const growth = 1.2;
/** In a shard that has a value from here on, values take 16 bits more. */
const wideFrom = 2 ** 24;

/** Places side by side in three arrays. A value of 0 marks a free place, where all three hold 0. */
interface Shard {
  /** The low half of the hash. */
  lows: Uint32Array;
  /** The 24 bits of its high half that the choice of the shard does not tell; then the lowest 8 of the value. */
  mixed: Uint32Array;
  /** The other bits of the value. */
  values: Uint16Array | Uint32Array;
  used: number;
}

/**
 * Open addressing in typed arrays: 10 bytes an entry, never more than 12.9 with the free places (10 / 0.93 * 1.2), and 15.5
 * where values do not fit 24 bits. The high half chooses the shard, the low half the place in it: the two are
 * independent. 256 shards grow each on its own, so that the table is never held twice while it grows.
 */
export function createKeyTable(): KeyTable {
  const table = Array.from({ length: shards }, (): Shard => {
    return { lows: new Uint32Array(0), mixed: new Uint32Array(0), values: new Uint16Array(0), used: 0 };
  });

  function shardOf({ high }: Hash): Shard {
    const shard = table[high >>> 24];
    if (shard === undefined) throw new RangeError(`${high} is not the half of a 64-bit hash`);
    return shard;
  }

  /** With a free place at least. */
  function roomFor(hash: Hash): Shard {
    const shard = shardOf(hash);
    if (shard.used + 1 > shard.lows.length * fullest) grow(shard);
    return shard;
  }

  return {
    get(hash) {
      const shard = shardOf(hash);
      return shard.used === 0 ? 0 : valueAt(shard, find(shard, hash));
    },
    set(hash, value) {
      const shard = roomFor(hash);
      put(shard, find(shard, hash), hash, value);
    },
    claim(hash, value) {
      const shard = roomFor(hash);
      const place = find(shard, hash);
      const held = valueAt(shard, place);
      if (held === 0) put(shard, place, hash, value);
      return held;
    },
    count(hash) {
      const shard = roomFor(hash);
      const place = find(shard, hash);
      const count = valueAt(shard, place) + 1;
      put(shard, place, hash, count);
      return count;
    },
  };
}

/** Where the hash stands, or the free place that it would take. */
function find({ lows, mixed, values }: Shard, { high, low }: Hash): number {
  const rest = high & 0xffffff;
  for (let place = firstPlace(low, lows.length); ; place = place + 1 === lows.length ? 0 : place + 1) {
    const there = lows[place];
    if (there === low && (mixed[place] ?? 0) >>> 8 === rest) return place;
    if (there === 0 && mixed[place] === 0 && values[place] === 0) return place;
  }
}

function firstPlace(low: number, places: number): number {
  return Math.floor((low / 2 ** 32) * places);
}

function valueAt({ mixed, values }: Shard, place: number): number {
  return (values[place] ?? 0) * 256 + ((mixed[place] ?? 0) & 0xff);
}

function put(shard: Shard, place: number, { high, low }: Hash, value: number): void {
  if (valueAt(shard, place) === 0) shard.used += 1;
  if (value >= wideFrom && shard.values instanceof Uint16Array) shard.values = Uint32Array.from(shard.values);
  shard.lows[place] = low;
  shard.mixed[place] = ((high & 0xffffff) << 8) | (value & 0xff);
  shard.values[place] = value >>> 8;
}

function grow(shard: Shard): void {
  const { lows, mixed, values } = shard;
  const places = Math.ceil(lows.length * growth) + 4;
  const larger = {
    lows: new Uint32Array(places),
    mixed: new Uint32Array(places),
    values: values instanceof Uint16Array ? new Uint16Array(places) : new Uint32Array(places),
  };
  for (let from = 0; from < lows.length; from += 1) {
    const low = lows[from] ?? 0;
    const mix = mixed[from] ?? 0;
    const value = values[from] ?? 0;
    if (value === 0 && (mix & 0xff) === 0) continue;
    let to = firstPlace(low, places);
    while (larger.values[to] !== 0 || ((larger.mixed[to] ?? 0) & 0xff) !== 0) to = to + 1 === places ? 0 : to + 1;
    larger.lows[to] = low;
    larger.mixed[to] = mix;
    larger.values[to] = value;
  }
  Object.assign(shard, larger);
}
