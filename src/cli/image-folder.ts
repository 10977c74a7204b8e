import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure } from '../result.ts';

interface FolderFlags {
  readonly input?: string;
  readonly files?: string;
}

/** What is wrong with the folder that `--files` names. */
export async function refusedFiles({
  files,
}: FolderFlags): Promise<{ readonly ok: false; readonly error: Diagnostic } | undefined> {
  if (files === undefined) return undefined;
  const found = await stat(files).catch(() => undefined);
  if (found?.isDirectory() === true) return undefined;
  const what = found === undefined ? 'does not exist' : 'is no folder';
  return failure({
    severity: 'error',
    code: 'missing-folder',
    message: `the folder of \`--files\`, \`${files}\`, ${what}`,
    hint: 'name the folder that the paths of images begin at',
  });
}

/** The folder of image files; undefined for records from stdin, which have none of their own. */
export function filesFolder({ input, files }: FolderFlags): string | undefined {
  return files ?? (input === undefined || input === '-' ? undefined : dirname(input));
}
