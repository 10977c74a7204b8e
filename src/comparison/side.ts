import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonValue } from '../json/json.ts';
import type { RunSummary } from '../run/run-summary.ts';

/** How a record came out on one side of a comparison. */
export type Outcome =
  | { readonly output: JsonValue }
  /** `step` is null where the record itself was at fault. */
  | { readonly step: string | null; readonly code: string }
  | { readonly skipped: true };

export interface ComparedRow {
  readonly key: string;
  /** Of the file that it was read from, from 1. */
  readonly line: number;
  readonly outcome: Outcome;
}

/** A row, or why there is none: the rest of the side may still be read for further mistakes, but not after `broken`. */
export type SideItem = ComparedRow | { readonly mistake: Diagnostic } | { readonly broken: Diagnostic };

/** One of the two things that are compared: a run, or a file of rows. */
export interface Side {
  /** For people: as the user named it. */
  readonly name: string;
  /** Whether its values are cells of a table, which are all texts. */
  readonly tabular: boolean;
  /** The field that names its rows; absent where they come with a key. */
  readonly key?: string;
  /** Absent for a file of rows. */
  readonly run?: {
    readonly folder: string;
    readonly summary: RunSummary;
    /** It has not told its end, and no process is at work on it. */
    readonly isKilled?: boolean;
    /** Whether it skipped records of which no journal tells: they are then not among its rows. */
    readonly skippedUnknown?: boolean;
  };
  /** What is wrong with a row that has the key of the one in line `first`; absent where the rows get keys of their own. */
  readonly duplicate?: (row: ComparedRow, first: number) => Diagnostic;
  /** To be read once. Rejects with the file system's error. */
  rows(): AsyncIterable<SideItem>;
}
