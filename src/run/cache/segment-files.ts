import { join } from 'node:path';
import { errorCode, type FileSystem } from '../file-system.ts';
import { unlessRefused, type CacheServices } from './services.ts';

/**
 * A cache is a folder of segments: `answers-<time>-<random>.jsonl`, the time being that of its begin, with 13 digits, so
 * that a listing by name is one by age. A segment is written by one process alone, at its end only; one that is complete
 * has an index beside it (segment-index.ts). What is not yet whole ends in `.tmp`. All else in the folder is somebody
 * else's, and so is a link or a folder under one of these names: it is left alone.
 */
export interface SegmentFile {
  readonly name: string;
  /** Milliseconds since the epoch. No answer in it was put before, but for one that a merge brought in. */
  readonly time: number;
  readonly bytes: number;
  /** Null without an index: it is being written, or its writer was killed. */
  readonly indexBytes: number | null;
}

/** With its index. */
export function sizeOf({ bytes, indexBytes }: SegmentFile): number {
  return bytes + (indexBytes ?? 0);
}

export interface CacheFolder {
  /** The oldest first. */
  readonly segments: readonly SegmentFile[];
  /** Indexes without their segment, and files that are not, or will never be, whole. */
  readonly strays: readonly StrayFile[];
}

export interface StrayFile {
  readonly name: string;
  readonly time: number;
  readonly bytes: number;
}

const pattern = /^(answers-(\d{13})-[0-9a-f]{16})\.(jsonl|index|tmp)$/;
const timeDigits = 13;

export function segmentName(time: number, random: string): string {
  return `${stem(time, random)}.jsonl`;
}

export function indexName(segment: string): string {
  return segment.replace(/\.jsonl$/, '.index');
}

export function unfinishedName(time: number, random: string): string {
  return `${stem(time, random)}.tmp`;
}

/** A clock before 1970 or beyond the year 2286 has no name of 13 digits: it counts as the nearest that has. */
function stem(time: number, random: string): string {
  const told = Math.min(Math.max(Math.floor(time), 0), 10 ** timeDigits - 1);
  return `answers-${String(told).padStart(timeDigits, '0')}-${random}`;
}

/** What the cache has in its folder. Rejects where the folder cannot be listed. */
export async function listCache(fileSystem: FileSystem, folder: string): Promise<CacheFolder> {
  const files = new Map<string, { readonly time: number; readonly bytes: number }>();
  const foreign = new Set<string>();
  for (const name of (await fileSystem.list(folder)).toSorted()) {
    const match = pattern.exec(name);
    if (match === null) continue;
    const look = await unlessRefused(fileSystem.look(join(folder, name)));
    if (look?.kind === 'file') files.set(name, { time: Number(match[2]), bytes: look.bytes });
    else if (look !== undefined) foreign.add(name);
  }
  const segments: SegmentFile[] = [];
  const strays: StrayFile[] = [];
  for (const [name, file] of files) {
    const index = indexName(name);
    if (!name.endsWith('.jsonl')) {
      const owned = name.endsWith('.index') && files.has(name.replace(/\.index$/, '.jsonl'));
      if (!owned) strays.push({ name, ...file });
    } else if (!foreign.has(index)) {
      segments.push({ name, ...file, indexBytes: files.get(index)?.bytes ?? null });
    }
  }
  return { segments, strays };
}

/** The segment goes first: without it, its index says nothing. */
export async function removeSegment(
  { fileSystem, folder }: Pick<CacheServices, 'fileSystem' | 'folder'>,
  name: string,
): Promise<void> {
  await fileSystem.remove(join(folder, name));
  await fileSystem.remove(join(folder, indexName(name)));
}

/** Writes a file that stands at its name only when it is whole, however many processes write it at once. */
export async function writeAtOnce(
  { fileSystem, folder, now, random }: CacheServices,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const unfinished = join(folder, unfinishedName(now(), random()));
  const file = await fileSystem.create(unfinished);
  try {
    try {
      await file.append(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await fileSystem.rename(unfinished, join(folder, name));
  } catch (error) {
    await unlessRefused(fileSystem.remove(unfinished));
    throw error;
  }
}

/** Answers hold what records hold: git is told to leave them out, unless the user has told it something else. */
export async function makeCacheFolder(fileSystem: FileSystem, folder: string): Promise<void> {
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
