import { failure, success, type Result } from '../result.ts';
import { isSealed } from '../run/checked-line.ts';
import type { StopReason } from '../run/events.ts';
import { errorCode, inWords, type FileSystem } from '../run/file-system.ts';
import { readHead, type Head } from '../run/journal/heads.ts';
import { scanLines } from '../run/journal/scan-lines.ts';

/**
 * Visits what the lines of a journal say, until so many bytes were read. A damaged line says nothing: an estimate does
 * without it.
 */
export async function foldHeads(
  fileSystem: FileSystem,
  path: string,
  mostBytes: number,
  visit: (head: Head) => void,
): Promise<Result<undefined, StopReason>> {
  try {
    const file = await fileSystem.openToRead(path);
    try {
      await scanLines(file, ({ bytes, offset }) => {
        const head = isSealed(bytes) ? readHead(bytes) : undefined;
        if (head !== undefined) visit(head);
        return offset < mostBytes;
      });
      return success(undefined);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    const message = `the journal ${path} cannot be read: ${inWords(error)}`;
    return failure({ kind: 'input', code: 'not_a_run', message });
  }
}
