import { stripVTControlCharacters } from 'node:util';
import { graphemesOf } from '../diagnostic/graphemes.ts';
import { displayWidth, printable } from '../diagnostic/printable.ts';

/** Untrusted text as one printable line of so many columns at most; `…` stands for what was cut. */
export function clip(text: string, columns: number): string {
  const line = printable(text);
  if (displayWidth(line) <= columns) return line;
  let kept = '';
  let room = columns - 1;
  for (const segment of graphemesOf(line)) {
    room -= displayWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Letters that are written from the right to the left. */
const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Samaritan}\p{Script=Mandaic}]/u;

/**
 * Printable text that keeps to itself: without its marks (U+2068 and U+2069, which take no column), a name from right to
 * left would draw the numbers and words beside it to its other side. All other text stays as it is.
 */
export function isolated(text: string): string {
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
}

/** Text of ours without the marks of `isolated`, for where it is shown otherwise than on a terminal. */
export function unisolated(text: string): string {
  return text.replaceAll(/[\u2068\u2069]/gu, '');
}

/** One line, whose words may have colours, broken between words into lines of so many columns; a longer word stays whole. */
export function wrap(line: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && displayWidth(stripVTControlCharacters(longer)) > columns) {
      // Of two spaces between words, the first would end the line.
      lines.push(current.trimEnd());
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}

/** Like `clip`, for names whose end tells them apart: what was cut stood in the middle. */
export function clipMiddle(text: string, columns: number): string {
  const line = printable(text);
  if (displayWidth(line) <= columns) return line;
  const head = Math.floor((columns - 1) / 3);
  let tail = '';
  let room = columns - 1 - head;
  for (const segment of [...graphemesOf(line)].toReversed()) {
    room -= displayWidth(segment);
    if (room < 0) break;
    tail = segment + tail;
  }
  return `${clip(line, head + 1).replace(/…$/, '')}…${tail}`;
}
