import type { JsonValue, Pointer } from '../json/json.ts';

/** A file that we parsed: its text, what it says, and where it says it. */
export interface Source {
  /** As it was opened, mostly absolute; it is shown from the working directory where that is shorter. */
  readonly path: string;
  readonly text: string;
  /** What the file says, aliases and merge keys resolved; null for plain text such as a partial. */
  readonly value: JsonValue;
  /** Where a pointer's key or value stands; the nearest parent's place where the pointer leads nowhere. */
  locate(pointer: Pointer, part?: 'key' | 'value', span?: Span): Range;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Line and column from 1, column in UTF-16 units; offset from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of a text in UTF-16 units, from 0, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}
