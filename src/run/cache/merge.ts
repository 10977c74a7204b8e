import { join } from 'node:path';
import type { WritableFile } from '../file-system.ts';
import { readAnswers } from './lines.ts';
import {
  indexName,
  removeSegment,
  segmentName,
  unfinishedName,
  writeAtOnce,
  type SegmentFile,
} from './segment-files.ts';
import { createIndex, type SegmentIndex } from './segment-index.ts';
import { unlessRefused, type CacheServices } from './services.ts';

/**
 * Writes one segment of the answers in these, which nobody may be writing to any more, and removes them then. Of two
 * answers to one question the one in the newer segment is kept, and of all only those put at `since` or later. A segment
 * goes only when all that is kept of it is on the disk under the new name: whoever merges the same ones meanwhile, or is
 * killed, leaves answers twice at the worst. Gives back what the one segment holds. Rejects with the file system's error;
 * then all is as before.
 */
export async function mergeSegments(
  services: CacheServices,
  segments: readonly SegmentFile[],
  since: number,
): Promise<{ readonly entries: number; readonly bytes: number }> {
  const { fileSystem, folder, now, random } = services;
  const newestFirst = segments.toSorted((one, other) => other.time - one.time);
  const unfinished = join(folder, unfinishedName(now(), random()));
  const file = await fileSystem.create(unfinished);
  try {
    const index = createIndex();
    const read: SegmentFile[] = [];
    try {
      for (const segment of newestFirst) {
        if (await copyAnswers(services, segment, { file, index, since })) read.push(segment);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    let bytes = 0;
    if (index.entries > 0) {
      const name = segmentName(newestFirst[0]?.time ?? now(), random());
      const encoded = index.encode(index.covered);
      // The segment stands first: an index without one, and as old as what was merged, is swept away by others.
      await fileSystem.rename(unfinished, join(folder, name));
      bytes = index.covered;
      // A segment that has no index is read line by line: that one could not be written is no loss.
      const written = writeAtOnce(services, indexName(name), encoded).then(() => encoded.length);
      bytes += (await unlessRefused(written)) ?? 0;
    } else await fileSystem.remove(unfinished);
    for (const { name } of read) await unlessRefused(removeSegment(services, name));
    return { entries: index.entries, bytes };
  } catch (error) {
    await unlessRefused(fileSystem.remove(unfinished));
    throw error;
  }
}

interface Merged {
  readonly file: WritableFile;
  readonly index: SegmentIndex;
  readonly since: number;
}

/** False where the segment could not be opened: another process has removed it, or it is not ours to read. */
async function copyAnswers(
  { fileSystem, folder }: CacheServices,
  { name }: SegmentFile,
  { file, index, since }: Merged,
): Promise<boolean> {
  const source = await unlessRefused(fileSystem.openToRead(join(folder, name)));
  if (source === undefined) return false;
  try {
    for await (const lines of readAnswers(source)) {
      const kept: Buffer[] = [];
      for (const { bytes, hash, created } of lines) {
        if (created < since || index.find(hash) !== undefined) continue;
        index.add(hash, { offset: index.covered, length: bytes.length - 1 }, created);
        kept.push(bytes);
      }
      if (kept.length > 0) await file.append(Buffer.concat(kept));
    }
    return true;
  } finally {
    await source.close();
  }
}
