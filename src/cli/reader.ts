import type { Terminal } from './terminal.ts';

/** Whoever reads what a command writes on stdout. */
export interface Reader {
  /** Whether he has closed his end, as `head` does, and wants to hear no more. */
  readonly gone: boolean;
  release(): void;
}

/** `left` is called when the reader goes. */
export function watchReader({ stdout }: Terminal, left: () => void): Reader {
  let gone = false;
  const leave = () => {
    gone = true;
    left();
  };
  stdout.once('close', leave);
  return {
    get gone() {
      return gone;
    },
    release() {
      stdout.off('close', leave);
    },
  };
}
