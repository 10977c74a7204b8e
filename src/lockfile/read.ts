import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { printable } from '../diagnostic/printable.ts';
import { readTextFile } from '../pipeline/load.ts';
import { failure, type Result } from '../result.ts';
import { lockPathOf } from './lock.ts';
import { markedPipeline, parseLock, type ReadLock } from './text.ts';

/** The lock of a pipeline file at an absolute path, which the user names as `shown`. */
export async function readLock(
  pipeline: string,
  shown: string,
): Promise<Result<ReadLock, readonly Diagnostic[]>> {
  const path = lockPathOf(pipeline);
  const remedy = `\`pipe lock ${shown}\``;
  const file = await readTextFile(path);
  if (file.ok) return parseLock(path, file.value.text, remedy);
  if (file.error.code !== 'missing-file') return failure([file.error]);
  const message = `there is no lock of \`${basename(pipeline)}\`: \`${basename(path)}\` is not there`;
  const hint = `${remedy} writes it, when you have tested what is to be held`;
  return failure([
    { severity: 'error', code: 'missing-lock', message, hint, place: { path: pipeline, line: 1 } },
  ]);
}

/** Why the file where the lock would be is not to be written over: other programs have files of such names, too. */
export async function notOurs(pipeline: string, shown: string): Promise<Diagnostic | undefined> {
  const path = lockPathOf(pipeline);
  const file = await readTextFile(path, shown);
  if (!file.ok) return file.error.code === 'missing-file' ? undefined : file.error;
  if (file.value.text.trim() === '') return undefined;
  const of = markedPipeline(file.value.text);
  if (of === printable(basename(pipeline))) return undefined;
  const isOld = of !== undefined && !(await isThere(join(dirname(path), of)));
  if (isOld) return undefined;
  const what = of === undefined ? "no lock of pipe's" : `the lock of \`${of}\``;
  const message = `\`${shown}\` is ${what}, and is left as it is`;
  return { severity: 'error', code: 'not-the-lock', message, hint: 'give the pipeline another name' };
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
