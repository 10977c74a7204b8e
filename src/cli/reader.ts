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
    gone = true;
    left();
  };
  stream.once('close', leave);
  return {
    get gone() {
      return gone;
    },
    release() {
      stream.off('close', leave);
    },
  };
}
