import type { JsonSchema } from '../json/json.ts';

/** What a template may read in one place of the file, known before any record is. */
export interface ScopeType {
  /** The first names: `input`, `vars`, `steps`, … */
  readonly names: ReadonlyMap<string, ScopeNode>;
  /** Paths that are absent when a step was skipped, such as `['steps', 'lookup']`. */
  readonly mayBeAbsent: readonly (readonly string[])[];
  /** What holds wherever this template is rendered: the guard facts of its step's own `when`. */
  readonly present: readonly GuardFact[];
  /** First names that exist but not in this place, each with the whole message to give. */
  readonly elsewhere: { readonly [name: string]: string };
  /** For a `when`: every path may be absent without failing the record. */
  readonly guarded?: boolean;
}

/**
 * A name leads to further names or to a value. A value's JSON Schema is a root of its own: a `$ref` in it that begins
 * with `#` is resolved from there, so that the schema of a step's output stands in the tree as it stands in the file.
 */
export type ScopeNode = ScopeNames | ScopeValue;

/** Exactly these names, such as the steps, or a step's `output`, `tool_calls`, …. Not a value itself. */
export interface ScopeNames {
  readonly kind: 'names';
  readonly names: ReadonlyMap<string, ScopeNode>;
  /** What one of the names is called in a message: step, variable. Default: name. */
  readonly noun?: string;
  /** How there would be one that is missing. */
  readonly remedy?: string;
  /** Names that are not among them for a reason, each with the whole message to give. */
  readonly lacking?: { readonly [name: string]: string };
}

/** A value of this schema. A variable's schema says its type, not its value, since `--var` may change that. */
export interface ScopeValue {
  readonly kind: 'value';
  readonly schema: JsonSchema;
}

/** A path from the root of the scope that is known to be present. */
export interface GuardFact {
  readonly path: readonly string[];
  /** Whether it is also known not to be null. */
  readonly nonNull: boolean;
}
