import type { Span } from './diagnostic.ts';

/**
 * Where each UTF-16 unit of a text value stands in its file. The units of a value and of its source differ: an escape
 * is longer than what it says, folded line breaks become one space, a block scalar loses its indentation.
 */
export interface CharacterMap {
  /** The offset at which the unit's source begins, one a unit. */
  readonly starts: readonly number[];
  /** The offset after the unit's source, one a unit. */
  readonly ends: readonly number[];
  /** The offset after the last unit: where the text could go on. */
  readonly end: number;
}

/** The offsets of a part of the value, `end` exclusive. A part that reaches past the value is cut. */
export function sourceSpan(map: CharacterMap, span: Span): Span {
  const start = map.starts[span.start] ?? map.end;
  const last = Math.min(span.end, map.ends.length) - 1;
  return { start, end: last < span.start ? start : (map.ends[last] ?? map.end) };
}

/**
 * The map of a plain (`quote` empty), single-quoted or double-quoted scalar. `start` and `end` are the offsets of its
 * content, quotes excluded. JSON texts are double-quoted ones.
 */
export function flowCharacters(
  text: string,
  start: number,
  end: number,
  quote: '' | "'" | '"',
): CharacterMap {
  const map = mapBuilder();
  let at = start;
  while (at < end) {
    const blank = match(/[ \t]*/y, text, at).length;
    const fold = match(/(?:\r?\n[ \t]*)+/y, text, at + blank);
    if (fold !== '') {
      // One break is a space, more of them lose the first; the white space around them says nothing.
      const breaks = lineBreaks(fold, at + blank);
      for (const [from, to] of breaks.length === 1 ? breaks : breaks.slice(1)) map.add(from, to, 1);
      at += blank + fold.length;
    } else if (blank > 0) {
      for (let index = 0; index < blank; index++) map.add(at + index, at + index + 1, 1);
      at += blank;
    } else {
      const source = unitSource(text, at, quote);
      map.add(at, at + source.length, unitsOf(source));
      at += source.length;
    }
  }
  return map.build(end);
}

/** What `blockCharacters` needs to know of a literal (`|`) or folded (`>`) block scalar. */
export interface BlockScalar {
  /** The offsets of its lines: from the line after the header to the end of the last line break that is its own. */
  readonly start: number;
  readonly end: number;
  /** The spaces that its lines begin with, where the header gives them as a digit. */
  readonly indentation?: number;
  readonly value: string;
}

/** The map of a block scalar; undefined where its value is not what its lines say (the file has a syntax error). */
export function blockCharacters(text: string, scalar: BlockScalar): CharacterMap | undefined {
  const { value } = scalar;
  const map = mapBuilder();
  const first = firstIndentation(text.slice(scalar.start, scalar.end));
  const indentation = Number.isFinite(first) ? (scalar.indentation ?? first) : first;
  let breaks: [number, number][] = [];
  let at = 0;
  for (const line of linesOf(text, scalar.start, scalar.end)) {
    const from = line.start + Math.min(indentation, match(/ */y, text, line.start).length);
    const content = text.slice(Math.min(from, line.end), line.end);
    if (content !== '') {
      // Line breaks are kept, or folded into one space or into one break less: the value tells which.
      const kept = match(/\n*/y, value, at).length;
      const folded = kept === 0 && breaks.length > 0 && value[at] === ' ' && !content.startsWith(' ');
      const count = folded ? 1 : kept;
      if (count > breaks.length || !value.startsWith(content, at + count)) return undefined;
      for (const [start, end] of breaks.slice(breaks.length - count)) map.add(start, end, 1);
      for (let index = 0; index < content.length; index++) map.add(from + index, from + index + 1, 1);
      at += count + content.length;
      breaks = [];
    }
    if (line.next > line.end) breaks.push([line.end, line.next]);
  }
  // The last break is there even where the file ends without one.
  for (let index = 0; at < value.length; at++, index++) {
    if (value[at] !== '\n') return undefined;
    const [start, end] = breaks[index] ?? [scalar.end, scalar.end];
    map.add(start, end, 1);
  }
  return map.build(scalar.end);
}

function mapBuilder() {
  const starts: number[] = [];
  const ends: number[] = [];
  return {
    add(start: number, end: number, units: number): void {
      for (let unit = 0; unit < units; unit++) {
        starts.push(start);
        ends.push(end);
      }
    },
    build(end: number): CharacterMap {
      return { starts, ends, end };
    },
  };
}

/** The source of the character at an offset of a flow scalar: itself, an escape, or a doubled quote. */
function unitSource(text: string, at: number, quote: '' | "'" | '"'): string {
  if (quote === "'" && text[at] === "'") return "''";
  const escape = /\\(?:x.{2}|u.{4}|U.{8}|\r?\n[ \t]*|.)/sy;
  return (quote === '"' && match(escape, text, at)) || text.charAt(at);
}

/** How many UTF-16 units a source says: an escaped line break none, an astral `\U` two. */
function unitsOf(source: string): number {
  if (/^\\[\r\n]/u.test(source)) return 0;
  return source.startsWith('\\U') && Number.parseInt(source.slice(2), 16) > 0xffff ? 2 : 1;
}

/** The indentation of the first line with more than spaces in it; where no line has more, spaces say nothing. */
function firstIndentation(lines: string): number {
  const line = /^( *)[^ \r\n]/mu.exec(lines);
  return line?.[1]?.length ?? Number.POSITIVE_INFINITY;
}

function lineBreaks(fold: string, offset: number): [number, number][] {
  return Array.from(fold.matchAll(/\r?\n/gu), ({ index, 0: source }) => [
    offset + index,
    offset + index + source.length,
  ]);
}

function* linesOf(text: string, start: number, end: number) {
  const lineBreak = /\r?\n/gu;
  let from = start;
  while (from < end) {
    lineBreak.lastIndex = from;
    const found = lineBreak.exec(text);
    const next = found === null ? end : Math.min(end, found.index + found[0].length);
    yield { start: from, end: found === null ? end : Math.min(end, found.index), next };
    from = next;
  }
}

function match(sticky: RegExp, text: string, at: number): string {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? '';
}
