import { join } from 'node:path';
import type { Entry } from '../entry.ts';
import { errorCode, type FileSystem, type ReadableFile, type WritableFile } from '../file-system.ts';
import { createAppendLog } from '../journal/append-log.ts';
import { answerMembers, hashOf, longestAnswer } from './lines.ts';
import { indexName, segmentName, writeAtOnce } from './segment-files.ts';
import { createIndex } from './segment-index.ts';
import { readPlace, type Segment } from './segment.ts';
import { unlessRefused, type CacheServices } from './services.ts';

/** In milliseconds: a killed process loses so much of the cache, and nothing of its run. */
const longestWait = 50;

/** Writes the segments of one process: one at a time, the next when it is full or old. */
export interface SegmentWriter {
  put(entry: Entry): void;
  /** Completes the last segment. */
  close(): Promise<void>;
}

export interface WriterListener {
  /** Here goes what is put from now on; it is found there at once. The listener closes it. */
  began(segment: Segment): void;
  /** A segment is complete, and another follows. */
  completed(): Promise<void>;
  /** Told once; nothing is put any more. */
  failed(error: unknown): void;
}

interface GrowingSegment extends Segment {
  readonly began: number;
  /** Its name was taken away, by `clear` or an eviction: nobody else would find what is put there. */
  readonly gone: boolean;
  put(entry: Entry, created: number): void;
  complete(): Promise<void>;
}

/** Milliseconds between two looks whether the segment is still there. */
const lookInterval = 1000;

export function createSegmentWriter(services: CacheServices, listener: WriterListener): SegmentWriter {
  const { now, limits } = services;
  let current: GrowingSegment | undefined;
  let completing: Promise<void> = Promise.resolve();
  let failed = false;

  function fail(error: unknown): void {
    if (failed) return;
    failed = true;
    listener.failed(error);
  }

  /** The segment to write to at this time. */
  function segmentAt(time: number): GrowingSegment {
    if (current !== undefined) {
      const full = current.index.covered >= limits.segmentBytes;
      if (!full && !current.gone && time - current.began < limits.writtenFor) return current;
      completing = complete(current, completing);
    }
    current = beginSegment(services, time, fail);
    listener.began(current);
    return current;
  }

  async function complete(segment: GrowingSegment, before: Promise<void>): Promise<void> {
    await before;
    await segment.complete();
    await listener.completed();
  }

  return {
    put(entry) {
      if (failed) return;
      const time = now();
      segmentAt(time).put(entry, Math.floor(time));
    },
    async close() {
      await completing;
      await current?.complete();
    },
  };
}

function beginSegment(
  services: CacheServices,
  began: number,
  failed: (error: unknown) => void,
): GrowingSegment {
  const { fileSystem, folder, random } = services;
  const name = segmentName(began, random());
  const path = join(folder, name);
  const index = createIndex();
  let made = false;
  const file = fileOnDemand(async () => {
    await makeCacheFolder(fileSystem, folder);
    const created = await fileSystem.create(path);
    made = true;
    return created;
  });
  // No syncs: what a power failure takes of a cache is asked for again.
  const log = createAppendLog(file, { start: 0, wait: longestWait, syncs: false, failed });
  let reader: Promise<ReadableFile> | undefined;
  let gone = false;
  let looked = began;

  function opened(): Promise<ReadableFile> {
    return (reader ??= fileSystem.openToRead(path));
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
    if (!gone) await writeAtOnce(services, indexName(name), index.encode(index.covered));
  }

  return {
    name,
    index,
    began,
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
      if (place !== undefined) index.add(hashOf(entry.fingerprint), place, created);
    },
    async read(place) {
      await log.written();
      return readPlace(await opened(), place);
    },
    async complete() {
      const whole = await log.written();
      await log.close();
      // A segment that has no index is read line by line: that one could not be written is no loss.
      if (whole && index.entries > 0) await unlessRefused(writeIndex());
      // From now on others may merge it: held open, it can be read here all the same.
      await unlessRefused(opened());
    },
    async close() {
      const file = reader && (await unlessRefused(reader));
      await file?.close();
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

/** Answers hold what records hold: git is told to leave them out, unless the user has told it something else. */
async function makeCacheFolder(fileSystem: FileSystem, folder: string): Promise<void> {
  try {
    await fileSystem.makeFolder(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  await unlessRefused(ignoreAll(fileSystem, join(folder, '.gitignore')));
}

async function ignoreAll(fileSystem: FileSystem, path: string): Promise<void> {
  const file = await fileSystem.create(path);
  try {
    await file.append(Buffer.from('*\n'));
  } finally {
    await file.close();
  }
}
