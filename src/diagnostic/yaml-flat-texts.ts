import type { Span } from './diagnostic.ts';
import { quoted } from './findings.ts';
import type { Finding } from './findings.ts';
import { readStream } from './yaml-stream.ts';

/** A key whose text stands on the lines below it: what is before the key, the key, and the sign after it. */
const header = /^([ \t]*(?:- +)*)([^\s#:][^\r\n:]*): +([|>][-+\d]*)(?=[ \t]*(?:#[^\r\n]*)?$)/gmu;

/** A line that is meant as a pair of what is around the text, and not as a line of it. */
const pair = /^(?:(?:[a-z][a-z0-9_-]*|"[^"]*"|'[^']*'):|---)(?:\s|$)/u;
const item = /^-(?:\s|$)/u;

/** To tell each from a line of another text takes a parse: a file with more of them is told of the rest later. */
const mostFlat = 50;

/**
 * The text of a file with each text masked that begins after `|` or `>` no deeper than its key, and the offsets kept:
 * YAML takes such a text for empty, and its lines for keys of the map around, which would each be told of besides.
 */
export function maskFlatTexts(text: string): { text: string; findings: Finding[] } {
  const findings: Finding[] = [];
  let masked = text;
  for (const { key, sign, lines } of flatTexts(text)) {
    // What stands after one is read as it was meant once that one is masked.
    if (!isEmptyBlock(masked, sign.start)) continue;
    const blank = masked.slice(lines.start, lines.end).replaceAll(/[^\r\n]/gu, ' ');
    const value = 'x'.repeat(sign.end - sign.start) + masked.slice(sign.end, lines.start);
    masked = masked.slice(0, sign.start) + value + blank + masked.slice(lines.end);
    findings.push({
      code: 'flat-text',
      message: `the text of ${quoted(key)} is not indented deeper than its key`,
      hint: `begin each of its lines further to the right than ${quoted(key)}`,
      ...sign,
    });
  }
  return { text: masked, findings };
}

function isEmptyBlock(text: string, offset: number): boolean {
  const { tokens } = readStream(text);
  return tokens.some(
    ({ token }) => token.type === 'block-scalar' && token.offset === offset && token.source.trim() === '',
  );
}

function flatTexts(text: string): readonly FlatText[] {
  return [...text.matchAll(header)].flatMap((match) => flatText(match, text)).slice(0, mostFlat);
}

interface FlatText {
  readonly key: string;
  readonly sign: Span;
  readonly lines: Span;
}

/** What looks like a text that is not indented, below a header; nothing where it is, or where there is none. */
function flatText(match: RegExpExecArray, text: string): readonly FlatText[] {
  const [whole, before = '', key = '', mark = ''] = match;
  const end = match.index + whole.length;
  const line = /([ \t]*)([^\r\n]*)(?:\r?\n|$)/uy;
  line.lastIndex = end;
  line.exec(text);
  const start = line.lastIndex;
  let last = start;
  let isText = false;
  while (line.lastIndex < text.length) {
    const [, indentation = '', rest = ''] = line.exec(text) ?? [];
    if (rest === '') continue;
    const { length: column } = indentation;
    if (column > before.length ? !isText : pair.test(rest)) break;
    // An item of the list around stands before its keys; at their column it is a line of the text.
    if (column < before.length && item.test(rest)) break;
    // A comment alone is no text, but a text may have headings.
    isText ||= !rest.startsWith('#');
    last = line.lastIndex;
  }
  return isText ? [{ key, sign: { start: end - mark.length, end }, lines: { start, end: last } }] : [];
}
