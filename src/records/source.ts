import { createHash } from 'node:crypto';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonSchema } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { fileBytes, observedBytes, rejoinedBytes, type ByteStream, type FileIdentity } from './bytes.ts';
import type { Count, ReadOptions, RecordCounter, RecordFormat, RecordReader } from './format.ts';
import type { InputBroken, RecordItem } from './record.ts';
import type { Spool } from './spool.ts';
import { textBytes } from './unpack.ts';

/** An input that is there, has a format, and begins as that format does. */
export interface RecordSource extends SourceReading {
  /** For people: the path as given, or `stdin`. */
  readonly path: string;
  readonly format: string;
  /** The header's names; absent where the format has no header. */
  readonly columns?: readonly string[];
}

export interface SourceReading {
  /** Whether it can be read more than once: true for a regular file. Of others `read` may be called once. */
  readonly replayable: boolean;
  /**
   * Every row in order, read as it is asked for. `schema` is that of one record and types the cells of CSV and TSV. An
   * InputBroken comes last where the input breaks off. Stopping early frees a regular file.
   */
  read(schema?: JsonSchema): AsyncIterable<RecordItem | InputBroken>;
  /**
   * Reads a regular file to its end without giving records: how many there are, and what makes the file bad, so that it
   * is known before anything is paid for. Undefined where the input can be read only once.
   */
  survey(): Promise<Result<Survey, Diagnostic> | undefined>;
  /**
   * Keeps a copy of bytes that come only once, as they came, each before the records in it are given: under this path
   * when their end has been reached, before that as `PATH.partial`. To be called before `read`. Of a regular file there
   * is no copy. Gives what failed.
   */
  spoolTo(path: string): Promise<Diagnostic | undefined>;
  /** Copies what has not been read, for when a run stops before the end. Gives what failed. */
  spoolRest(): Promise<Diagnostic | undefined>;
  /** Lets go of bytes that come only once, for who does not read them to the end. Standard input stays open. */
  close(): Promise<void>;
}

export interface Survey extends Count {
  /** Of the file's bytes as they are on disk, in hex. */
  readonly sha256: string;
}

/** A regular file, read anew each time; it must stay the file that `identity` tells. */
export function fileReading(
  path: string,
  identity: FileIdentity,
  format: RecordFormat,
  options: ReadOptions,
): SourceReading {
  return {
    replayable: true,
    read: (schema) =>
      readItems(textBytes(fileBytes(path, identity), path), format.reader({ ...options, schema })),
    async survey() {
      const hash = createHash('sha256');
      const raw = observedBytes(fileBytes(path, identity), (chunk) => hash.update(chunk));
      const counter = format.counter(options);
      const broken = await count(textBytes(raw, path), counter);
      if (broken !== undefined) return failure(broken);
      return success({ ...counter.count(), sha256: hash.digest('hex') });
    },
    spoolTo: async () => undefined,
    spoolRest: async () => undefined,
    close: async () => {},
  };
}

/** Bytes that come once. `begun` are those that have been read to see how they begin. */
export function onceReading(
  begun: readonly Buffer[],
  rest: ByteStream,
  spool: Spool,
  format: RecordFormat,
  options: ReadOptions,
): SourceReading {
  let read = false;
  return {
    replayable: false,
    read(schema) {
      if (read) throw new Error(`${options.path} can be read only once`);
      read = true;
      spool.release();
      return readItems(rejoinedBytes(begun, rest), format.reader({ ...options, schema }));
    },
    survey: async () => undefined,
    spoolTo: async (path) => spool.keepIn(path),
    spoolRest: async () => spool.rest(),
    async close() {
      await rest.return(undefined);
      await spool.close();
    },
  };
}

/** Waits once a chunk: the records of one chunk follow each other at once. */
async function* readItems(
  bytes: ByteStream,
  reader: RecordReader,
): AsyncGenerator<RecordItem | InputBroken, void, undefined> {
  try {
    for (;;) {
      const next = await bytes.next();
      if (next.done && next.value !== undefined) {
        // The row that the break goes through is no record.
        yield { ok: false, broken: next.value };
        return;
      }
      const { items, broken } = next.done ? reader.end() : reader.push(next.value);
      for (const item of items) yield item;
      if (broken !== undefined) yield { ok: false, broken };
      if (broken !== undefined || next.done) return;
    }
  } finally {
    await bytes.return(undefined);
  }
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
