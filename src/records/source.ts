import { createHash } from 'node:crypto';
import { batched, type Batched } from '../batched.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success } from '../result.ts';
import {
  bytesLetGoBy,
  fileBytes,
  observedBytes,
  rejoinedBytes,
  type ByteStream,
  type FileIdentity,
} from './bytes.ts';
import type { Batch, ReadOptions, RecordCounter, RecordFormat, RecordReader } from './format.ts';
import type { Incoming } from './incoming.ts';
import type { SourceReading } from './record-source.ts';
import type { InputBroken, RecordItem } from './record.ts';
import { startSpool, type Spool } from './spool.ts';
import { textBytes } from './unpack.ts';

/**
 * A regular file, read anew each time; it must stay the file that `identity` tells. `isCopy`: of bytes that came once.
 */
export function fileReading(
  path: string,
  identity: FileIdentity,
  format: RecordFormat,
  options: ReadOptions,
  isCopy: boolean,
): SourceReading {
  const once = isCopy ? path : undefined;
  return {
    replayable: true,
    read: (schema) =>
      readItems(textBytes(fileBytes(path, identity), path), format.reader({ ...options, schema }), once),
    async survey() {
      const hash = createHash('sha256');
      const raw = observedBytes(fileBytes(path, identity), (chunk) => hash.update(chunk));
      const counter = format.counter(options);
      const broken = await count(textBytes(raw, path), counter);
      if (broken !== undefined) return failure(broken);
      return success({ ...counter.count(), sha256: hash.digest('hex') });
    },
    spoolTo: async () => success(undefined),
    close: async () => {},
  };
}

export interface OnceBegun {
  readonly incoming: Incoming;
  /** The text that was read to see how it begins, and the rest of it. */
  readonly begun: readonly Buffer[];
  readonly rest: ByteStream;
}

/** Bytes that come once. */
export function onceReading(
  { incoming, begun, rest }: OnceBegun,
  format: RecordFormat,
  options: ReadOptions,
): SourceReading {
  const { path } = options;
  let read = false;
  let spool: Spool | undefined;
  const text = () => {
    if (spool !== undefined) return bytesLetGoBy(textBytes(spool.read(), path), spool.stop);
    incoming.pass();
    return bytesLetGoBy(rejoinedBytes(begun, rest), incoming.close);
  };
  return {
    replayable: false,
    read(schema) {
      if (read) return readBefore(path);
      read = true;
      return readItems(text(), format.reader({ ...options, schema }), path);
    },
    survey: async () => undefined,
    async spoolTo(file) {
      if (read || spool !== undefined) return failure(onlyOnce(path));
      const started = await startSpool(incoming, file);
      if (!started.ok) return started;
      spool = started.value;
      // What was read to see how it begins is read again, from the spool. Not waited for: it may wait for bytes itself.
      void rest.return(undefined);
      return success(undefined);
    },
    copied: () => spool?.sha256(),
    async close() {
      read = true;
      incoming.close();
      await (spool === undefined ? rest.return(undefined) : spool.stop());
    },
  };
}

/**
 * Those of one chunk come together. `once`: the path of bytes that come once, whose sender may have been cut off: a last row
 * that could have gone on counts as the beginning of a record.
 */
export function readItems(
  bytes: ByteStream,
  reader: RecordReader,
  once?: string,
): Batched<RecordItem | InputBroken> {
  return batched(readBatches(bytes, reader, once));
}

async function* readBatches(
  bytes: ByteStream,
  reader: RecordReader,
  once: string | undefined,
): AsyncGenerator<readonly (RecordItem | InputBroken)[], void, undefined> {
  try {
    for (;;) {
      const next = await bytes.next();
      if (next.done && next.value !== undefined) {
        // The row that the break goes through is no record.
        yield [{ ok: false, broken: next.value }];
        return;
      }
      const batch = next.done ? reader.end() : reader.push(next.value);
      const { items, broken } = next.done && once !== undefined ? withoutCut(batch, once) : batch;
      yield broken === undefined ? items : [...items, { ok: false, broken }];
      if (broken !== undefined || next.done) return;
    }
  } finally {
    await bytes.return(undefined);
  }
}

function withoutCut(batch: Batch, path: string): Batch {
  const last = batch.items.at(-1);
  if (last === undefined || last.ok || batch.endsWithin !== true || batch.broken !== undefined) return batch;
  const broken: Diagnostic = {
    severity: 'error',
    code: 'input-cut',
    message: `it ends within this row (${last.error.message})`,
    place: { path, line: last.line },
  };
  return { items: batch.items.slice(0, -1), broken };
}

async function* readBefore(path: string): AsyncGenerator<InputBroken, void, undefined> {
  yield { ok: false, broken: onlyOnce(path) };
}

function onlyOnce(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'input-read-before',
    message: `\`${path}\` can be read only once`,
    hint: 'save it to a file, and read that',
  };
}

async function count(bytes: ByteStream, counter: RecordCounter): Promise<Diagnostic | undefined> {
  try {
    for (;;) {
      const next = await bytes.next();
      if (next.done) return next.value ?? counter.end();
      const broken = counter.push(next.value);
      if (broken !== undefined) return broken;
    }
  } finally {
    await bytes.return(undefined);
  }
}
