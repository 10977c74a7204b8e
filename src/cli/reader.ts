/** Whoever reads what a command writes. */
export interface Reader {
  /** Whether he has closed his end, as `head` does, and wants to hear no more. */
  readonly gone: boolean;
  release(): void;
}

/** `left` is called when the reader goes. */
export function watchReader(stream: NodeJS.WriteStream, left: () => void): Reader {
  let gone = false;
  const leave = () => {
    if (gone) return;
    gone = true;
    left();
  };
  stream.once('close', leave);
  if (stream.destroyed) leave();
  return {
    get gone() {
      return gone;
    },
    release() {
      stream.off('close', leave);
    },
  };
}

/** Why a stream that is closed could not be written; undefined where its reader has closed his end. */
export function failureOf({ errored }: NodeJS.WriteStream): Error | undefined {
  return errored === null || ('code' in errored && errored.code === 'EPIPE') ? undefined : errored;
}
