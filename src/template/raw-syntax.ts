import type { Span } from '../diagnostic/diagnostic.ts';

/** The tree as Handlebars' parser builds it, white space already stripped; only what we read of it. */
export interface RawProgram {
  readonly type: 'Program';
  readonly body: readonly RawStatement[];
  readonly blockParams?: readonly string[];
}

export type RawStatement =
  | RawContent
  | { readonly type: 'CommentStatement'; readonly loc: Span }
  | (RawCall & { readonly type: 'MustacheStatement' | 'Decorator' })
  | RawBlock
  | RawPartial
  | { readonly type: 'PartialBlockStatement'; readonly loc: Span };

export interface RawContent {
  readonly type: 'ContentStatement';
  readonly value: string;
  readonly loc: Span;
}

export interface RawCall {
  readonly path: RawExpression;
  readonly params: readonly RawExpression[];
  readonly hash?: RawHash;
  readonly loc: Span;
}

/** `program` or `inverse` is missing where the file has no such branch: `{{^if}}` has only an inverse. */
export interface RawBlock extends RawCall {
  readonly type: 'BlockStatement' | 'DecoratorBlock';
  readonly program?: RawProgram;
  readonly inverse?: RawProgram;
}

export interface RawPartial {
  readonly type: 'PartialStatement';
  readonly name: RawExpression;
  readonly params: readonly RawExpression[];
  readonly hash?: RawHash;
  /** The white space before a partial that stands alone on its line. */
  readonly indent: string;
  readonly loc: Span;
}

export type RawExpression =
  | RawPath
  | (RawCall & { readonly type: 'SubExpression' })
  | {
      readonly type: 'StringLiteral' | 'NumberLiteral' | 'BooleanLiteral';
      readonly value: string | number | boolean;
      readonly loc: Span;
    }
  | { readonly type: 'NullLiteral' | 'UndefinedLiteral'; readonly loc: Span };

export interface RawPath {
  readonly type: 'PathExpression';
  /** Whether it begins with `@`. */
  readonly data: boolean;
  /** How many `../` it begins with. */
  readonly depth: number;
  /** The names, without `this` and `..`. */
  readonly parts: readonly string[];
  readonly original: string;
  readonly loc: Span;
}

export interface RawHash {
  readonly pairs: readonly { readonly key: string; readonly value: RawExpression; readonly loc: Span }[];
  readonly loc: Span;
}
