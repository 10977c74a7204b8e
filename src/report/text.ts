import { displayWidth, printable } from '../diagnostic/printable.ts';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Untrusted text as one printable line of so many columns at most; `…` stands for what was cut. */
export function clip(text: string, columns: number): string {
  const line = printable(text);
  if (displayWidth(line) <= columns) return line;
  let kept = '';
  let room = columns - 1;
  for (const { segment } of graphemes.segment(line)) {
    room -= displayWidth(segment);
    if (room < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** One line broken between words into lines of so many columns; a word that is longer stays whole. */
export function wrap(line: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && displayWidth(longer) > columns) {
      lines.push(current);
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
  for (const { segment } of [...graphemes.segment(line)].toReversed()) {
    room -= displayWidth(segment);
    if (room < 0) break;
    tail = segment + tail;
  }
  return `${clip(line, head + 1).replace(/…$/, '')}…${tail}`;
}
