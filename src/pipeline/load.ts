import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { missingFile } from '../diagnostic/missing-file.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { decodeText } from './decode.ts';

/** A pipeline, a schema or a partial is a matter of kilobytes: more bytes than this are another file's. */
const mostBytes = 10_000_000;

export interface TextFile {
  /** Without the byte order mark that it may begin with. */
  readonly text: string;
  /** Of the file's bytes, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Reads a UTF-8 file of at most 10 MB. Messages name the file as `shown`; where its bytes are not text, the place is
 * theirs.
 */
export async function readTextFile(path: string, shown = path): Promise<Result<TextFile, Diagnostic>> {
  const read = await readBytes(path, shown);
  if (!read.ok) return read;
  const decoded = decodeText(shown, read.value);
  if (!decoded.ok) return decoded;
  return success({ text: decoded.value, sha256: createHash('sha256').update(read.value).digest('hex') });
}

/** The sha256 of a file's bytes, of any size and whatever they are, in hexadecimal. */
export async function hashFile(path: string, shown: string): Promise<Result<string, Diagnostic>> {
  let file: FileHandle | undefined;
  try {
    // To open a pipe would wait for whoever writes into it.
    const stats = await stat(path);
    if (stats.isDirectory()) return failure(isFolder(shown));
    if (!stats.isFile()) return failure(isNoFile(shown));
    file = await open(path, 'r');
    const hash = createHash('sha256');
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
    return success(hash.digest('hex'));
  } catch (error) {
    return failure(await unreadable(path, shown, error));
  } finally {
    await file?.close();
  }
}

async function readBytes(path: string, shown: string): Promise<Result<Buffer, Diagnostic>> {
  let file: FileHandle | undefined;
  try {
    // To open a pipe would wait for whoever writes into it: a shell does, into those that it hands over.
    const stats = await stat(path);
    if (stats.isDirectory()) return failure(isFolder(shown));
    if (!stats.isFile() && !isHandedOver(path)) return failure(isNoFile(shown));
    file = await open(path, 'r');
    const bytes = stats.size > mostBytes ? undefined : await readAtMost(file);
    return bytes === undefined ? failure(isTooLarge(shown)) : success(bytes);
  } catch (error) {
    return failure(await unreadable(path, shown, error));
  } finally {
    await file?.close();
  }
}

/** `<(…)` of a shell, or standard input. */
function isHandedOver(path: string): boolean {
  return /^\/(?:dev\/(?:stdin|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/.test(path);
}

/** Undefined for a longer file: a pipe or a device has no size to look at beforehand, and a file may grow. */
async function readAtMost(file: FileHandle): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(1 << 16) });
    if (bytesRead === 0) return Buffer.concat(chunks);
    length += bytesRead;
    if (length > mostBytes) return undefined;
    chunks.push(buffer.subarray(0, bytesRead));
  }
}

async function unreadable(path: string, shown: string, error: unknown): Promise<Diagnostic> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === '') throw error;
  if (code === 'ENOENT' || code === 'ENOTDIR') return await missingFile(path, shown);
  if (code === 'EISDIR') return isFolder(shown);
  const why = code === 'EACCES' || code === 'EPERM' ? 'you lack the permission' : code;
  return mistake(
    'unreadable-file',
    `the file \`${shown}\` cannot be read: ${why}`,
    'check the path and its permissions',
  );
}

function isFolder(shown: string): Diagnostic {
  return mistake('not-a-file', `\`${shown}\` is a folder, not a file`, 'give the path of a file in it');
}

function isNoFile(shown: string): Diagnostic {
  return mistake('not-a-file', `\`${shown}\` is a device or a pipe, not a file`, 'give the path of a file');
}

function isTooLarge(shown: string): Diagnostic {
  const message = `the file \`${shown}\` is larger than ${mostBytes / 1_000_000} MB`;
  return mistake('file-too-large', message, 'check that it is the right file: data goes into the input');
}

function mistake(code: string, message: string, hint: string): Diagnostic {
  return { severity: 'error', code, message, hint };
}
