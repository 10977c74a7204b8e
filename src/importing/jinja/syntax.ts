import type { Span } from '../../diagnostic/source.ts';

/** A Jinja template as it was read: what promptflow, Prompty (Jinja2) and promptfoo (Nunjucks) write alike. */
export interface JinjaTemplate {
  readonly text: string;
  readonly nodes: readonly JinjaNode[];
}

export type JinjaNode =
  | JinjaText
  | JinjaOutput
  | (Span & { readonly kind: 'comment'; readonly text: string; readonly trim: Trim })
  | JinjaIf
  | JinjaFor
  | (Span & { readonly kind: 'set'; readonly name: string; readonly value: Expression; readonly trim: Trim })
  | (Span & { readonly kind: 'include'; readonly path: Expression })
  /** The text of another file, which an `include` named. `name` is that file's. */
  | (Span & { readonly kind: 'included'; readonly name: string; readonly template: JinjaTemplate })
  /** A statement that has no counterpart; `end` is that of its last tag. */
  | (Span & { readonly kind: 'foreign'; readonly word: string });

export interface JinjaText extends Span {
  readonly kind: 'text';
  readonly text: string;
}

export interface JinjaOutput extends Span {
  readonly kind: 'output';
  readonly expression: Expression;
  readonly trim: Trim;
}

export interface JinjaIf extends Span {
  readonly kind: 'if';
  /** `if` and each `elif`. */
  readonly branches: readonly JinjaBranch[];
  readonly otherwise?: JinjaElse;
  /** Of the closing tag. */
  readonly close: Trim;
}

export interface JinjaBranch extends Span {
  readonly condition: Expression;
  readonly body: readonly JinjaNode[];
  readonly trim: Trim;
}

export interface JinjaElse {
  readonly body: readonly JinjaNode[];
  readonly trim: Trim;
}

export interface JinjaFor extends Span {
  readonly kind: 'for';
  /** One name, or a key and a value. */
  readonly names: readonly string[];
  readonly list: Expression;
  readonly filter?: Expression;
  readonly body: readonly JinjaNode[];
  readonly otherwise?: JinjaElse;
  readonly trim: Trim;
  readonly close: Trim;
}

/** Whether a tag takes the white space before it, and after it, away: `{%-` and `-%}`. */
export interface Trim {
  readonly before: boolean;
  readonly after: boolean;
}

export type Expression =
  | (Span & { readonly kind: 'name'; readonly name: string })
  | (Span & { readonly kind: 'literal'; readonly value: string | number | boolean | null })
  | (Span & { readonly kind: 'list'; readonly items: readonly Expression[] })
  | (Span & { readonly kind: 'member'; readonly of: Expression; readonly name: string })
  | (Span & { readonly kind: 'index'; readonly of: Expression; readonly index: Expression })
  | Call
  | Filter
  | Test
  | (Span & { readonly kind: 'not'; readonly of: Expression })
  | Binary
  | Choice
  /** What templates of ours have not: a dict, a sum, a slice `of` a list. `what` says it. */
  | (Span & { readonly kind: 'foreign'; readonly what: string; readonly of?: Expression });

export interface Call extends Span {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly arguments: readonly Expression[];
}

export interface Filter extends Span {
  readonly kind: 'filter';
  readonly of: Expression;
  readonly name: string;
  readonly arguments: readonly Expression[];
  /** Those that are given by name. */
  readonly named: ReadonlyMap<string, Expression>;
}

export interface Test extends Span {
  readonly kind: 'test';
  readonly of: Expression;
  readonly name: string;
  readonly negated: boolean;
}

export type BinaryOperator =
  | 'and'
  | 'or'
  | '=='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | 'in'
  | 'not in'
  | '~'
  | '+';

export interface Binary extends Span {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `a if condition else b`. */
export interface Choice extends Span {
  readonly kind: 'choice';
  readonly condition: Expression;
  /** What it is where the condition holds. */
  readonly value: Expression;
  readonly otherwise?: Expression;
}

/** A mistake of Jinja's own syntax, at characters of the template. */
export interface JinjaMistake extends Span {
  readonly message: string;
  readonly hint?: string;
}
