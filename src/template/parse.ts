import * as builders from 'handlebars/dist/cjs/handlebars/compiler/helpers.js';
import grammar, { type Lexer, type Parser } from 'handlebars/dist/cjs/handlebars/compiler/parser.js';
import WhitespaceControl from 'handlebars/dist/cjs/handlebars/compiler/whitespace-control.js';
import type { Span } from '../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../result.ts';
import {
  explainToken,
  explainUnreadable,
  mismatchedClose,
  misplacedSegment,
  nestedTooDeeply,
  rawBlock,
  tooLarge,
} from './grammar-mistake.ts';
import type { TemplateProblem } from './problem.ts';
import type { RawProgram } from './raw-syntax.ts';
import { depthOf, follow, type Reading } from './reading.ts';

/** Deeper than any prompt, and far from the depth at which Handlebars' own recursion overflows the stack. */
export const deepestNesting = 200;

/**
 * Reads a template with Handlebars' own grammar and white-space control. The parser is a fresh one for each template,
 * since it keeps its state in itself. It is asked for offsets, not for Handlebars' lines and columns, which are wrong
 * after a U+2028.
 */
export function parseTemplate(text: string): Result<RawProgram, TemplateProblem> {
  const reading: Reading = { text, tag: undefined, blocks: [], parentheses: [] };
  const parser = new grammar.Parser();
  parser.lexer = watchedLexer(parser, reading);
  parser.yy = treeBuilder(parser.lexer, reading);
  try {
    return success(new WhitespaceControl().accept(parser.parse(text)) as RawProgram);
  } catch (error) {
    if (error instanceof Interruption) return failure(error.problem);
    // The grammar's regular expressions give up on a text of several megabytes.
    if (error instanceof RangeError) return failure(tooLarge(text));
    throw error;
  }
}

/** The generated parser can be left in no other way than by an exception; this one does not leave the file. */
class Interruption extends Error {
  readonly problem: TemplateProblem;

  constructor(problem: TemplateProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The grammar's lexer, told of offsets and followed token by token. */
function watchedLexer(parser: Parser, reading: Reading): Lexer {
  const inherited = parser.lexer;
  const lexer = Object.create(inherited) as Lexer;
  lexer.options = { ranges: true };
  lexer.next = () => {
    const token = inherited.next.call(lexer);
    if (token === undefined) return token;
    const name = typeof token === 'number' ? (parser.terminals_[token] ?? '') : token;
    const place = placeOf(lexer.yylloc);
    if (name === 'OPEN_RAW_BLOCK') throw new Interruption(rawBlock(place));
    follow(reading, name, place);
    if (depthOf(reading) > deepestNesting) throw new Interruption(nestedTooDeeply(place, deepestNesting));
    return token;
  };
  return lexer;
}

interface Located {
  readonly open?: string;
  readonly path?: { readonly original: unknown; readonly loc: Span };
}

interface Segment {
  readonly part: string;
  /** The segment as written; it differs from the part where that stands in brackets. */
  readonly original: string;
}

/** Handlebars' own builders of the tree, with offsets for places, and our words for the mistakes that they find. */
function treeBuilder(lexer: Lexer, reading: Reading): object {
  const matchClose = (open: Located, close: Located | undefined): void => {
    if (open.path === undefined || close?.path === undefined) return;
    if (open.path.original !== close.path.original)
      throw new Interruption(mismatchedClose(reading.text, open.path.loc, close.path.loc));
  };
  const tree = {
    ...builders,
    locInfo: placeOf,
    prepareBlock(open: Located, program: unknown, inverse: unknown, close: Located, ...rest: unknown[]) {
      matchClose(open, close);
      // A decorator is refused later, with its place; here its {{else}} would be an error without one.
      const kept = open.open?.includes('*') === true ? undefined : inverse;
      return builders.prepareBlock.call(tree, open, program, kept, close, ...rest);
    },
    preparePartialBlock(open: Located, program: unknown, close: Located, ...rest: unknown[]) {
      matchClose(open, close);
      return builders.preparePartialBlock.call(tree, open, program, close, ...rest);
    },
    preparePath(data: boolean, segments: readonly Segment[], range: { readonly range: Range }) {
      const misplaced = misplacedIn(segments);
      if (misplaced !== undefined)
        throw new Interruption(misplacedSegment(reading.text, placeOf(range), misplaced));
      return builders.preparePath.call(tree, data, segments, range);
    },
    parseError(_message: string, found: { readonly token: string | null }) {
      throw new Interruption(
        found.token === null
          ? explainUnreadable(reading, lexer.offset)
          : explainToken(reading, found.token, placeOf(lexer.yylloc)),
      );
    },
  };
  return tree;
}

type Range = readonly [start: number, end: number];

function placeOf({ range: [start, end] }: { readonly range: Range }): Span {
  return { start, end };
}

/** A `this` or `..` after a name. */
function misplacedIn(segments: readonly Segment[]): string | undefined {
  const isRelative = ({ part, original }: Segment): boolean =>
    part === original && (part === '.' || part === '..' || part === 'this');
  const firstName = segments.findIndex((segment) => !isRelative(segment));
  return firstName === -1 ? undefined : segments.slice(firstName).find(isRelative)?.part;
}
