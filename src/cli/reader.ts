/** Whoever reads what a command writes. */
export interface Reader {
  /** Whether he has closed his end, as `head` does, and wants to hear no more. */
  readonly gone: boolean;
  /** Resolves when he has been given all that was written before; with why, where that could not be written. */
  settled(): Promise<Error | undefined>;
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
  stream.on('error', fail);
  stream.once('close', leave);
  if (stream.destroyed) leave();
  return {
    get gone() {
      return closed && failure === undefined;
    },
    async settled() {
      if (stream.writable) await new Promise<void>((resolve) => stream.write('', () => resolve()));
      // A failure to write is told a turn after the write.
      await new Promise((resolve) => setImmediate(resolve));
      return failure;
    },
    release() {
      stream.off('error', fail);
      stream.off('close', leave);
    },
  };
}

/** A terminal that was closed refuses like a disk that fails. */
function hasLeft({ code }: NodeJS.ErrnoException, isTerminal: boolean): boolean {
  return code === 'EPIPE' || code === 'ECONNRESET' || (code === 'EIO' && isTerminal);
}
