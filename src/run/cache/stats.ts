import { success, type Result } from '../../result.ts';
import { nodeFileSystem, type FileSystem } from '../file-system.ts';
import { contentsOf, segmentContents, type CacheRefusal } from './contents.ts';
import { sizeOf } from './segment-files.ts';

/** What a cache holds. */
export interface CacheStats {
  /** The folder. */
  readonly path: string;
  /** Answers that can be read; one that two processes put at the same time counts twice. */
  readonly entries: number;
  /** Of all files of the cache. */
  readonly bytes: number;
  readonly segments: number;
  /** When the oldest and the newest answer were put, in milliseconds since the epoch; null where there is none. */
  readonly oldest: number | null;
  readonly newest: number | null;
}

/** Of a folder that does not exist, too: nothing is in it. */
export async function cacheStats(
  folder: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<Result<CacheStats, CacheRefusal>> {
  const contents = await contentsOf(fileSystem, folder);
  if (!contents.ok) return contents;
  const { segments, strays } = contents.value;
  const sum = { entries: 0, bytes: 0, oldest: Infinity, newest: -Infinity };
  for (const { bytes } of strays) sum.bytes += bytes;
  for (const segment of segments) {
    // Its index would tell of answers that a disk has damaged since: they are counted in the segment itself.
    const read = { ...segment, indexBytes: null };
    const { entries, oldest, newest } = await segmentContents(fileSystem, folder, read);
    sum.entries += entries;
    sum.bytes += sizeOf(segment);
    sum.oldest = Math.min(sum.oldest, oldest);
    sum.newest = Math.max(sum.newest, newest);
  }
  return success({
    path: folder,
    entries: sum.entries,
    bytes: sum.bytes,
    segments: segments.length,
    oldest: sum.entries === 0 ? null : sum.oldest,
    newest: sum.entries === 0 ? null : sum.newest,
  });
}
