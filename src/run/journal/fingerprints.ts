import { isObject } from '../../json/json.ts';
import { isSealed } from '../checked-line.ts';
import { fileLines } from '../file-lines.ts';
import type { FileSystem } from '../file-system.ts';
import type { Fingerprint } from '../fingerprint.ts';

/** What the calls of a journal, of tools too, are known by. Rejects with the file system's error. */
export async function* journaledFingerprints(
  fileSystem: FileSystem,
  path: string,
): AsyncIterable<Fingerprint> {
  for await (const line of fileLines(fileSystem, path)) {
    const value: unknown = isSealed(line) ? JSON.parse(line.toString()) : undefined;
    const { type, fingerprint } = isObject(value) ? value : {};
    if ((type === 'call' || type === 'tool') && typeof fingerprint === 'string') yield fingerprint;
  }
}
