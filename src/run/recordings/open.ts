import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { missingFile } from '../../diagnostic/missing-file.ts';
import { failure, success, type Result } from '../../result.ts';
import { inWords } from '../file-system.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { RecordedEntry } from './lines.ts';
import { noRecording, readRecording, type RecordingFile } from './read-file.ts';
import { createRecordings, type Recordings } from './recordings.ts';
import { saidBy } from './said.ts';

export interface OpenRecordingsOptions {
  /** What paths are relative to; default: the working directory. */
  readonly cwd?: string;
  /** A file that is not there, or is empty, is a recording of nothing. Default: a mistake. */
  readonly absent?: 'empty';
}

export interface OpenedRecordings {
  readonly recordings: Recordings;
  /** Warnings: one question, two answers. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads recordings: files, and folders whose `*.jsonl` with recorded entries are read by their names. The first answer to
 * a question is the one that counts. All mistakes of all files are told.
 */
export async function openRecordings(
  paths: readonly string[],
  { cwd = '', absent }: OpenRecordingsOptions = {},
): Promise<Result<OpenedRecordings, readonly Diagnostic[]>> {
  const read: Result<readonly ReadFile[], readonly Diagnostic[]>[] = [];
  for (const path of paths) read.push(await readPath(resolve(cwd, path), path, absent));
  const mistakes = read.flatMap((one) => (one.ok ? [] : one.error));
  if (mistakes.length > 0) return failure(mistakes);
  const files = distinct(read.flatMap((one) => (one.ok ? one.value : [])));
  const { entries, diagnostics } = firstAnswers(files.flatMap((file) => file.entries));
  const recordings = createRecordings(
    files.map(({ path }) => path),
    entries,
  );
  return success({ recordings, diagnostics });
}

interface ReadFile extends RecordingFile {
  readonly path: string;
}

/** A file that is named, and is in a folder that is named too, is read once. */
function distinct(files: readonly ReadFile[]): readonly ReadFile[] {
  return [...new Map(files.map((file) => [file.path, file])).values()];
}

/** `shown`: as the user named it. */
async function readPath(
  path: string,
  shown: string,
  absent: 'empty' | undefined,
): Promise<Result<readonly ReadFile[], readonly Diagnostic[]>> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) {
    return absent === 'empty' ? success([]) : failure([await missingFile(path, shown)]);
  }
  if (found.isDirectory()) return readFolder(path, shown);
  if (!found.isFile()) return failure([refused(`\`${shown}\` is neither a file nor a folder`)]);
  const read = await readRecording(path);
  if (!read.ok) return failure([read.error]);
  const other = absent === 'empty' ? 'name another file to record in' : recordFirst;
  const none = noRecording(read.value, shown, other);
  if (none !== undefined) return failure([none]);
  if (read.value.mistakes.length > 0) return failure(read.value.mistakes);
  if (read.value.entries.length === 0 && absent !== 'empty') {
    return failure([refused(`nothing is recorded in \`${shown}\``, recordFirst)]);
  }
  return success([{ ...read.value, path }]);
}

/** Other JSONL may lie beside recordings, such as rows: it is passed over. */
async function readFolder(
  path: string,
  shown: string,
): Promise<Result<readonly ReadFile[], readonly Diagnostic[]>> {
  const names = await filesIn(path);
  if (typeof names === 'string') {
    return failure([refused(`the folder \`${shown}\` cannot be read: ${names}`)]);
  }
  const files: ReadFile[] = [];
  const mistakes: Diagnostic[] = [];
  for (const name of names.filter((one) => one.endsWith('.jsonl')).sort()) {
    const file = join(path, name);
    const read = await readRecording(file);
    if (!read.ok) mistakes.push(read.error);
    else if (read.value.recorded) {
      mistakes.push(...read.value.mistakes);
      files.push({ ...read.value, path: file });
    }
  }
  if (mistakes.length > 0) return failure(mistakes);
  if (files.length > 0) return success(files);
  return failure([refused(`there is no recording in the folder \`${shown}\``, recordFirst)]);
}

/** Their names; or in words why the folder cannot be read. */
async function filesIn(folder: string): Promise<readonly string[] | string> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    return found.flatMap((one) => (one.isDirectory() ? [] : one.name));
  } catch (error) {
    return inWords(error);
  }
}

const recordFirst = 'record first: pipe run … --record FILE';

function refused(message: string, hint?: string): Diagnostic {
  return { severity: 'error', code: 'no-recording', message, ...(hint !== undefined && { hint }) };
}

/** Each question once; where two entries answer it otherwise, the later one is warned of. */
function firstAnswers(entries: readonly RecordedEntry[]): {
  readonly entries: readonly RecordedEntry[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const first = new Map<Fingerprint, RecordedEntry>();
  const diagnostics: Diagnostic[] = [];
  for (const entry of entries) {
    const earlier = first.get(entry.fingerprint);
    if (earlier === undefined) first.set(entry.fingerprint, entry);
    else if (saidBy(earlier) !== saidBy(entry)) diagnostics.push(contradiction(earlier, entry));
  }
  return { entries: [...first.values()], diagnostics };
}

function contradiction(earlier: RecordedEntry, { step, path, line }: RecordedEntry): Diagnostic {
  const where = earlier.path === path ? `line ${earlier.line}` : `${earlier.path}:${earlier.line}`;
  return {
    severity: 'warning',
    code: 'two-answers',
    message: `this answer of step \`${step}\` is not used: ${where} answers the same question otherwise, and comes first`,
    hint: 'remove one of the two lines',
    place: { path, line },
  };
}
