import type { Span } from '../diagnostic/diagnostic.ts';

/** Where the parser is in a template: what a mistake needs to know beside the token that does not fit. */
export interface Reading {
  readonly text: string;
  /** The last tag that was begun. */
  tag: Tag | undefined;
  /** The blocks that are open, the innermost last. */
  readonly blocks: OpenBlock[];
  /** The parentheses that are open in the tag. */
  readonly parentheses: Span[];
}

interface Tag {
  /** The place of `{{`, with what belongs to it: `{{{`, `{{#`, `{{~>`. */
  readonly opener: Span;
  /** The end of its `}}`, once that has been read. */
  closed: number | undefined;
}

interface OpenBlock {
  readonly tag: Tag;
  /** Grows with each `{{else if}}`, since Handlebars nests those. */
  depth: number;
}

/** Takes note of a token that was read. */
export function follow(reading: Reading, token: string, place: Span): void {
  switch (token) {
    case 'OPEN':
    case 'OPEN_UNESCAPED':
    case 'OPEN_PARTIAL':
      beginTag(reading, place);
      break;
    case 'OPEN_BLOCK':
    case 'OPEN_INVERSE':
    case 'OPEN_PARTIAL_BLOCK':
      reading.blocks.push({ tag: beginTag(reading, place), depth: 1 });
      break;
    case 'OPEN_INVERSE_CHAIN': {
      const block = reading.blocks.at(-1);
      if (block !== undefined) block.depth += 1;
      beginTag(reading, place);
      break;
    }
    case 'OPEN_ENDBLOCK':
      reading.blocks.pop();
      beginTag(reading, place);
      break;
    case 'CLOSE':
    case 'CLOSE_UNESCAPED':
      if (reading.tag !== undefined) reading.tag.closed = place.end;
      break;
    case 'OPEN_SEXPR':
      reading.parentheses.push(place);
      break;
    case 'CLOSE_SEXPR':
      reading.parentheses.pop();
      break;
    default:
      break;
  }
}

/** How many blocks and parentheses the last token stands in. */
export function depthOf(reading: Reading): number {
  return reading.blocks.reduce((sum, block) => sum + block.depth, reading.parentheses.length);
}

/** A `{{` inside a tag that was never closed does not begin another: the first is the one to name. */
function beginTag(reading: Reading, opener: Span): Tag {
  if (reading.tag !== undefined && reading.tag.closed === undefined) return reading.tag;
  const tag: Tag = { opener, closed: undefined };
  reading.tag = tag;
  return tag;
}
