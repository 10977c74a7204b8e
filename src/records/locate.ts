import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
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
    const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return failure(absent ? await missing(path) : unreadable(path, error));
  }
}

function folder(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'input-is-folder',
    message: `${path} is a folder`,
    hint: 'name one file of records',
  };
}

async function missing(path: string): Promise<Diagnostic> {
  const near = didYouMean(basename(path), await namesIn(dirname(path)));
  return {
    severity: 'error',
    code: 'input-missing',
    message: `there is no file ${path}`,
    hint:
      near === undefined
        ? 'check the path; it starts from the working directory'
        : `did you mean ${path.startsWith('./') ? './' : ''}${join(dirname(path), near)}?`,
  };
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch {
    // Without a folder there is nothing to suggest; that the file is missing is told all the same.
    return [];
  }
}
