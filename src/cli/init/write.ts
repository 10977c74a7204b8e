import { lstat, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { replaceFile } from '../../records/replace-file.ts';
import { errorCode, inWords, makeFolders } from '../../run/file-system.ts';
import { failure, success, type Result } from '../../result.ts';

export interface NewFile {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/** Which of these stand already. */
export async function standing(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    paths.map((path) =>
      lstat(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, at) => found[at]);
}

/**
 * Writes each file whole; one that stands already keeps its mode, and is written through its link. Fails with a sentence at
 * the first that cannot be written.
 */
export async function writeFiles(files: readonly NewFile[]): Promise<Result<undefined, string>> {
  for (const { path, text } of files) {
    try {
      await makeFolders(dirname(path));
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      return failure(`\`${path}\` cannot be written: ${inWords(error)}`);
    }
    const stands = await stat(path).catch(() => undefined);
    const permissions = stands === undefined ? { mode: 0o666 } : { exactly: stands.mode & 0o777 };
    const mistake = await replaceFile(path, once(text), false, { permissions });
    if (mistake !== undefined) return failure(mistake.message);
  }
  return success(undefined);
}

async function* once(text: string): AsyncGenerator<string, void, undefined> {
  yield text;
}
