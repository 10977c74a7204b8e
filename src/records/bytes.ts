import { open as openWithCallback } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { inputIsFolder, isOfFolder } from './input-folder.ts';
import type { ChunkStream } from './record-source.ts';

/**
 * Bytes as they are asked for, in pieces of any size. It never throws for what may go wrong outside: it returns why the
 * bytes end before their end, or undefined at their end. Whoever stops early calls `return`, which frees the file.
 */
export type ByteStream = AsyncGenerator<Buffer, Diagnostic | undefined, undefined>;

/** The most bytes that are read at a time. */
export const chunkSize = 65_536;

/** What tells that a file is still the one that was looked at before. */
export interface FileIdentity {
  readonly device: number;
  readonly inode: number;
  readonly size: number;
  /** Milliseconds since 1970, with fractions. */
  readonly modified: number;
}

/**
 * The bytes of a file; of one that must still be `identity`, where that is given. It is looked at again after each
 * reading, so that no bytes are passed on which were written since.
 */
export async function* fileBytes(path: string, identity?: FileIdentity): ByteStream {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    let total = 0;
    for (;;) {
      const buffer = Buffer.allocUnsafeSlow(chunkSize);
      const { bytesRead } = await handle.read(buffer, 0, chunkSize, null);
      total += bytesRead;
      if (identity !== undefined) {
        // A file system may tell a file's new size late; the bytes themselves tell it too.
        const whole = bytesRead === 0 ? total === identity.size : total <= identity.size;
        if (!whole || !same(identity, identityOf(await handle.stat()))) return changed(path);
      }
      if (bytesRead === 0) return undefined;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    return unreadable(path, error);
  } finally {
    await handle?.close();
  }
}

/** The bytes of a stream that is already open; of text its UTF-8. Stopping early closes it, as its iterator does. */
async function* streamBytes(stream: ChunkStream, path: string): ByteStream {
  if (isOfFolder(stream)) return inputIsFolder(path);
  try {
    for await (const chunk of stream) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    return undefined;
  } catch (error) {
    return unreadable(path, error);
  }
}

/** Bytes that come once, from where no other reading begins. */
export interface OnceBytes {
  readonly bytes: ByteStream;
  /** Ends them at once, also while they are waited for; where it cannot, it does nothing. */
  readonly destroy: () => void;
}

export function onceBytes(stream: ChunkStream, path: string): OnceBytes {
  return {
    bytes: streamBytes(stream, path),
    destroy() {
      if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
    },
  };
}

/**
 * The bytes of a pipe with a name, from when it is asked for them. To read it as a file would hold up the end of the
 * process until somebody writes to it.
 */
export function pipeBytes(path: string): OnceBytes {
  let socket: Socket | undefined;
  return {
    bytes: openedPipe(path, (opened) => {
      socket = opened;
    }),
    destroy: () => socket?.destroy(),
  };
}

async function* openedPipe(path: string, opened: (socket: Socket) => void): ByteStream {
  let socket: Socket;
  try {
    const fd = await openDescriptor(path, 'r');
    socket = new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    return unreadable(path, error);
  }
  opened(socket);
  return yield* streamBytes(socket, path);
}

const openDescriptor = promisify(openWithCallback);

/**
 * The same bytes, whose source is let go first when they are no more wanted: where something waits for it, such as what
 * unpacks it, ending that would wait too.
 */
export async function* bytesLetGoBy(bytes: ByteStream, letGo: () => Promise<void> | void): ByteStream {
  try {
    for (;;) {
      const next = await bytes.next();
      if (next.done) return next.value;
      yield next.value;
    }
  } finally {
    await letGo();
    await bytes.return(undefined);
  }
}

/** The same bytes, and why they end where nothing else is the reason. */
export async function* bytesEndingWith(bytes: ByteStream, why: Diagnostic): ByteStream {
  return (yield* bytes) ?? why;
}

/** The same bytes, each piece shown before it is passed on. */
export async function* observedBytes(bytes: ByteStream, observe: (chunk: Buffer) => void): ByteStream {
  try {
    for (;;) {
      const next = await bytes.next();
      if (next.done) return next.value;
      observe(next.value);
      yield next.value;
    }
  } finally {
    await bytes.return(undefined);
  }
}

/** Pieces that have been read already, then the rest. */
export async function* rejoinedBytes(read: readonly Buffer[], rest: ByteStream): ByteStream {
  try {
    yield* read;
    return yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

export function identityOf(stats: {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
}): FileIdentity {
  return { device: stats.dev, inode: stats.ino, size: stats.size, modified: stats.mtimeMs };
}

function same(one: FileIdentity, other: FileIdentity): boolean {
  return (
    one.device === other.device &&
    one.inode === other.inode &&
    one.size === other.size &&
    one.modified === other.modified
  );
}

function changed(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'input-changed',
    message: `\`${path}\` has changed since it was opened`,
    hint: 'copy the file, and run on the copy',
  };
}

export function unreadable(path: string, error: unknown): Diagnostic {
  return {
    severity: 'error',
    code: 'input-unreadable',
    message: `\`${path}\` cannot be read: ${error instanceof Error ? error.message : String(error)}`,
  };
}
