import { createHash } from 'node:crypto';
import { errorCode, type FileSystem } from '../file-system.ts';
import { filePieces } from '../whole-file.ts';

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
