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

/** The high half of the hash, its low half, the value; a value of 0 marks a free place. */
const width = 3;
const shards = 256;
const fullest = 0.85;
const growth = 1.25;

/**
 * Open addressing in typed arrays: 12 bytes an entry, never more than 18 with the free places (12 / 0.85 * 1.25).
 * 256 shards grow each on its own, so that the table is never held twice while it grows.
 */
export function createKeyTable(): KeyTable {
  const tables = Array.from({ length: shards }, () => ({ cells: new Uint32Array(0), used: 0 }));

  /** Where the hash stands, or the free place that it would take. */
  function find(cells: Uint32Array, { high, low }: Hash): number {
    const places = cells.length / width;
    // The shard is chosen by the high half, the place in it by the low half: the two are independent.
    let place = Math.floor((low / 2 ** 32) * places);
    for (;;) {
      const cell = place * width;
      if (cells[cell + 2] === 0 || (cells[cell] === high && cells[cell + 1] === low)) return cell;
      place = place + 1 === places ? 0 : place + 1;
    }
  }

  function grown(cells: Uint32Array): Uint32Array<ArrayBuffer> {
    const places = Math.ceil((cells.length / width) * growth) + 3;
    const larger = new Uint32Array(places * width);
    for (let cell = 0; cell < cells.length; cell += width) {
      if (cells[cell + 2] === 0) continue;
      const target = find(larger, { high: cells[cell] ?? 0, low: cells[cell + 1] ?? 0 });
      larger.set(cells.subarray(cell, cell + width), target);
    }
    return larger;
  }

  function shardOf({ high }: Hash): { cells: Uint32Array<ArrayBuffer>; used: number } {
    const table = tables[high >>> 24];
    if (table === undefined) throw new RangeError(`${high} is not the half of a 64-bit hash`);
    return table;
  }

  /** The cell of the hash's value; it holds 0 where the hash is new. */
  function valueCell(hash: Hash): { readonly cells: Uint32Array; readonly at: number } {
    const table = shardOf(hash);
    if (table.used + 1 > (table.cells.length / width) * fullest) table.cells = grown(table.cells);
    const { cells } = table;
    const cell = find(cells, hash);
    if (cells[cell + 2] === 0) {
      table.used += 1;
      cells[cell] = hash.high;
      cells[cell + 1] = hash.low;
    }
    return { cells, at: cell + 2 };
  }

  return {
    get(hash) {
      const { cells, used } = shardOf(hash);
      return used === 0 ? 0 : (cells[find(cells, hash) + 2] ?? 0);
    },
    set(hash, value) {
      const { cells, at } = valueCell(hash);
      cells[at] = value;
    },
    claim(hash, value) {
      const { cells, at } = valueCell(hash);
      const held = cells[at] ?? 0;
      if (held === 0) cells[at] = value;
      return held;
    },
    count(hash) {
      const { cells, at } = valueCell(hash);
      cells[at] = (cells[at] ?? 0) + 1;
      return cells[at] ?? 0;
    },
  };
}
