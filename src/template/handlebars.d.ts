// The modules of Handlebars' grammar, without its compiler and runtime. They have no types of their own.

declare module 'handlebars/dist/cjs/handlebars/compiler/parser.js' {
  export interface Lexer {
    options: { ranges?: boolean };
    /** Where the last token stands, once `ranges` is on: offset of its start, and of its end, exclusive. */
    yylloc: { range: [number, number] };
    /** How far the text has been read. */
    offset: number;
    /** The next token, as its number or its name; undefined for one without a meaning, such as white space. */
    next(): number | string | undefined;
  }

  export interface Parser {
    lexer: Lexer;
    /** The functions that build the tree, and `parseError`. */
    yy: object;
    /** The tokens' names by their numbers. */
    terminals_: { readonly [token: number]: string };
    parse(text: string): unknown;
  }

  const parser: Parser & { readonly Parser: new () => Parser };
  export default parser;
}

declare module 'handlebars/dist/cjs/handlebars/compiler/helpers.js' {
  export function prepareBlock(this: object, ...parts: unknown[]): unknown;
  export function prepareMustache(this: object, ...parts: unknown[]): unknown;
  export function preparePartialBlock(this: object, ...parts: unknown[]): unknown;
  export function preparePath(this: object, data: boolean, parts: unknown, place: unknown): unknown;
  export function prepareProgram(this: object, ...parts: unknown[]): unknown;
  export function stripFlags(open: string, close: string): unknown;
  export function stripComment(comment: string): string;
  export function id(token: string): string;
}

declare module 'handlebars/dist/cjs/handlebars/compiler/whitespace-control.js' {
  const WhitespaceControl: new () => { accept(program: unknown): unknown };
  export default WhitespaceControl;
}
