import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { ByteStream, OnceBytes } from './bytes.ts';

/**
 * Bytes that come once, pulled a piece at a time. How they begin is looked at before it is known whether they are read
 * as they come or from a spool: what was looked at is still there for a spool to take.
 */
export interface Incoming {
  /** The bytes from the first on. Ending it early closes them, unless they were taken. */
  readonly looked: ByteStream;
  /** Those that have come and were not taken, in order. */
  readonly pieces: Buffer[];
  /** Set when no more will come: why they end before their end, or undefined. */
  readonly end: { readonly why: Diagnostic | undefined } | undefined;
  /** Resolves when another piece, or the end, has come. All who wait at one time wait for the same one. */
  more(): Promise<void>;
  /** `looked` is read to its end, and nobody will take the pieces: none is kept any more. */
  pass(): void;
  /** All pieces, from the first on, are the caller's: `looked` gives no further one. */
  take(): void;
  /** Lets go of where the bytes come from, at once, even while another piece is waited for. */
  readonly close: () => void;
}

export function createIncoming({ bytes, destroy }: OnceBytes): Incoming {
  const pieces: Buffer[] = [];
  const state = { kept: true, taken: false };
  let end: Incoming['end'];
  let pulling: Promise<void> | undefined;

  async function pull(): Promise<void> {
    const next = await bytes.next();
    pulling = undefined;
    if (next.done === true) end = { why: next.value };
    else pieces.push(next.value);
  }

  async function more(): Promise<void> {
    if (end !== undefined) return;
    pulling ??= pull();
    await pulling;
  }

  async function* look(): ByteStream {
    try {
      for (let at = 0; ; at += 1) {
        if (at === pieces.length) await more();
        const piece = pieces[at];
        if (state.taken) return undefined;
        if (piece === undefined) return end?.why;
        if (!state.kept) {
          pieces.splice(0, at + 1);
          at = -1;
        }
        yield piece;
      }
    } finally {
      if (!state.taken) close();
    }
  }

  function close(): void {
    destroy();
    // Not waited for: where the next piece does not come for hours, neither would this.
    void bytes.return(undefined);
  }

  return {
    looked: look(),
    pieces,
    get end() {
      return end;
    },
    more,
    pass() {
      state.kept = false;
    },
    take() {
      state.taken = true;
    },
    close,
  };
}
