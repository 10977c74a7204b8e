import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonSchema, JsonValue } from '../json/json.ts';
import type { Count } from './record-source.ts';
import type { RecordItem } from './record.ts';

/** A file format: one value of the registry, reading and writing in one file. */
export interface RecordFormat {
  /** As `--input-format` says it. */
  readonly name: string;
  /** With the point, in lower case. None where the format is only ever named. */
  readonly extensions: readonly string[];
  reader(options: ReadOptions): RecordReader;
  /** Like a reader, for who wants the number of records and what makes the whole input bad; typically much faster. */
  counter(options: ReadOptions): RecordCounter;
  /** Why a first record tells that the input is of another format; not asked where the user has named this one. */
  refuse?(first: RecordItem, path: string): Diagnostic | undefined;
  /** How results are written; absent where the format is not one for them. */
  readonly output?: RowFormat;
}

export interface RowFormat {
  /** Whether rows are cut into columns, which the encoder then needs to be told. */
  readonly tabular: boolean;
  encoder(columns: readonly string[]): RowEncoder;
}

export interface ReadOptions {
  /** For messages: as the user named the input. */
  readonly path: string;
  /** Of one record; types the cells of formats that have only text. */
  readonly schema?: JsonSchema;
  /** The largest record, in bytes. */
  readonly limit: number;
}

/** Takes the input's bytes in order, cut anywhere, and gives the records that they complete. */
export interface RecordReader {
  push(chunk: Buffer): Batch;
  /** The input ends here. */
  end(): Batch;
  /** Whether the input has turned out to hold something: a header, a row, an opening bracket. */
  started(): boolean;
  /** The names in the header, once it has been read; absent where the format has none. */
  columns?(): readonly string[] | undefined;
}

export interface Batch {
  readonly items: readonly RecordItem[];
  /** Whether the last item, of an input that ends here, is a bad row that more bytes could have made a record of. */
  readonly endsWithin?: boolean;
  /** Set where the rest of the input cannot be read; the items before are good. Nothing is pushed after it. */
  readonly broken?: Diagnostic;
}

export interface RecordCounter {
  /** Gives what makes the whole input bad. Nothing is pushed after it. */
  push(chunk: Buffer): Diagnostic | undefined;
  end(): Diagnostic | undefined;
  count(): Count;
}

/** Writes one list of rows as text: `start`, then `rows` any number of times, then `end`. */
export interface RowEncoder {
  start(): string;
  rows(rows: readonly JsonValue[]): string;
  end(): string;
}

/** Counts by reading, for formats whose mistakes show only so. */
export function countByReading(reader: RecordReader): RecordCounter {
  let records = 0;
  const add = (batch: Batch) => {
    records += batch.items.length;
    return batch.broken;
  };
  return {
    push: (chunk) => add(reader.push(chunk)),
    end: () => add(reader.end()),
    count: () => ({ records }),
  };
}
