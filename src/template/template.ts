import type { Location } from '../diagnostic/diagnostic.ts';
import type { Result } from '../result.ts';
import type { JsonValue } from '../json/json.ts';

/** The names a template may read. Own properties only; a name that is not there is absent, which is not null. */
export type Scope = { readonly [name: string]: unknown };

/** Why a template could not be rendered for this record. */
export interface TemplateFailure {
  readonly code: 'absent_path' | 'bad_argument';
  /** One sentence that names the path, such as: `input.text` is absent. */
  readonly message: string;
  /** Where in the template's text, or in the text of `partial`, for the error's line. */
  readonly start: number;
  readonly end: number;
  readonly partial?: string;
  /** The same in a file; absent where the template is of none. */
  readonly place?: Location;
}

/** A compiled template: pure, compiled once, rendered for every record. */
export interface Template {
  readonly text: string;
  /** Whether the whole text is one expression, whose value keeps its type. */
  readonly expression: boolean;
  render(scope: Scope): Result<string, TemplateFailure>;
  /** The typed value of a single expression; the rendered text of anything else. */
  evaluate(scope: Scope): Result<JsonValue, TemplateFailure>;
  /** Evaluates a single expression with every path guarded: an absent one gives undefined. For `when`. */
  probe(scope: Scope): Result<JsonValue | undefined, TemplateFailure>;
}
