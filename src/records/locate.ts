import { stat } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { missingFile } from '../diagnostic/missing-file.ts';
import { failure, success, type Result } from '../result.ts';
import { identityOf, unreadable, type FileIdentity } from './bytes.ts';
import { inputIsFolder } from './input-folder.ts';

/** Where an input is: a regular file, or one of those whose bytes come once. */
export type InputPlace =
  | { readonly kind: 'stdin' | 'pipe' | 'device' }
  | { readonly kind: 'file'; readonly identity: FileIdentity };

export async function locateInput(path: string): Promise<Result<InputPlace, Diagnostic>> {
  if (path === '-') return success({ kind: 'stdin' });
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return failure(inputIsFolder(path));
    if (stats.isFile()) return success({ kind: 'file', identity: identityOf(stats) });
    return success({ kind: stats.isFIFO() ? 'pipe' : 'device' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const absent = code === 'ENOENT' || code === 'ENOTDIR';
    return failure(absent ? await missingFile(path) : unreadable(path, error));
  }
}
