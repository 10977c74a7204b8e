import { failure, success, type Result } from '../../result.ts';
import { errorCode, inWords, type FileSystem } from '../file-system.ts';
import { listCache, sizeOf, type CacheFolder, type SegmentFile } from './segment-files.ts';
import { openSegment } from './segment.ts';

/** Why `stats` or `clear` could not do what it was asked for. */
export interface CacheRefusal {
  readonly code: 'cache_not_read' | 'cache_not_cleared';
  readonly message: string;
}

/** What stands in a folder, where there may be none. */
export async function contentsOf(
  fileSystem: FileSystem,
  folder: string,
): Promise<Result<CacheFolder, CacheRefusal>> {
  try {
    return success(await listCache(fileSystem, folder));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return success({ segments: [], strays: [] });
    const message = `the cache ${folder} could not be read: ${inWords(error)}`;
    return failure({ code: 'cache_not_read', message });
  }
}

/** What one segment holds. */
export interface SegmentContents {
  readonly entries: number;
  /** With its index. */
  readonly bytes: number;
  /** Milliseconds since the epoch; Infinity and -Infinity where there is no answer. */
  readonly oldest: number;
  readonly newest: number;
}

/** Of a segment that cannot be read, only the size. */
export async function segmentContents(
  fileSystem: FileSystem,
  folder: string,
  file: SegmentFile,
): Promise<SegmentContents> {
  const segment = await openSegment(fileSystem, folder, file);
  await segment?.close();
  const { entries = 0, oldest = Infinity, newest = -Infinity } = segment?.index ?? {};
  return { entries, bytes: sizeOf(file), oldest, newest };
}
