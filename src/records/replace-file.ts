import { randomBytes } from 'node:crypto';
import { constants, openSync } from 'node:fs';
import { open, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { writeTarget, type WriteTarget } from './write-target.ts';

/** Of a file that is made: what the umask leaves of `mode`, or `exactly` this. */
export type Permissions =
  | { readonly mode: number; readonly exactly?: undefined }
  | { readonly mode?: undefined; readonly exactly: number };

const ownerOnly: Permissions = { mode: 0o600 };

/** How a file is replaced. */
export interface Replacing {
  /** Default: who may read a file that is data is its owner alone. */
  readonly permissions?: Permissions;
  /** A pipe that nobody reads is no longer waited for when it aborts. */
  readonly signal?: AbortSignal;
  /** Whether a file is put into the place of whatever is there, also of a link: for a name that nobody has given. */
  readonly unfollowed?: boolean;
}

/**
 * Writes a text to a file that has either all of it or is as it was before: to a file beside it first, which takes its
 * place when it is safe on disk. A link stays one, and a device or a pipe is written to as it is. Gives what failed.
 */
export async function replaceFile(
  path: string,
  text: AsyncIterable<string>,
  gzip: boolean,
  { permissions = ownerOnly, signal, unfollowed = false }: Replacing = {},
): Promise<Diagnostic | undefined> {
  const { mode, exactly = mode } = permissions;
  let folder = dirname(path);
  try {
    const target: WriteTarget = unfollowed ? { path, kind: 'file' } : await writeTarget(path);
    folder = dirname(target.path);
    if (target.kind === 'pipe') return await writeToPipe(path, text, gzip, signal);
    if (target.kind === 'device') {
      await writeTo(await open(target.path, 'w', exactly), text, gzip, false);
      return undefined;
    }
    const beside = join(folder, nameBeside(basename(target.path)));
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
    return unwritable(path, error, (await isThere(folder)) ? undefined : folder);
  }
}

/** Characters of the file's name that the one beside it has: it must not be longer than a name may be. */
const mostOfName = 50;

function nameBeside(name: string): string {
  return `.${name.slice(0, mostOfName)}.${randomBytes(4).toString('hex')}`;
}

async function writeTo(
  handle: FileHandle,
  text: AsyncIterable<string>,
  gzip: boolean,
  flush: boolean,
): Promise<void> {
  // The stream closes the handle, also after a failure.
  await writeInto(handle.createWriteStream({ flush }), text, gzip);
}

async function writeInto(
  file: Writable,
  text: AsyncIterable<string>,
  gzip: boolean,
  signal?: AbortSignal,
): Promise<void> {
  const source = Readable.from(text, { highWaterMark: 1 });
  const options = signal === undefined ? {} : { signal };
  await (gzip ? pipeline(source, createGzip(), file, options) : pipeline(source, file, options));
}

async function writeToPipe(
  path: string,
  text: AsyncIterable<string>,
  gzip: boolean,
  signal: AbortSignal | undefined,
): Promise<Diagnostic | undefined> {
  try {
    await writeInto(await openPipe(path, signal), text, gzip, signal);
    return undefined;
  } catch (error) {
    if (signal?.aborted === true && error instanceof Error && error.name === 'AbortError')
      return unread(path);
    throw error;
  }
}

/** Milliseconds after which it is asked again whether somebody reads a pipe. */
const askAgain = 50;

/**
 * Waits for somebody who reads the pipe. Neither that nor the writing holds a thread of the system's, which nothing could
 * end, the end of the process neither.
 */
async function openPipe(path: string, signal: AbortSignal | undefined): Promise<Writable> {
  for (;;) {
    try {
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      return new Socket({ fd, readable: false, writable: true });
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'ENXIO') throw error;
      await sleep(askAgain, undefined, { signal });
    }
  }
}

function unread(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'output-unwritable',
    message: `\`${path}\` is a pipe, and nobody has read it to the end`,
  };
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

/** `absent`: the folder that it would be in, where there is none. */
function unwritable(path: string, error: SystemError, absent: string | undefined): Diagnostic {
  const why =
    absent === undefined ? error.message.replace(systemCall, '') : `there is no folder \`${absent}\``;
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
