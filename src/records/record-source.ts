import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonSchema } from '../json/json.ts';
import type { Result } from '../result.ts';
import type { InputBroken, RecordItem } from './record.ts';

// What programs see of an input. No type of Node's stands here: who uses the library need not have them.

/** What programs give to be read, such as `process.stdin`: bytes, or text. */
export type ChunkStream = AsyncIterable<Uint8Array | string>;

/** An input that is there, has a format, and begins as that format does. */
export interface RecordSource extends SourceReading {
  /** For people: the path as given, or `stdin`. */
  readonly path: string;
  readonly format: string;
  /** The header's names; absent where the format has no header. */
  readonly columns?: readonly string[];
}

export interface SourceReading {
  /**
   * Whether it can be read more than once: true for a regular file. Of others a second `read`
   * gives an InputBroken alone.
   */
  readonly replayable: boolean;
  /**
   * Every row in order, read as it is asked for. `schema` is that of one record and types the cells of CSV and TSV. An
   * InputBroken comes last where the input breaks off. Stopping early frees a regular file.
   */
  read(schema?: JsonSchema): AsyncIterable<RecordItem | InputBroken>;
  /**
   * To be called before `read`: bytes that come once are written to a new file as fast as they come, and read from there.
   * The file is called `<path>.part` until their end was reached and it is whole; `openSpool` reads it again. Where there
   * is one of that name already, the bytes have to begin as it does: an InputBroken `other-input` comes where they do not.
   * Where the disk refuses later, an InputBroken `spool-failed` comes after the records that it took. Reading that stops early ends
   * the file too. A regular file is read from where it is.
   */
  spoolTo(path: string): Promise<Result<undefined, Diagnostic>>;
  /** Of bytes that come once, in hex, when all of them stand in the file of `spoolTo`. */
  readonly copied?: () => string | undefined;
  /**
   * Reads a regular file to its end without giving records: how many there are, and what makes the file bad, so that it
   * is known before anything is paid for. Undefined where the input can be read only once, or its end is missing.
   */
  survey(): Promise<Result<Survey, Diagnostic> | undefined>;
  /** Lets go of bytes that come only once, for who does not begin to read them, or may have left off. */
  close(): Promise<void>;
}

export interface Survey extends Count {
  /** Of the file's bytes as they are on disk, in hex. */
  readonly sha256: string;
}

/** How many records an input has. */
export interface Count {
  /** Bad ones included. */
  readonly records: number;
  /** The records' own indexes, where they don't count 0, 1, 2, …: in an earlier run's errors. */
  readonly indexes?: Iterable<number>;
}
