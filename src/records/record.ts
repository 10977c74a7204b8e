import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonObject } from '../json/json.ts';

/** One record of the input, or the reason why a row is not one. Every row of the input is exactly one of the two. */
export type RecordItem = InputRecord | BadRecord;

export interface InputRecord {
  readonly ok: true;
  /** The row's place in the input, from 0, before any selection. */
  readonly index: number;
  /** The line of the file on which the record begins, from 1. */
  readonly line: number;
  /** The same in the file that is read, where `line` is that of an earlier run's input. */
  readonly file_line?: number;
  readonly value: JsonObject;
  /** The key it was given in an earlier run, where the input is that run's errors.jsonl. */
  readonly key?: string;
}

export interface BadRecord {
  readonly ok: false;
  readonly index: number;
  readonly line: number;
  readonly file_line?: number;
  readonly key?: string;
  /** What the file holds there, bounded. */
  readonly raw: string;
  readonly error: { readonly code: string; readonly message: string };
}

/**
 * The input could not be read to its end: what comes after the last item is unknown, and nothing follows this. Told
 * from a BadRecord by `'broken' in item`.
 */
export interface InputBroken {
  readonly ok: false;
  readonly broken: Diagnostic;
}
