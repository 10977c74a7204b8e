import { join } from 'node:path';
import { failure, success, type Result } from '../../result.ts';
import { errorCode, inWords } from '../file-system.ts';
import { contentsOf, segmentContents, type CacheRefusal } from './contents.ts';
import { mergeSegments } from './merge.ts';
import { removeSegment, type CacheFolder, type SegmentFile } from './segment-files.ts';
import { cacheServices, type CacheServices, type Surroundings } from './services.ts';
import { isComplete, sweep } from './upkeep.ts';

/** What was removed. */
export interface Cleared {
  readonly path: string;
  readonly entries: number;
  readonly bytes: number;
}

export interface ClearOptions extends Surroundings {
  /** Only answers that were put so many milliseconds ago, or earlier. */
  readonly olderThan?: number;
}

/**
 * Removes answers, and nothing that the cache has not written; the folder itself stays. Runs that use it meanwhile go on:
 * they answer from what they hold open, and what they put is kept again from about a second later. Of a file that is
 * being written, the older answers are not removed alone.
 */
export async function clearCache(
  folder: string,
  { olderThan, ...surroundings }: ClearOptions = {},
): Promise<Result<Cleared, CacheRefusal>> {
  const services = cacheServices(folder, surroundings);
  const contents = await contentsOf(services.fileSystem, folder);
  if (!contents.ok) return contents;
  const acts =
    olderThan === undefined
      ? removals(services, contents.value)
      : rewritings(services, contents.value, services.now() - olderThan);
  const cleared = { path: folder, entries: 0, bytes: 0 };
  let refused: unknown;
  for (const act of acts) {
    try {
      const { entries, bytes } = await act();
      cleared.entries += entries;
      cleared.bytes += bytes;
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      refused ??= error;
    }
  }
  if (refused === undefined) return success(cleared);
  const message = `the cache ${folder} could not be cleared: ${inWords(refused)}`;
  return failure({ code: 'cache_not_cleared', message });
}

/** Removes something and tells how much it was; rejects with the file system's error. */
type Act = () => Promise<{ readonly entries: number; readonly bytes: number }>;

const nothing = { entries: 0, bytes: 0 };

function removals(services: CacheServices, { segments, strays }: CacheFolder): readonly Act[] {
  const { fileSystem, folder } = services;
  return [
    ...segments.map((segment) => () => remove(services, segment)),
    ...strays.map(({ name, bytes }) => async () => {
      await fileSystem.remove(join(folder, name));
      return { entries: 0, bytes };
    }),
  ];
}

async function remove(services: CacheServices, segment: SegmentFile): ReturnType<Act> {
  const contents = await segmentContents(services.fileSystem, services.folder, segment);
  await removeSegment(services, segment.name);
  return contents;
}

function rewritings(
  services: CacheServices,
  { segments, strays }: CacheFolder,
  since: number,
): readonly Act[] {
  const { fileSystem, folder } = services;
  return [
    ...segments.map((segment) => async () => {
      const { entries, bytes, oldest, newest } = await segmentContents(fileSystem, folder, segment);
      if (oldest >= since || !isComplete(segment, services)) return nothing;
      if (newest < since) {
        await removeSegment(services, segment.name);
        return { entries, bytes };
      }
      const kept = await mergeSegments(services, [segment], since);
      // One that had no index has one now.
      return { entries: entries - kept.entries, bytes: Math.max(0, bytes - kept.bytes) };
    }),
    async () => {
      await sweep(services, strays);
      return nothing;
    },
  ];
}
