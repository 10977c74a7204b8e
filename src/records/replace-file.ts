import { randomBytes } from 'node:crypto';
import { lstat, open, realpath, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';

/** Of a file that is made: what the umask leaves of `mode`, or `exactly` this. */
export type Permissions =
  | { readonly mode: number; readonly exactly?: undefined }
  | { readonly mode?: undefined; readonly exactly: number };

const ownerOnly: Permissions = { mode: 0o600 };

/**
 * Writes a text to a file that has either all of it or is as it was before: to a file beside it first, which takes its
 * place when it is safe on disk. A link stays one, and a device or a pipe is written to as it is. Gives what failed.
 * `mode`: who may read a file that is data is its owner alone.
 */
export async function replaceFile(
  path: string,
  text: AsyncIterable<string>,
  gzip: boolean,
  permissions: Permissions = ownerOnly,
): Promise<Diagnostic | undefined> {
  const { mode, exactly = mode } = permissions;
  try {
    const target = await targetOf(path);
    if (!target.replaceable) {
      await writeTo(await open(target.path, 'w', exactly), text, gzip, false);
      return undefined;
    }
    const beside = join(dirname(target.path), `.${basename(target.path)}.${randomBytes(4).toString('hex')}`);
    try {
      const handle = await open(beside, 'wx', exactly);
      if (permissions.exactly !== undefined) await handle.chmod(permissions.exactly);
      await writeTo(handle, text, gzip, true);
      await rename(beside, target.path);
    } catch (error) {
      await removed(beside);
      throw error;
    }
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return unwritable(path, error, await isThere(dirname(path)));
  }
}

interface Target {
  readonly path: string;
  readonly replaceable: boolean;
}

/** Where a path leads. Renaming over a device such as /dev/null would put a file in its place. */
async function targetOf(path: string): Promise<Target> {
  try {
    const real = await realpath(path);
    return { path: real, replaceable: (await stat(real)).isFile() };
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT') throw error;
    return { path, replaceable: !(await isLink(path)) };
  }
}

/** Whether a path that leads nowhere is a link: to a file that is not there yet, or to a pipe, as /dev/stdout may be. */
async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return false;
    throw error;
  }
}

async function writeTo(
  handle: FileHandle,
  text: AsyncIterable<string>,
  gzip: boolean,
  flush: boolean,
): Promise<void> {
  const source = Readable.from(text, { highWaterMark: 1 });
  // The stream closes the handle, also after a failure.
  const file = handle.createWriteStream({ flush });
  await (gzip ? pipeline(source, createGzip(), file) : pipeline(source, file));
}

async function removed(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch {
    // It was never made, or the disk that failed fails again: the first failure is the one to tell.
  }
}

interface SystemError extends Error {
  readonly code: string;
}

/** Told from a bug of ours by the system call that it names. */
function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The system names its call, and by it the file beside, which the user does not know. */
const systemCall = /, \w+(?: '.*')?$/su;

function unwritable(path: string, error: SystemError, hasFolder: boolean): Diagnostic {
  const why = hasFolder ? error.message.replace(systemCall, '') : `there is no folder \`${dirname(path)}\``;
  const hints: { readonly [code: string]: string } = {
    ENOENT: 'make the folder first',
    EISDIR: 'name a file in it',
    ENOSPC: 'free some space on the disk',
    EACCES: 'choose a place that you may write to',
  };
  const hint = hints[error.code];
  return {
    severity: 'error',
    code: 'output-unwritable',
    message: `\`${path}\` cannot be written: ${why}`,
    ...(hint !== undefined && { hint }),
  };
}
