import { crc32 } from 'node:zlib';
import type { Place } from '../journal/record-index.ts';
import type { Hash } from '../key-table.ts';

/**
 * Where the answers of a segment stand in it, without an object for any. Written, it takes 21 to 34 bytes an answer, free
 * places included; in memory the same, or a spare table.
 */
export interface SegmentIndex {
  readonly entries: number;
  /** Bytes of the segment, from its begin, that it tells of. */
  readonly covered: number;
  /** When the oldest and the newest answer were put; Infinity and -Infinity where there is none. */
  readonly oldest: number;
  readonly newest: number;
  /** The place of a hash that is there already is replaced. */
  add(hash: Hash, place: Place, created: number): void;
  /** Undefined at a miss. What it finds may be another answer whose fingerprint begins alike. */
  find(hash: Hash): Place | undefined;
  /**
   * What `decodeIndex` reads, for a segment that is complete with so many bytes. These are the bytes of the index itself,
   * not a copy: good until something is added.
   */
  encode(covered: number): Uint8Array<ArrayBuffer>;
  /** What `tagOf` makes of the hash at each place of the table; 0 where the place is free. */
  tags(): Uint16Array;
  /** Nothing is asked any more: the next index may have the memory of this one. */
  end(): void;
}

/** Room for the table of an index, left by another: to allocate each anew would leave holes that nothing else fits. */
export interface SpareTable {
  cells?: Uint32Array<ArrayBuffer>;
}

/** A cell: the two halves of the hash, the offset and the length of the line; a length of 0 marks a free place. */
const width = 4;
export const cellBytes = width * Uint32Array.BYTES_PER_ELEMENT;
const fullest = 0.75;
const growth = 1.6;
const fewest = 64;

/**
 * The file begins with 32 bytes: a mark, which also tells the order of bytes and the version of this format, the CRC-32
 * of all behind itself, the entries, the bytes covered (each 32 bits), then oldest and newest as doubles. The cells of
 * the table follow as they are in memory, so that to open an index is to read it.
 */
const mark = 0x70697031;
export const headerBytes = 32;
const checkedFrom = 8;

export function createIndex(spare?: SpareTable): SegmentIndex {
  return indexOf(cellsOf(0), { entries: 0, covered: 0, oldest: Infinity, newest: -Infinity }, spare);
}

/** Where the search for a hash begins; it goes on from place to place, around the end, until a free one. */
export function firstPlace(low: number, places: number): number {
  return Math.floor((low / 2 ** 32) * places);
}

/** 16 bits of the half of a hash that its place does not depend on, and never 0. */
export function tagOf(high: number): number {
  return high & 0xffff || 1;
}

/** Undefined where the bytes are not those of an index, whole and unchanged. They belong to the index from then on. */
export function decodeIndex(bytes: ArrayBuffer): SegmentIndex | undefined {
  if (bytes.byteLength < headerBytes || bytes.byteLength % cellBytes !== 0) return undefined;
  const [told, sum, entries = 0, covered = 0] = new Uint32Array(bytes, 0, 4);
  if (told !== mark || sum !== crc32(new Uint8Array(bytes, checkedFrom))) return undefined;
  const [oldest = 0, newest = 0] = new Float64Array(bytes, 16, 2);
  const cells = new Uint32Array(bytes, headerBytes);
  // Whoever forges a table without a free place would have us look for one forever.
  const places = cells.length / width;
  if (entries !== usedPlaces(cells) || (places > 0 && entries === places)) return undefined;
  return indexOf(cells, { entries, covered, oldest, newest });
}

function usedPlaces(cells: Uint32Array): number {
  let used = 0;
  for (let cell = 3; cell < cells.length; cell += width) if (cells[cell] !== 0) used += 1;
  return used;
}

/** So many free places, behind room for the header. */
function cellsOf(places: number): Uint32Array<ArrayBuffer> {
  return new Uint32Array(new ArrayBuffer(headerBytes + places * cellBytes), headerBytes);
}

