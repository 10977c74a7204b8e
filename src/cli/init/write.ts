import { randomBytes } from 'node:crypto';
import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode, inWords } from '../../run/file-system.ts';
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

/** Writes each file whole and renames it into place; fails with a sentence at the first that cannot be written. */
export async function writeFiles(files: readonly NewFile[]): Promise<Result<undefined, string>> {
  for (const { path, text } of files) {
    const beside = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`);
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(beside, text, { flag: 'wx' });
      await rename(beside, path);
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      await rm(beside, { force: true }).catch(() => undefined);
      return failure(`\`${path}\` cannot be written: ${inWords(error)}`);
    }
  }
  return success(undefined);
}
