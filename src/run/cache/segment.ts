import { join } from 'node:path';
import type { FileSystem, ReadableFile } from '../file-system.ts';
import type { Place } from '../journal/record-index.ts';
import type { Hash } from '../key-table.ts';
import { longestLine, readAnswers } from './lines.ts';
import { indexName, type SegmentFile } from './segment-files.ts';
import { createIndex, decodeIndex, type SegmentIndex } from './segment-index.ts';
import { unlessRefused } from './services.ts';

/** A segment to look answers up in. */
export interface Segment {
  readonly name: string;
  /** Whether an answer with this hash may be here. False is certain, and what is known at once. */
  mayHave(hash: Hash): boolean;
  /**
   * The line of the answer with this hash, without its newline: cut short where the file has no more, undefined where
   * there is none. It may be another answer whose fingerprint begins alike.
   */
  read(hash: Hash): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

/** One with its whole index in memory, so that each answer takes one reading. */
export interface IndexedSegment extends Segment {
  readonly index: SegmentIndex;
}

/**
 * Opens a segment and holds it open, so that it can still be read when a merge or `clear` has taken its name away.
 * Undefined where it is gone already or cannot be read: then there is nothing in it for us.
 */
export async function openSegment(
  fileSystem: FileSystem,
  folder: string,
  segment: SegmentFile,
): Promise<IndexedSegment | undefined> {
  const file = await unlessRefused(fileSystem.openToRead(join(folder, segment.name)));
  if (file === undefined) return undefined;
  const index = await unlessRefused(loadIndex(fileSystem, folder, segment, file));
  if (index !== undefined) {
    return {
      name: segment.name,
      index,
      mayHave: (hash) => index.find(hash) !== undefined,
      read(hash) {
        const place = index.find(hash);
        return place === undefined ? Promise.resolve(undefined) : readPlace(file, place);
      },
      close: () => file.close(),
    };
  }
  await unlessRefused(file.close());
  return undefined;
}

/** The bytes at a place that an index told; fewer where the file has no more. */
export async function readPlace(file: ReadableFile, { offset, length }: Place): Promise<Buffer> {
  // What a damaged index says is not asked of the memory.
  const bytes = Buffer.allocUnsafe(Math.min(length, longestLine));
  return bytes.subarray(0, await file.read(bytes, offset));
}

/** By the index beside the segment, and by the segment itself as far as that tells nothing of it. */
async function loadIndex(
  fileSystem: FileSystem,
  folder: string,
  { name, bytes, indexBytes }: SegmentFile,
  file: ReadableFile,
): Promise<SegmentIndex> {
  const path = join(folder, indexName(name));
  const kept = indexBytes === null ? undefined : await unlessRefused(readIndex(fileSystem, path, indexBytes));
  const index = kept !== undefined && kept.covered <= bytes ? kept : createIndex();
  if (index.covered < bytes) await scan(file, index);
  return index;
}

/** More than the index of any segment takes. */
const largestIndex = 2 ** 28;

async function readIndex(
  fileSystem: FileSystem,
  path: string,
  bytes: number,
): Promise<SegmentIndex | undefined> {
  if (bytes > largestIndex) return undefined;
  const file = await fileSystem.openToRead(path);
  try {
    const buffer = new ArrayBuffer(bytes);
    const read = await file.read(new Uint8Array(buffer), 0);
    return read === bytes ? decodeIndex(buffer) : undefined;
  } finally {
    await file.close();
  }
}

async function scan(file: ReadableFile, index: SegmentIndex): Promise<void> {
  for await (const lines of readAnswers(file, index.covered)) {
    for (const line of lines) index.add(line.hash, line, line.created);
  }
}
