import { appendFile, open, rename, writeFile } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { ByteStream } from './bytes.ts';

export interface Spool {
  /** The bytes, each piece on disk before it is passed on. */
  readonly bytes: ByteStream;
  /** Keeps what has not been read. For when reading has stopped before the end. */
  rest(): Promise<Diagnostic | undefined>;
}

/**
 * Keeps a copy of bytes that can be read only once. They go to `PATH.partial`, which becomes PATH when the end has been
 * reached: where PATH is, it is the whole input. Both are 0600.
 */
export function spool(source: ByteStream, path: string): Spool {
  const partial = `${path}.partial`;
  let begun = false;
  const next = async (): Promise<IteratorResult<Buffer, Diagnostic | undefined>> => {
    try {
      if (!begun) await writeFile(partial, '', { mode: 0o600 });
      begun = true;
      const read = await source.next();
      if (!read.done) await appendFile(partial, read.value);
      else if (read.value === undefined) await finish(partial, path);
      return read;
    } catch (error) {
      return { done: true, value: unwritable(path, error) };
    }
  };
  return {
    bytes: passOn(next),
    async rest() {
      for (;;) {
        const read = await next();
        if (read.done) return read.value;
      }
    },
  };
}

/** Stopping early leaves the source open: `rest` may follow. */
async function* passOn(next: () => Promise<IteratorResult<Buffer, Diagnostic | undefined>>): ByteStream {
  for (;;) {
    const read = await next();
    if (read.done) return read.value;
    yield read.value;
  }
}

async function finish(partial: string, path: string): Promise<void> {
  const handle = await open(partial, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, path);
}

function unwritable(path: string, error: unknown): Diagnostic {
  return {
    severity: 'error',
    code: 'spool-unwritable',
    message: `the copy of the input can't be written to ${path}: ${error instanceof Error ? error.message : String(error)}`,
  };
}
