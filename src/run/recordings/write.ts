import { stat } from 'node:fs/promises';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { replaceFile } from '../../records/replace-file.ts';

/** What a file gets that nobody has said otherwise of; the process's umask takes from it. */
const usualMode = 0o666;

/**
 * Puts the lines in the file's place when all are on the disk. Unlike what a run's folder holds, the file is not for its
 * owner alone: it goes into version control, where everybody who has the repository reads it. One that exists keeps its
 * permissions.
 */
export async function writeRecording(
  path: string,
  lines: AsyncIterable<string>,
): Promise<Diagnostic | undefined> {
  const found = await stat(path).catch(() => undefined);
  const mode = found === undefined ? { mode: usualMode } : { exactly: found.mode & 0o777 };
  const failed = await replaceFile(path, ended(lines), false, { permissions: mode });
  return failed && { ...failed, code: 'recording-unwritable' };
}

async function* ended(lines: AsyncIterable<string>): AsyncIterable<string> {
  for await (const line of lines) yield `${line}\n`;
}
