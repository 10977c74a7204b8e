import { constants, writeSync } from 'node:fs';
import {
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  truncate,
  type FileHandle,
} from 'node:fs/promises';
import { dirname } from 'node:path';

/** What a run does with the disk. An argument, so that a test can fill the disk or take the folder away. */
export interface FileSystem {
  /** Makes a folder that only its owner can read; fails with EEXIST where something is. Those above it are made too. */
  makeFolder(path: string): Promise<void>;
  /** Names in a folder; fails with ENOENT or ENOTDIR. */
  list(path: string): Promise<readonly string[]>;
  /** What stands at a path: of a link itself, never of what it leads to. Fails with ENOENT where nothing is. */
  look(path: string): Promise<FileLook>;
  /** A new file that only its owner can read; fails with EEXIST where one is. */
  create(path: string): Promise<WritableFile>;
  /** A file that exists, to write on at its end. */
  openToAppend(path: string): Promise<WritableFile>;
  openToRead(path: string): Promise<ReadableFile>;
  /** Cuts a file that exists to so many bytes. */
  truncate(path: string, length: number): Promise<void>;
  /**
   * Renames over whatever file has the new name, and has the folder remember it. A folder is renamed over an empty one, but
   * not on Windows, which refuses that.
   */
  rename(from: string, to: string): Promise<void>;
  /** No mistake where nothing is. */
  remove(path: string): Promise<void>;
  /** With all that is in it; no mistake where nothing is. */
  removeFolder(path: string): Promise<void>;
  /** Fails with ENOTEMPTY where anything is in it. */
  removeEmptyFolder(path: string): Promise<void>;
}

export interface FileLook {
  readonly kind: 'file' | 'folder' | 'other';
  /** Of a file. */
  readonly bytes: number;
}

export interface WritableFile {
  /** Writes all of the bytes at the end. */
  append(bytes: Uint8Array): Promise<void>;
  /**
   * The same before it returns; throws what the system says. Some lines take a tenth of what it takes to have another thread
   * write them, 20 kB a half, and 200 kB as long. Not while an `append` is under way. Undefined where the file cannot be written
   * to so.
   */
  readonly appendNow?: (bytes: Uint8Array) => void;
  /** The bytes written are on the disk. Fails with ENOENT where the file no longer stands at its path. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface ReadableFile {
  /** Fills as much of the array as the file has from this offset; the number of bytes read. */
  read(into: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
}

/** The code of what cannot be opened to be read: to open a pipe would wait for whoever writes into it. */
export const notAFile = 'not_a_file';

const ownerOnlyFile = 0o600;
const ownerOnlyFolder = 0o700;

export const nodeFileSystem: FileSystem = {
  async makeFolder(path) {
    try {
      await mkdir(path, { mode: ownerOnlyFolder });
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      await makeFolders(dirname(path));
      await mkdir(path, { mode: ownerOnlyFolder });
    }
    await syncFolder(dirname(path));
  },
  list: (path) => readdir(path),
  async look(path) {
    const found = await lstat(path);
    const kind = found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
    return { kind, bytes: found.size };
  },
  create: async (path) => writable(await open(path, 'wx', ownerOnlyFile), path),
  openToAppend: async (path) => writable(await open(path, constants.O_WRONLY | constants.O_APPEND), path),
  async openToRead(path) {
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory())
      throw Object.assign(new Error(`${path} is no file`), { code: notAFile });
    return readable(await open(path, constants.O_RDONLY));
  },
  truncate: (path, length) => truncate(path, length),
  async rename(from, to) {
    await rename(from, to);
    await syncFolder(dirname(to));
  },
  remove: (path) => rm(path, { force: true }),
  removeFolder: (path) => rm(path, { force: true, recursive: true }),
  removeEmptyFolder: (path) => rmdir(path),
};

/**
 * A folder and those above it, where they are not there yet. Not by Node's `recursive`, which tells ENOENT of a file system
 * that is read-only or whose quota is used up.
 */
export async function makeFolders(
  path: string,
  make: (path: string) => Promise<unknown> = mkdir,
): Promise<void> {
  const makeIt = async () => {
    try {
      await make(path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  };
  try {
    await makeIt();
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolders(dirname(path), make);
    await makeIt();
  }
}

function writable(handle: FileHandle, path: string): WritableFile {
  return {
    async append(bytes) {
      for (let written = 0; written < bytes.length;) {
        written += (await handle.write(bytes, written)).bytesWritten;
      }
    },
    appendNow(bytes) {
      for (let written = 0; written < bytes.length;) written += writeSync(handle.fd, bytes, written);
    },
    async sync() {
      await handle.datasync();
      // A file whose name is gone goes on taking bytes that nobody will ever read.
      const [here, there] = await Promise.all([handle.stat(), stat(path)]);
      if (here.ino !== there.ino)
        throw Object.assign(new Error('replaced by another file'), { code: 'ENOENT' });
    },
    close: () => handle.close(),
  };
}

function readable(handle: FileHandle): ReadableFile {
  return {
    async read(into, offset) {
      let filled = 0;
      while (filled < into.length) {
        const { bytesRead } = await handle.read(into, filled, into.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled;
    },
    close: () => handle.close(),
  };
}

/** Some systems cannot open a folder to sync it; there the rename itself has to do. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY).catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}

/** The system's name of a failure, such as ENOSPC; undefined where it has none. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const meanings: { readonly [code: string]: string } = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the system allows',
  EACCES: 'permission is denied',
  EPERM: 'it is not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'it or a file in it is gone',
  ENOTDIR: 'a part of its path is a file',
  EISDIR: 'a folder stands where a file belongs',
  EEXIST: 'something is there already',
  EMFILE: 'as many files are open as `ulimit -n` allows',
  ENFILE: 'as many files are open as the system allows',
  EIO: 'the disk failed',
  ENAMETOOLONG: 'its name is too long',
  [notAFile]: 'it is no file but a pipe, a socket or a device',
  ELOOP: 'its links lead in a circle',
};

/** Why the disk refused, in words. */
export function inWords(error: unknown): string {
  const code = errorCode(error);
  const meaning = code === undefined ? undefined : meanings[code];
  if (meaning !== undefined) return `${meaning} (${code})`;
  return error instanceof Error ? error.message : String(error);
}
