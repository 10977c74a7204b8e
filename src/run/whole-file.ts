import { crc32 } from 'node:zlib';
import type { JsonValue } from '../json/json.ts';
import type { FileSystem } from './file-system.ts';

const blockSize = 256 * 1024;

/** What a file holds, by which it is known again. */
export interface Contents {
  readonly bytes: number;
  readonly crc32: number;
}

/**
 * Writes a file of these pieces and puts it in its place only when it is whole and on the disk: a reader sees the file
 * before or the file after, whatever happens in between.
 */
export async function writeWhole(
  fileSystem: FileSystem,
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<Contents> {
  let contents: Contents = { bytes: 0, crc32: 0 };
  const unfinished = `${path}.tmp`;
  await fileSystem.remove(unfinished);
  const file = await fileSystem.create(unfinished);
  try {
    const block = Buffer.allocUnsafeSlow(blockSize);
    let used = 0;
    for await (const piece of pieces) {
      contents = withMore(contents, piece);
      if (used + piece.length > blockSize) {
        await file.append(block.subarray(0, used));
        used = 0;
      }
      if (piece.length > blockSize) await file.append(piece);
      else {
        block.set(piece, used);
        used += piece.length;
      }
    }
    if (used > 0) await file.append(block.subarray(0, used));
    await file.sync();
  } catch (error) {
    await file.close();
    // What was begun is of no use; that it could not be removed either tells nothing new.
    await fileSystem.remove(unfinished).catch(() => undefined);
    throw error;
  }
  await file.close();
  await fileSystem.rename(unfinished, path);
  return contents;
}

function withMore({ bytes, crc32: before }: Contents, piece: Uint8Array): Contents {
  return { bytes: bytes + piece.length, crc32: crc32(piece, before) };
}

/** Reads a file to its end. Rejects with the file system's error. */
export async function contentsOf(fileSystem: FileSystem, path: string): Promise<Contents> {
  let contents: Contents = { bytes: 0, crc32: 0 };
  for await (const piece of filePieces(fileSystem, path)) contents = withMore(contents, piece);
  return contents;
}

/** A file from its begin to its end; a piece is good until the next is asked for. Rejects with the system's error. */
export async function* filePieces(fileSystem: FileSystem, path: string): AsyncIterable<Uint8Array> {
  const file = await fileSystem.openToRead(path);
  try {
    const block = Buffer.allocUnsafeSlow(blockSize);
    for (let offset = 0; ;) {
      const read = await file.read(block, offset);
      if (read === 0) return;
      offset += read;
      yield block.subarray(0, read);
    }
  } finally {
    await file.close();
  }
}

export async function writeJson(fileSystem: FileSystem, path: string, value: unknown): Promise<void> {
  await writeWhole(fileSystem, path, [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)]);
}

/** What such a file holds is some kilobytes; a larger one is another's. */
const largestJson = 4 * 1024 * 1024;

/** Undefined for what is no JSON. Rejects with the file system's error. */
export async function readJson(fileSystem: FileSystem, path: string): Promise<JsonValue | undefined> {
  const file = await fileSystem.openToRead(path);
  try {
    const bytes = Buffer.allocUnsafe(largestJson);
    const text = bytes.toString('utf8', 0, await file.read(bytes, 0));
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}
