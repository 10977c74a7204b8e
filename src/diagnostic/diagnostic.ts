import type { Pointer } from '../json/json.ts';
import type { Source, Span } from './source.ts';

export type { Span };

/**
 * A place in a file that we parsed. It carries a pointer, not a line: the line and column are worked out only when
 * the diagnostic is printed.
 */
export interface Location {
  readonly source: Source;
  readonly pointer: Pointer;
  /** Whether the mistake is in the name of the pair or in its value. Default: the value. */
  readonly part?: 'key' | 'value';
  /** For a mistake inside a text value (a template): characters of the value, `end` exclusive. */
  readonly span?: Span;
}

/** A place that is already a line, in a file that we stream and don't keep: line from 1, column from 1. */
export interface LinePlace {
  readonly path: string;
  readonly line: number;
  readonly column?: number;
}

/** One mistake: what is wrong, where, and what to do about it. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** A stable kebab-case name, such as `unknown-key`. */
  readonly code: string;
  /** One sentence in the user's words, without a final full stop. */
  readonly message: string;
  /** The remedy, as one short sentence: a "did you mean", the allowed values, the line to write. */
  readonly hint?: string;
  /** Absent when the mistake is in no file, such as in a flag. */
  readonly place?: Location | LinePlace;
}
