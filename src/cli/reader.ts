import { unlessAborted } from './signals.ts';

/** Whoever reads what a command writes. */
export interface Reader {
  /**
   * Resolves when he has been given all that was written before; with why, where that could not be written. Where he has
   * not taken it when `end` aborts, the rest is given up: the process does not wait for him any more.
   */
  settled(end: AbortSignal): Promise<Error | 'unread' | undefined>;
  /** Whether he is there, and something that was written waits for him. */
  readonly behind: boolean;
  release(): void;
}

/**
 * `left` is called when the reader goes; where he has not gone, but what was told could not be written, with why. Told
 * by the stream's events alone: those of a process forget what has happened to them.
 */
export function watchReader(stream: NodeJS.WriteStream, left: (failure?: Error) => void): Reader {
  let closed = false;
  let failure: Error | undefined;
  const fail = (error: NodeJS.ErrnoException) => {
    if (!hasLeft(error, stream.isTTY)) failure ??= error;
  };
  const leave = () => {
    if (closed) return;
    closed = true;
    left(failure);
  };
  const isBehind = () => !closed && stream.writable && stream.writableLength > 0;
  const release = () => {
    stream.off('error', fail);
    stream.off('close', leave);
  };
  stream.on('error', fail);
  stream.once('close', leave);
  if (stream.destroyed) leave();
  return {
    async settled(end) {
      if (stream.writable) await unlessAborted(allTaken(stream), end);
      // A failure to write is told a turn after the write.
      await new Promise((resolve) => setImmediate(resolve));
      if (!isBehind()) return failure;
      release();
      stream.destroy();
      return 'unread';
    },
    get behind() {
      return isBehind();
    },
    release,
  };
}

/** Resolves when what was written before has been taken or refused. */
function allTaken(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

/** A terminal that was closed refuses like a disk that fails. */
function hasLeft({ code }: NodeJS.ErrnoException, isTerminal: boolean): boolean {
  return code === 'EPIPE' || code === 'ECONNRESET' || (code === 'EIO' && isTerminal);
}
