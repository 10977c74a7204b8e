import { join } from 'node:path';
import { mergeSegments } from './merge.ts';
import {
  indexName,
  listCache,
  removeSegment,
  sizeOf,
  writeAtOnce,
  type SegmentFile,
  type StrayFile,
} from './segment-files.ts';
import { openSegment } from './segment.ts';
import { unlessRefused, type CacheServices } from './services.ts';

/**
 * What keeps a cache small and quick to open. Several processes may do it at once, and beside others that read and put;
 * the disk may refuse any of it: then it is left to the next.
 */
export async function tidy(services: CacheServices): Promise<void> {
  const listed = await unlessRefused(listCache(services.fileSystem, services.folder));
  if (listed === undefined) return;
  const evicted = await evict(services, listed.segments);
  const left = listed.segments.filter((segment) => !evicted.includes(segment));
  await unlessRefused(sweep(services, listed.strays));
  await unlessRefused(adopt(services, left));
  await unlessRefused(mergeSmall(services));
}

/** Removes what is too old, then the oldest of what is too much; gives back what it removed. The oldest come first. */
export async function evict(
  services: CacheServices,
  segments: readonly SegmentFile[],
): Promise<readonly SegmentFile[]> {
  const { now, limits } = services;
  const tooOld = now() - limits.age - limits.writtenFor;
  let bytes = segments.reduce((sum, segment) => sum + sizeOf(segment), 0);
  const evicted: SegmentFile[] = [];
  for (const segment of segments) {
    if (segment.time >= tooOld && bytes <= limits.bytes) break;
    bytes -= sizeOf(segment);
    await unlessRefused(removeSegment(services, segment.name));
    evicted.push(segment);
  }
  return evicted;
}

/** Nobody writes to it any more, so that it may be merged and removed. */
export function isComplete({ time, indexBytes }: SegmentFile, { now, limits }: CacheServices): boolean {
  return indexBytes !== null || time + limits.abandonedAfter < now();
}

/** Removes what a killed process did not finish. */
export async function sweep(
  { fileSystem, folder, now, limits }: CacheServices,
  strays: readonly StrayFile[],
): Promise<void> {
  for (const { name, time } of strays) {
    if (time + limits.abandonedAfter < now()) await fileSystem.remove(join(folder, name));
  }
}

/** Gives an index to the segments of killed processes; those in which nothing is sound are removed. */
async function adopt(services: CacheServices, segments: readonly SegmentFile[]): Promise<void> {
  const { fileSystem, folder } = services;
  for (const file of segments) {
    if (file.indexBytes !== null || !isComplete(file, services)) continue;
    const segment = await openSegment(fileSystem, folder, file);
    if (segment === undefined) continue;
    await segment.close();
    // What follows the last sound line is covered too: it is not looked at again.
    if (segment.index.entries === 0) await removeSegment(services, file.name);
    else await writeAtOnce(services, indexName(file.name), segment.index.encode(file.bytes));
  }
}

/** The smallest ones, so many that half the number is left, and as few bytes as can be are written again. */
async function mergeSmall(services: CacheServices): Promise<void> {
  const { fileSystem, folder, now, limits } = services;
  const { segments } = await listCache(fileSystem, folder);
  const complete = segments.filter((segment) => isComplete(segment, services));
  if (complete.length <= limits.segments) return;
  const smallest = complete.toSorted((one, other) => one.bytes - other.bytes);
  const merged = new Set(smallest.slice(0, complete.length - Math.floor(limits.segments / 2)));
  const byAge = complete.filter((segment) => merged.has(segment));
  for (const group of ofOneSegment(byAge, limits.segmentBytes)) {
    if (group.length > 1) await mergeSegments(services, group, now() - limits.age);
  }
}

/** Runs of neighbours, each as large as one segment may be. */
function ofOneSegment(segments: readonly SegmentFile[], most: number): readonly (readonly SegmentFile[])[] {
  const groups: SegmentFile[][] = [];
  let sum = Infinity;
  for (const segment of segments) {
    sum += segment.bytes;
    const group = groups.at(-1);
    if (group !== undefined && sum <= most) group.push(segment);
    else {
      groups.push([segment]);
      sum = segment.bytes;
    }
  }
  return groups;
}
