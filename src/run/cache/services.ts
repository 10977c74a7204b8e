import { randomBytes } from 'node:crypto';
import { errorCode, nodeFileSystem, type FileSystem } from '../file-system.ts';

/** Where a cache is kept, what it may take there, and what it asks of the machine. */
export interface CacheServices {
  /** Absolute; made by the first answer that is put. */
  readonly folder: string;
  readonly fileSystem: FileSystem;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** 16 hexadecimal digits that nobody else draws. */
  readonly random: () => string;
  readonly limits: CacheLimits;
}

/** What a test may hold still, break, or make small; without it, the machine's own. */
export type Surroundings = Partial<Omit<CacheServices, 'folder'>>;

export function cacheServices(folder: string, surroundings: Surroundings): CacheServices {
  const {
    fileSystem = nodeFileSystem,
    now = Date.now,
    random = () => randomBytes(8).toString('hex'),
    limits = cacheLimits,
  } = surroundings;
  return { folder, fileSystem, now, random, limits };
}

/** Times in milliseconds, sizes in bytes. */
export interface CacheLimits {
  /** An answer that was not used for longer is no longer given. */
  readonly age: number;
  /** Of the whole folder, but for the segments being written. */
  readonly bytes: number;
  /** A segment of this size is complete. */
  readonly segmentBytes: number;
  /** A segment takes answers for so long after it was begun, so that its name tells the age of all that is in it. */
  readonly writtenFor: number;
  /** So long after its begin, a segment without an index is known to be written by nobody: longer than `writtenFor`. */
  readonly abandonedAfter: number;
  /** Where more segments than this are complete, small ones are merged. */
  readonly segments: number;
}

const minute = 60_000;

export const cacheLimits: CacheLimits = {
  age: 30 * 24 * 60 * minute,
  bytes: 2 ** 30,
  segmentBytes: 64 * 2 ** 20,
  writtenFor: 30 * minute,
  abandonedAfter: 60 * minute,
  segments: 32,
};

/**
 * What the disk gives, or undefined where it refuses: for what a cache can do without. An error that is not the disk's
 * is a mistake of ours, and stays one.
 */
export async function unlessRefused<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
