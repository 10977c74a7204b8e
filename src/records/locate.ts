import { stat } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { missingFile } from '../diagnostic/missing-file.ts';
import { failure, success, type Result } from '../result.ts';
import { identityOf, unreadable, type FileIdentity } from './bytes.ts';

/** Where an input is: standard input, a regular file, or a pipe or device whose bytes come once. */
export type InputPlace =
  | { readonly kind: 'stdin' }
  | { readonly kind: 'pipe' }
  | { readonly kind: 'file'; readonly identity: FileIdentity };

export async function locateInput(path: string): Promise<Result<InputPlace, Diagnostic>> {
  if (path === '-') return success({ kind: 'stdin' });
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return failure(folder(path));
    return success(stats.isFile() ? { kind: 'file', identity: identityOf(stats) } : { kind: 'pipe' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const absent = code === 'ENOENT' || code === 'ENOTDIR';
    return failure(absent ? await missingFile(path) : unreadable(path, error));
  }
}

function folder(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'input-is-folder',
    message: `\`${path}\` is a folder, not a file`,
    hint: 'name one file of records',
  };
}
