import { hideSecrets } from './hide-secrets.ts';
import { displayWidth, printable } from './printable.ts';
import type { Position, Range } from './source.ts';

/** Longer lines are shown around the mistake only. In UTF-16 units, of which `shownBefore` stand before the mistake. */
const longestShown = 120;
const shownBefore = 50;

/** How much of the text before and after a mistake tells whether what is shown is a key. In UTF-16 units. */
const lookedAt = 5000;

export interface FrameStyle {
  /** Line numbers and rulers. */
  margin(text: string): string;
  /** The carets under the mistake. */
  caret(text: string): string;
}

/**
 * The line of a mistake with carets under it, and the lines right before and after it. Of a mistake over several
 * lines, the first is shown. Every line is one line: characters that act on a terminal are shown as escapes,
 * and a key that stands there as so many `x`: frames are kept in the logs of CI.
 */
export function codeFrame(written: string, { start, end }: Range, style: FrameStyle): string[] {
  if (written === '') return [];
  const text = withoutKeys(written, start.offset);
  const from = start.offset - (start.column - 1);
  const to = endOfLine(text, from);
  const margin = String(start.line + 1).length;
  const numbered = (line: number, shown: string) =>
    `${style.margin(` ${String(line).padStart(margin)} |`)} ${shown}`.trimEnd();
  const last = end.line === start.line ? end.offset : from + text.slice(from, to).trimEnd().length;
  const { shown, indent, width } = around(text.slice(from, to), start.offset - from, last - from);
  const carets = `${style.margin(` ${' '.repeat(margin)} |`)} ${' '.repeat(indent)}${style.caret('^'.repeat(width))}`;
  const frame = [numbered(start.line, shown), carets];
  const before = lineBefore(text, from);
  if (before !== undefined && before.trim() !== '')
    frame.unshift(numbered(start.line - 1, beginning(before)));
  const after = lineAfter(text, to);
  if (after !== undefined && after.trim() !== '') frame.push(numbered(start.line + 1, beginning(after)));
  return frame;
}

/** A text of the same length, without the keys that stand around a mistake. */
function withoutKeys(text: string, at: number): string {
  const from = Math.max(0, at - lookedAt);
  const to = at + lookedAt;
  const hidden = hideSecrets(text.slice(from, to));
  // A file of megabytes is copied only where it has to be.
  return hidden.found.length === 0 ? text : text.slice(0, from) + hidden.text + text.slice(to);
}

/** The place at which the first line of a range ends, for those who can show no more. */
export function firstLineOf(text: string, { start, end }: Range): Range {
  if (end.line === start.line) return { start, end };
  const offset = endOfLine(text, start.offset);
  const column = start.column + (offset - start.offset);
  return { start, end: { line: start.line, column, offset } satisfies Position };
}

/** A line, cut to what is around the mistake, and the columns at which the mistake is shown. */
function around(line: string, from: number, to: number): { shown: string; indent: number; width: number } {
  const isLong = line.length > longestShown;
  const start = isLong ? characterStart(line, Math.max(0, from - shownBefore)) : 0;
  const end = isLong ? characterStart(line, Math.min(line.length, start + longestShown)) : line.length;
  const before = (start > 0 ? '…' : '') + visible(line.slice(start, from));
  const mistake = visible(line.slice(from, Math.max(from, Math.min(to, end))));
  const indent = displayWidth(before);
  return {
    shown: (start > 0 ? '…' : '') + visible(line.slice(start, end)) + (end < line.length ? '…' : ''),
    indent,
    width: Math.max(1, displayWidth(before + mistake) - indent),
  };
}

function beginning(line: string): string {
  // That of a long line is far from the mistake.
  return around(withoutKeys(line, 0), 0, 0).shown;
}

/** A tab takes four columns, wherever it stands, so that what is below it can be aligned. */
function visible(text: string): string {
  return text
    .split('\t')
    .map((piece) => printable(piece))
    .join('    ');
}

/** The offset, or the one before it where it would part a surrogate pair. */
function characterStart(line: string, offset: number): number {
  return /[\uDC00-\uDFFF]/.test(line.charAt(offset)) ? offset - 1 : offset;
}

function endOfLine(text: string, from: number): number {
  const end = /[\r\n]/gu;
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
}

function lineBefore(text: string, start: number): string | undefined {
  if (!/[\r\n]/u.test(text.charAt(start - 1))) return undefined;
  const end = start - (text.startsWith('\r\n', start - 2) ? 2 : 1);
  const lineBreak = Math.max(text.lastIndexOf('\n', end - 1), text.lastIndexOf('\r', end - 1));
  return end === 0 ? '' : text.slice(lineBreak + 1, end);
}

function lineAfter(text: string, end: number): string | undefined {
  if (end >= text.length) return undefined;
  const start = end + (text.startsWith('\r\n', end) ? 2 : 1);
  return text.slice(start, endOfLine(text, start));
}
