import { failure, success, type Result } from '../../result.ts';
import type { JinjaMistake, Trim } from './syntax.ts';

/** A template cut into texts and tags. `content` of a tag is what stands within it, from `contentStart` on. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly start: number; readonly end: number }
  | {
      readonly kind: 'output' | 'statement' | 'comment';
      readonly content: string;
      readonly contentStart: number;
      readonly trim: Trim;
      readonly start: number;
      readonly end: number;
    };

const closings = { '{{': '}}', '{%': '%}', '{#': '#}' } as const;
const kinds = { '{{': 'output', '{%': 'statement', '{#': 'comment' } as const;

/** Cuts a template at its tags. What stands between `{% raw %}` and `{% endraw %}` is text. */
export function cutTemplate(text: string): Result<readonly Piece[], JinjaMistake> {
  const pieces: Piece[] = [];
  const quotes = createQuotes();
  let at = 0;
  while (at < text.length) {
    const opening = nextOpening(text, at);
    if (opening === undefined) {
      pieces.push({ kind: 'text', text: text.slice(at), start: at, end: text.length });
      break;
    }
    if (opening.start > at)
      pieces.push({ kind: 'text', text: text.slice(at, opening.start), start: at, end: opening.start });
    const tag = readTag(text, opening, quotes);
    if (!tag.ok) return tag;
    const raw = rawText(text, tag.value);
    if (raw !== undefined) {
      if (!raw.ok) return raw;
      pieces.push(raw.value.piece);
      at = raw.value.next;
    } else {
      pieces.push(tag.value);
      at = tag.value.end;
    }
  }
  return success(pieces);
}

type Tag = Exclude<Piece, { kind: 'text' }>;

interface Opening {
  readonly start: number;
  readonly mark: keyof typeof closings;
}

function nextOpening(text: string, from: number): Opening | undefined {
  const opening = /\{[{%#]/g;
  opening.lastIndex = from;
  const found = opening.exec(text);
  return found === null ? undefined : { start: found.index, mark: found[0] as keyof typeof closings };
}

function readTag(text: string, { start, mark }: Opening, quotes: Quotes): Result<Tag, JinjaMistake> {
  const close = closings[mark];
  const inside = start + 2;
  const closing = mark === '{#' ? text.indexOf(close, inside) : closingOf(text, inside, close, quotes);
  if (closing === -1) {
    const end = text.indexOf('\n', start);
    return failure({
      message: `the tag that \`${mark}\` begins is never closed`,
      hint: `close it with \`${close}\`, or write the text within {% raw %} and {% endraw %}`,
      start,
      end: end === -1 ? text.length : end,
    });
  }
  const before = /[-+]/.test(text.charAt(inside)) && mark !== '{{' ? 1 : text.charAt(inside) === '-' ? 1 : 0;
  const after = closing > inside + before && /[-+]/.test(text.charAt(closing - 1)) ? 1 : 0;
  const contentStart = inside + before;
  return success({
    kind: kinds[mark],
    content: text.slice(contentStart, Math.max(contentStart, closing - after)),
    contentStart,
    trim: { before: text.charAt(inside) === '-', after: after === 1 && text.charAt(closing - 1) === '-' },
    start,
    end: closing + 2,
  });
}

/** Where a text in quotation marks that begins here ends; undefined where it does not. */
type Quotes = (text: string, at: number) => number | undefined;

/** A quotation mark that nothing closes leaves none behind it that something does: the rest is looked through once. */
function createQuotes(): Quotes {
  const open = new Set<string>();
  return (text, at) => {
    const mark = text.charAt(at);
    if (open.has(mark)) return undefined;
    for (let next = at + 1; next < text.length; next += 1) {
      const found = text.charAt(next);
      if (found === mark) return next + 1;
      if (found === '\\') next += 1;
    }
    open.add(mark);
    return undefined;
  };
}

/** Where a tag ends: not within a text in quotation marks, nor within a dict of its own. */
function closingOf(text: string, from: number, close: string, quotes: Quotes): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (depth === 0 && text.startsWith(close, at)) return at;
    const found = text.charAt(at);
    if (found === '{') depth += 1;
    if (found === '}') depth = Math.max(0, depth - 1);
    if (found === '"' || found === "'") at = (quotes(text, at) ?? at + 1) - 1;
  }
  return -1;
}

/** `{% raw %}` up to `{% endraw %}` as a piece of text, Nunjucks' `verbatim` too; undefined for any other tag. */
function rawText(
  text: string,
  tag: Tag,
): Result<{ readonly piece: Piece; readonly next: number }, JinjaMistake> | undefined {
  const word = tag.content.trim();
  if (tag.kind !== 'statement' || (word !== 'raw' && word !== 'verbatim')) return undefined;
  const close = word === 'raw' ? /\{%[-+]?\s*endraw\s*[-+]?%\}/g : /\{%[-+]?\s*endverbatim\s*[-+]?%\}/g;
  close.lastIndex = tag.end;
  const found = close.exec(text);
  if (found === null)
    return failure({
      message: `{% ${word} %} is never closed`,
      hint: `write {% end${word} %} behind the text`,
      start: tag.start,
      end: tag.end,
    });
  const piece = { kind: 'text', text: text.slice(tag.end, found.index), start: tag.end, end: found.index };
  return success({ piece: piece as Piece, next: close.lastIndex });
}
