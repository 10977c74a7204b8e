import { createHash } from 'node:crypto';
import { errorCode, type FileSystem } from '../file-system.ts';

/** The copy of an input that comes once, in the folder of a run. */
export const spoolName = 'stdin';

/** The sha256 of a file; undefined where it is not there. Rejects with the system's error. */
export async function hashOf(fileSystem: FileSystem, path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const piece of filePieces(fileSystem, path)) hash.update(piece);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return hash.digest('hex');
}

const blockSize = 256 * 1024;

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
