import type { JsonValue } from '../json/json.ts';
import type { FileSystem } from './file-system.ts';

const blockSize = 256 * 1024;

/**
 * Writes a file of these pieces and puts it in its place only when it is whole and on the disk: a reader sees the file
 * before or the file after, whatever happens in between.
 */
export async function writeWhole(
  fileSystem: FileSystem,
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const unfinished = `${path}.tmp`;
  await fileSystem.remove(unfinished);
  const file = await fileSystem.create(unfinished);
  try {
    const block = Buffer.allocUnsafeSlow(blockSize);
    let used = 0;
    for await (const piece of pieces) {
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
}

export function writeJson(fileSystem: FileSystem, path: string, value: unknown): Promise<void> {
  return writeWhole(fileSystem, path, [Buffer.from(`${JSON.stringify(value, null, 2)}\n`)]);
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
