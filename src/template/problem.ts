/** What can be wrong with a template before it has met a record. */
export type TemplateProblemCode =
  /** Handlebars' grammar does not allow it, or it is nested too deeply. */
  | 'template-syntax'
  /** Handlebars has it, but it has no place in a prompt: `lookup`, inline partials, decorators, … */
  | 'template-refused'
  | 'unknown-helper'
  | 'unknown-partial'
  | 'recursive-partial'
  /** A helper or block is given too few or too many arguments. */
  | 'wrong-arguments'
  /** A helper is given a value of a kind that it cannot take. */
  | 'bad-argument'
  /** A path that leads to nothing that can be there. */
  | 'unknown-path'
  /** A name that exists, but not in this place, such as `env` in a prompt. */
  | 'misplaced-name'
  /** A path that stops before a value, such as `steps.translate`. */
  | 'not-a-value'
  /** A path below a step that may be skipped, read where nothing guards it. */
  | 'unguarded-skip'
  | 'not-iterable'
  /** `eq` of two things that can never be equal. */
  | 'never-equal'
  /** A value that may be null, where null fails the record. */
  | 'may-be-null'
  /** `input.text` inside `#each`, where it means a field of the item. */
  | 'ambiguous-name';

/**
 * One mistake in a template. `start` and `end` (exclusive) count UTF-16 units of the template's text, or of the text
 * of the partial that `partial` names. A partial that several templates use gives each of them the same problem:
 * partial, start, end and message together tell whether two problems are one.
 */
export interface TemplateProblem {
  readonly severity: 'error' | 'warning';
  readonly code: TemplateProblemCode;
  /** One sentence in the user's words, without a final full stop. */
  readonly message: string;
  /** The remedy, as one short sentence. */
  readonly hint?: string;
  readonly start: number;
  readonly end: number;
  readonly partial?: string;
}

/** A stretch of a template's text, or of a partial's. */
export interface TemplatePlace {
  readonly start: number;
  readonly end: number;
  readonly partial?: string;
}
