import { join } from 'node:path';
import type { Entry } from '../entry.ts';
import { errorCode, type ReadableFile, type WritableFile } from '../file-system.ts';
import { createAppendLog } from '../journal/append-log.ts';
import { hashOfHex } from '../key-table.ts';
import { answerMembers, longestAnswer } from './lines.ts';
import { indexName, makeCacheFolder, segmentName, writeAtOnce } from './segment-files.ts';
import { createIndex, type SpareTable } from './segment-index.ts';
import { readPlace, type Segment } from './segment.ts';
import { unlessRefused, type CacheServices } from './services.ts';
import { isFileOf, storedIndex, type StoredIndex } from './stored-index.ts';

/** In milliseconds: a killed process loses so much of the cache, and nothing of its run. */
const longestWait = 50;

/** A segment that this process writes. What was put is found at once, and at every instant from then on. */
export interface GrowingSegment extends Segment {
  readonly began: number;
  /** So far. */
  readonly bytes: number;
  /** Its name was taken away, by `clear` or an eviction: nobody else would find what is put there. */
  readonly gone: boolean;
  put(entry: Entry, created: number): void;
  /** Nothing is put any more: gives it an index for others, and keeps no more of that in memory than it must. */
  complete(): Promise<void>;
}

/** Milliseconds between two looks whether the segment is still there. */
const lookInterval = 1000;

/** `failed` is told once: nothing is put any more. The spare table goes from one segment of a writer to the next. */
export function beginSegment(
  services: CacheServices,
  began: number,
  failed: (error: unknown) => void,
  spare?: SpareTable,
): GrowingSegment {
  const { fileSystem, folder, random } = services;
  const name = segmentName(began, random());
  const path = join(folder, name);
  const index = createIndex(spare);
  /** What tells where an answer is when `index` no longer does. */
  let stored: StoredIndex | undefined;
  let made = false;
  const file = fileOnDemand(async () => {
    await makeCacheFolder(fileSystem, folder);
    const created = await fileSystem.create(path);
    made = true;
    // Before another takes the name away: what is in the segment is found here for as long as it is open.
    if (!closed) await unlessRefused(opened());
    return created;
  });
  // No syncs: what a power failure takes of a cache is asked for again.
  const log = createAppendLog(file, { start: 0, wait: longestWait, syncs: false, failed });
  let reader: Promise<ReadableFile> | undefined;
  /** Bytes of the longest line. */
  let longest = 0;
  let gone = false;
  let looked = began;
  let completing: Promise<void> | undefined;
  let closed = false;

  function opened(): Promise<ReadableFile> {
    if (reader !== undefined) return reader;
    const opening = fileSystem.openToRead(path);
    reader = opening;
    // Refused for now, it may be opened by the next who asks.
    opening.catch(() => (reader = undefined));
    return opening;
  }

  async function look(): Promise<void> {
    // What a slow disk has not made yet is not there either.
    if (!made) return;
    gone = await fileSystem.look(path).then(
      () => false,
      (error: unknown) => errorCode(error) === 'ENOENT',
    );
  }

  async function writeIndex(): Promise<void> {
    await look();
    if (gone) return;
    const encoded = index.encode(index.covered);
    await writeAtOnce(services, indexName(name), encoded);
    await letGo(encoded);
  }

  /** From the index in memory to the one on the disk, once that stands and is held open. */
  async function letGo(encoded: Uint8Array): Promise<void> {
    const file = await fileSystem.openToRead(join(folder, indexName(name)));
    // Who took us for dead may have made another index of the segment, with other places.
    const ours = await unlessRefused(isFileOf(file, encoded));
    if (ours !== true || closed) return file.close();
    stored = storedIndex(index.tags(), file, longest);
    index.end();
  }

  async function finish(): Promise<void> {
    const whole = await log.written();
    await log.close();
    // From now on others may merge it: held open, it can be read here all the same.
    if (!closed) await unlessRefused(opened());
    // A segment that has no index is read line by line: that one could not be written is no loss.
    if (whole && index.entries > 0) await unlessRefused(writeIndex());
  }

  return {
    name,
    began,
    get bytes() {
      return index.covered;
    },
    get gone() {
      return gone;
    },
    put(entry, created) {
      if (created - looked >= lookInterval) {
        looked = created;
        void look();
      }
      // A disk that cannot keep up slows no run down: what it has no room for is not kept.
      if (log.full) return;
      const members = answerMembers(entry, created);
      if (members.length > longestAnswer) return;
      const place = log.append(members);
      if (place === undefined) return;
      longest = Math.max(longest, place.length);
      index.add(hashOfHex(entry.fingerprint), place, created);
    },
    mayHave: (hash) => (stored === undefined ? index.find(hash) !== undefined : stored.mayHave(hash)),
    async read(hash) {
      const place = stored === undefined ? index.find(hash) : await stored.find(hash);
      if (place === undefined) return undefined;
      await log.written();
      return readPlace(await opened(), place);
    },
    complete: () => (completing ??= finish()),
    async close() {
      closed = true;
      const file = reader && (await unlessRefused(reader));
      for (const open of [file, stored]) if (open !== undefined) await unlessRefused(open.close());
    },
  };
}

/** A file that is made by the first bytes for it. */
function fileOnDemand(create: () => Promise<WritableFile>): WritableFile {
  let made: Promise<WritableFile> | undefined;
  const file = () => (made ??= create());
  return {
    append: async (bytes) => (await file()).append(bytes),
    sync: async () => (await made)?.sync(),
    // That it could not be made was told when it was needed.
    close: async () => (await made?.catch(() => undefined))?.close(),
  };
}
