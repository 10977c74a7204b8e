import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../result.ts';
import { chunkSize, type ByteStream } from './bytes.ts';
import type { Incoming } from './incoming.ts';

/** Bytes that come once, on their way through a file that keeps them. */
export interface Spool {
  /** All of them from the first on, read from the file. To be called once. */
  read(): ByteStream;
  /** Of all of them, in hex, once the file is whole. */
  readonly sha256: () => string | undefined;
  /** Takes no more of them and frees the file, which keeps what it has. */
  readonly stop: () => Promise<void>;
}

export interface SpoolOptions {
  /** Bytes that the file may be ahead of its reader. Default: 1 GB, for a producer without an end fills no disk. */
  readonly ahead?: number;
  /** Makes the file, for its owner alone, or opens that of an earlier run. */
  readonly open?: (path: string) => Promise<OpenedSpool>;
}

export interface OpenedSpool {
  readonly file: SpoolFile;
  /** Bytes that an earlier run has kept. */
  readonly kept: number;
}

export type SpoolFile = Pick<FileHandle, 'write' | 'read' | 'datasync' | 'close'>;

/**
 * Milliseconds for which an end may yet turn out to be none: a Ctrl-C ends whoever writes as well, and may be heard of a
 * moment after.
 */
const settling = 50;

/** The copy of an input that comes once, in a run's folder. */
export const spoolName = 'stdin';

/** What the file is called until it has all that came: one that never did is told by its name. */
export function partOf(path: string): string {
  return `${path}.part`;
}

/**
 * Writes bytes to a file as fast as they come, so that their producer is soon through, whatever is done with them; they
 * are read from there. The file has its name only when it is whole and on the disk. A disk that refuses is told as the
 * reason why the bytes end, after those that it took.
 *
 * What an earlier run was killed over is kept: its input comes again from the first byte on, and has to be the same as far
 * as that run had come. Where it is not, the bytes end there with the reason, and the file stays as it is.
 */
export async function startSpool(
  incoming: Incoming,
  path: string,
  { ahead = 2 ** 30, open: openFile = openPart }: SpoolOptions = {},
): Promise<Result<Spool, Diagnostic>> {
  let opened: OpenedSpool;
  try {
    opened = await openFile(partOf(path));
  } catch (error) {
    return failure(spoolFailed(path, error));
  }
  const { file, kept } = opened;
  incoming.take();
  const arrived = createBell();
  const room = createBell();
  const over = createBell();
  const state = { written: 0, read: 0, stopping: false };
  const hash = createHash('sha256');
  let sha256: string | undefined;
  let ended: Incoming['end'];
  let stopped: Promise<void> | undefined;
  const pumped = pump();

  async function pump(): Promise<void> {
    try {
      while (ended === undefined && !state.stopping) {
        const piece = incoming.pieces.shift();
        if (piece !== undefined) await keep(piece);
        else if (incoming.end !== undefined) await finish(incoming.end);
        else await Promise.race([incoming.more(), over.rung()]);
      }
    } catch (error) {
      ended = { why: spoolFailed(path, error) };
      incoming.close();
    }
    arrived.ring();
  }

  async function keep(piece: Buffer): Promise<void> {
    const before = Math.min(piece.length, Math.max(0, kept - state.written));
    if (before > 0 && !(await isKept(piece.subarray(0, before)))) {
      ended = { why: otherInput(path) };
      incoming.close();
      return;
    }
    for (let at = before; at < piece.length;) {
      at += (await file.write(piece, at, piece.length - at, state.written + at)).bytesWritten;
    }
    state.written += piece.length;
    hash.update(piece);
    arrived.ring();
    while (!state.stopping && state.written - state.read > ahead) await room.rung();
  }

  /** Whether an earlier run has kept these bytes in this place. */
  async function isKept(bytes: Buffer): Promise<boolean> {
    const there = Buffer.allocUnsafeSlow(bytes.length);
    let filled = 0;
    while (filled < there.length) {
      const at = state.written + filled;
      const { bytesRead } = await file.read(there, filled, there.length - filled, at);
      if (bytesRead === 0) return false;
      filled += bytesRead;
    }
    return there.equals(bytes);
  }

  async function finish(end: NonNullable<Incoming['end']>): Promise<void> {
    if (end.why === undefined && state.written < kept) {
      ended = { why: otherInput(path) };
      return;
    }
    if (end.why === undefined) {
      await file.datasync();
      await Promise.race([sleep(settling), over.rung()]);
      if (state.stopping) return;
      await rename(partOf(path), path);
      sha256 = hash.digest('hex');
    }
    ended = end;
  }

  async function* read(): ByteStream {
    try {
      for (;;) {
        const there = state.written - state.read;
        if (state.stopping) return closed(path);
        if (there > 0) {
          const buffer = Buffer.allocUnsafeSlow(Math.min(there, chunkSize));
          const { bytesRead } = await file.read(buffer, 0, buffer.length, state.read);
          if (bytesRead === 0) return spoolFailed(path, 'something has cut the file short');
          state.read += bytesRead;
          room.ring();
          yield buffer.subarray(0, bytesRead);
        } else if (ended !== undefined) return ended.why;
        else await arrived.rung();
      }
    } catch (error) {
      return spoolFailed(path, error);
    } finally {
      await stop();
    }
  }

  function stop(): Promise<void> {
    state.stopping = true;
    stopped ??= end();
    return stopped;
  }

  async function end(): Promise<void> {
    incoming.close();
    for (const bell of [over, room, arrived]) bell.ring();
    await pumped;
    // What could still fail here is of bytes that nobody waits for.
    await file.close().catch(() => undefined);
  }

  return success({ read, sha256: () => sha256, stop });
}

/** Never what a link leads to. */
async function openPart(path: string): Promise<OpenedSpool> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  const file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  const { size } = await file.stat();
  return { file, kept: size };
}

/** Wakes one who waits, if there is one. */
interface Bell {
  ring(): void;
  rung(): Promise<void>;
}

function createBell(): Bell {
  let wake = () => {};
  return {
    ring: () => wake(),
    rung: () =>
      new Promise((resolve) => {
        wake = resolve;
      }),
  };
}

/** Not as if it were the end, which would make a record of half a row. */
function closed(path: string): Diagnostic {
  return { severity: 'error', code: 'input-closed', message: `reading \`${path}\` was ended before its end` };
}

/** What the earlier run was answered is of other rows, though their keys may be the same. */
function otherInput(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'other-input',
    message: `this is not the input that the run was begun with: it differs from what the run has kept of it in \`${partOf(path)}\``,
    hint: 'give it the same input from its beginning, or run on this one in another `--run-dir`',
  };
}

export function spoolFailed(path: string, error: unknown): Diagnostic {
  return {
    severity: 'error',
    code: 'spool-failed',
    message: `the input could not be kept in \`${path}\`: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'make room on the disk, or save the input to a file and run on that: a file is not copied',
  };
}
