import type { ReadableFile } from '../file-system.ts';
import type { Place } from '../journal/record-index.ts';
import type { Hash } from '../key-table.ts';
import { cellBytes, firstPlace, headerBytes, tagOf } from './segment-index.ts';

/**
 * The index of a segment that is complete, left in its file: of each place of its table only a tag stays in memory, 2.7
 * to 4.3 bytes an answer, which is enough to tell nearly every miss at once.
 */
export interface StoredIndex {
  /** False is certain. True is wrong for one hash in thousands, whose tag another has that stands near it. */
  mayHave(hash: Hash): boolean;
  /** Undefined at a miss, and where the file has no longer what was written. Rejects with the file system's error. */
  find(hash: Hash): Promise<Place | undefined>;
  close(): Promise<void>;
}

/**
 * The tags are those of the index in this file, which is held open until `close`. `longest`: bytes of the segment's longest
 * line. A cell that tells of a longer one was damaged: what it asks for would take as much memory for every lookup.
 */
export function storedIndex(tags: Uint16Array, file: ReadableFile, longest: number): StoredIndex {
  const after = (place: number): number => (place + 1 === tags.length ? 0 : place + 1);

  /** The next place with the hash's tag, from this one on; undefined where a free one comes first. */
  function tagged({ high }: Hash, from: number): number | undefined {
    const tag = tagOf(high);
    for (let place = from; ; place = after(place)) {
      if (tags[place] === tag) return place;
      if (!tags[place]) return undefined;
    }
  }

  const first = (hash: Hash): number | undefined => tagged(hash, firstPlace(hash.low, tags.length));

  return {
    mayHave: (hash) => first(hash) !== undefined,
    async find(hash) {
      const cell = new Uint32Array(cellBytes / Uint32Array.BYTES_PER_ELEMENT);
      const bytes = new Uint8Array(cell.buffer);
      for (let place = first(hash); place !== undefined; place = tagged(hash, after(place))) {
        const read = await file.read(bytes, headerBytes + place * cellBytes);
        const [high, low, offset = 0, length = 0] = cell;
        if (read !== cellBytes || high !== hash.high || low !== hash.low) continue;
        return length <= longest ? { offset, length } : undefined;
      }
      return undefined;
    },
    close: () => file.close(),
  };
}

/** Whether the file begins as the index does that was written to it: its header has a checksum of all the rest. */
export async function isFileOf(file: ReadableFile, encoded: Uint8Array): Promise<boolean> {
  const header = Buffer.alloc(headerBytes);
  const read = await file.read(header, 0);
  return read === headerBytes && header.equals(encoded.subarray(0, headerBytes));
}