/** At least so many free places: all that are spare, where those suffice. */
function takeCells(places: number, spare: SpareTable | undefined): Uint32Array<ArrayBuffer> {
  const cells = spare?.cells;
  if (spare === undefined || cells === undefined || cells.length < places * width) return cellsOf(places);
  delete spare.cells;
  return cells.fill(0);
}

interface Extent {
  readonly entries: number;
  readonly covered: number;
  readonly oldest: number;
  readonly newest: number;
}

/** Open addressing: a hash stands at the place that its low half points at, or in the next free one behind it. */
function indexOf(table: Uint32Array<ArrayBuffer>, extent: Extent, spare?: SpareTable): SegmentIndex {
  let cells = table;
  let { entries, covered, oldest, newest } = extent;

  function moveTo(table: Uint32Array<ArrayBuffer>): void {
    const old = cells;
    cells = table;
    for (let cell = 0; cell < old.length; cell += width) {
      if (old[cell + 3] === 0) continue;
      const target = cellOf(cells, old[cell] ?? 0, old[cell + 1] ?? 0);
      // A view of each would cost more than all else here.
      for (let at = 0; at < width; at++) cells[target + at] = old[cell + at] ?? 0;
    }
  }

  /** Of two tables the larger one serves the next segment. */
  function keepSpare(table: Uint32Array<ArrayBuffer>): void {
    if (spare !== undefined && table.length > (spare.cells?.length ?? 0)) spare.cells = table;
  }

  return {
    get entries() {
      return entries;
    },
    get covered() {
      return covered;
    },
    get oldest() {
      return oldest;
    },
    get newest() {
      return newest;
    },
    add({ high, low }, { offset, length }, created) {
      const places = cells.length / width;
      if (entries + 1 > places * fullest) {
        moveTo(takeCells(Math.max(fewest, Math.ceil(places * growth)), spare));
      }
      const cell = cellOf(cells, high, low);
      if (cells[cell + 3] === 0) entries += 1;
      cells[cell] = high;
      cells[cell + 1] = low;
      cells[cell + 2] = offset;
      cells[cell + 3] = length;
      covered = Math.max(covered, offset + length + 1);
      oldest = Math.min(oldest, created);
      newest = Math.max(newest, created);
    },
    find({ high, low }) {
      if (cells.length === 0) return undefined;
      const cell = cellOf(cells, high, low);
      const length = cells[cell + 3] ?? 0;
      return length === 0 ? undefined : { offset: cells[cell + 2] ?? 0, length };
    },
    encode(covered) {
      const fitting = Math.max(fewest, Math.ceil(entries / fullest) + 1);
      // It grew into a spare table that was too large for it.
      if (cells.length / width > fitting * growth) {
        const large = cells;
        moveTo(cellsOf(fitting));
        keepSpare(large);
      }
      const bytes = new Uint8Array(cells.buffer);
      new Float64Array(cells.buffer, 16, 2).set([oldest, newest]);
      const words = new Uint32Array(cells.buffer, 0, 4);
      words.set([mark, 0, entries, covered]);
      words[1] = crc32(bytes.subarray(checkedFrom));
      return bytes;
    },
    tags() {
      const tags = new Uint16Array(cells.length / width);
      for (let place = 0; place < tags.length; place++) {
        const cell = place * width;
        if (cells[cell + 3] !== 0) tags[place] = tagOf(cells[cell] ?? 0);
      }
      return tags;
    },
    end() {
      keepSpare(cells);
      cells = cellsOf(0);
    },
  };
}

/** Where the hash stands, or the free place that it would take. */
function cellOf(cells: Uint32Array, high: number, low: number): number {
  const places = cells.length / width;
  let place = firstPlace(low, places);
  for (;;) {
    const cell = place * width;
    if (cells[cell + 3] === 0 || (cells[cell] === high && cells[cell + 1] === low)) return cell;
    place = place + 1 === places ? 0 : place + 1;
  }
}
