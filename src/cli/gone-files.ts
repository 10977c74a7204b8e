import { stat } from 'node:fs/promises';
import { pathWord } from '../diagnostic/command-words.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shownPath } from '../diagnostic/placed.ts';

/**
 * What a run was begun with and is not there any more, as where its folder comes from another machine: a resume reads both
 * files where they were. `folder`: the run's.
 */
export async function goneFiles(
  cwd: string,
  folder: string,
  files: { readonly pipeline: string; readonly input: string },
): Promise<readonly Diagnostic[]> {
  const given = [files.pipeline, ...(files.input === '-' ? [] : [files.input])];
  const there = await Promise.all(given.map(isThere));
  const run = `pipe run FILE --input ROWS --run-dir ${pathWord(shownPath(folder, cwd))}`;
  return given
    .filter((_, at) => there[at] === false)
    .map((path) => ({
      severity: 'error',
      code: 'missing-file',
      message: `there is no file \`${shownPath(path, cwd)}\`, which the run was begun with`,
      hint: `put it back; where it stands elsewhere now, \`${run}\` goes on, with the flags that the run was begun with`,
    }));
}

/** What is there and cannot be read is told by who reads it. */
async function isThere(path: string): Promise<boolean> {
  const error: unknown = await stat(path).then(
    () => undefined,
    (error: unknown) => error,
  );
  return !(
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR')
  );
}
