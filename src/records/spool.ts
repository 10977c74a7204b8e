import { appendFile, open, rename, writeFile } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { ByteStream } from './bytes.ts';

/** Bytes that can be read only once, and the copy of them that can be read again. */
export interface Spool {
  /** With a copy, each piece is on disk before it is passed on. Stopping early leaves the source open. */
  readonly bytes: ByteStream;
  /** Keeps the copy here, from the first byte on. To be called before `release`. Gives what failed. */
  keepIn(path: string): Promise<Diagnostic | undefined>;
  /** Lets go of the first bytes, which are held until it is known whether a copy is wanted. */
  release(): void;
  /** Copies what has not been read, for when reading has stopped before the end. Gives what failed. */
  rest(): Promise<Diagnostic | undefined>;
  close(): Promise<void>;
}

type Next = IteratorResult<Buffer, Diagnostic | undefined>;

/**
 * The copy grows as `PATH.partial` and becomes PATH when the end has been reached: where PATH is, it is the whole input.
 * It is 0600.
 */
export function createSpool(source: ByteStream): Spool {
  let held: Buffer[] | undefined = [];
  let path: string | undefined;
  let ended: { readonly why: Diagnostic | undefined } | undefined;

  const step = async (): Promise<Next> => {
    if (ended !== undefined) return { done: true, value: ended.why };
    const read = await source.next();
    if (read.done) ended = { why: read.value };
    else held?.push(read.value);
    if (path === undefined) return read;
    const failed = await attempt(path, async (target) => {
      if (!read.done) await appendFile(partialOf(target), read.value);
      else if (read.value === undefined) await finish(target);
    });
    return failed === undefined ? read : { done: true, value: failed };
  };
  // `rest` may begin while a reader that has been given up still waits for its piece: one at a time keeps their order.
  let last: Promise<unknown> = Promise.resolve();
  const next = async (): Promise<Next> => {
    const mine = last.then(step);
    last = mine;
    return mine;
  };

  return {
    bytes: passOn(next),
    async keepIn(target) {
      const begun = held ?? [];
      held = undefined;
      path = target;
      return attempt(target, async () => {
        await writeFile(partialOf(target), Buffer.concat(begun), { mode: 0o600 });
        if (ended !== undefined && ended.why === undefined) await finish(target);
      });
    },
    release() {
      held = undefined;
    },
    async rest() {
      if (path === undefined) return undefined;
      for (;;) {
        const read = await next();
        if (read.done) return read.value;
      }
    },
    async close() {
      await source.return(undefined);
    },
  };
}

async function* passOn(next: () => Promise<Next>): ByteStream {
  for (;;) {
    const read = await next();
    if (read.done) return read.value;
    yield read.value;
  }
}

function partialOf(path: string): string {
  return `${path}.partial`;
}

async function finish(path: string): Promise<void> {
  const handle = await open(partialOf(path), 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partialOf(path), path);
}

async function attempt(
  path: string,
  write: (path: string) => Promise<void>,
): Promise<Diagnostic | undefined> {
  try {
    await write(path);
    return undefined;
  } catch (error) {
    return {
      severity: 'error',
      code: 'spool-unwritable',
      message: `the copy of the input can't be written to ${path}: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}
