import { displayWidth, printable } from '../../diagnostic/printable.ts';
import type { Paint } from '../output.ts';
import type { ShownPiece } from './change-text.ts';

/** A stretch of printable text, and how each part of it is put on the terminal. */
export interface MarkedPiece {
  readonly text: string;
  readonly paint: (text: string) => string;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Changes in red and green, or where there are no colours as `[-old-]{+new+}`. */
export function markedPieces(pieces: readonly ShownPiece[], paint: Paint): readonly MarkedPiece[] {
  const colored = paint('red', '') !== '';
  return pieces.map(({ kind, text }) => {
    const shown = printable(text);
    if (kind === 'removed') {
      return { text: colored ? shown : `[-${shown}-]`, paint: (part) => paint('red', part) };
    }
    if (kind === 'added') {
      return { text: colored ? shown : `{+${shown}+}`, paint: (part) => paint('green', part) };
    }
    return { text: shown, paint: (part) => (kind === 'omitted' ? paint('dim', part) : part) };
  });
}

/** Lines of so many columns, broken at spaces; a longer word is cut. */
export function wrapPieces(pieces: readonly MarkedPiece[], columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const breakLine = () => {
    lines.push(line.trimEnd());
    line = '';
    used = 0;
  };
  // A word may go over several pieces: it is moved to the next line as a whole.
  let word: MarkedPiece[] = [];
  const flush = () => {
    const width = word.reduce((sum, { text }) => sum + displayWidth(text), 0);
    if (used > 0 && used + width > columns) breakLine();
    for (const { text, paint } of word) put(text, paint);
    word = [];
  };
  const put = (text: string, paint: MarkedPiece['paint']) => {
    let fitting = '';
    for (const { segment } of graphemes.segment(text)) {
      const width = displayWidth(segment);
      if (used + width > columns) {
        line += fitting === '' ? '' : paint(fitting);
        fitting = '';
        breakLine();
      }
      fitting += segment;
      used += width;
    }
    line += fitting === '' ? '' : paint(fitting);
  };
  for (const { text, paint } of pieces) {
    for (const part of text.split(/( +)/u)) {
      if (part === '') continue;
      if (!part.startsWith(' ')) {
        word.push({ text: part, paint });
        continue;
      }
      flush();
      if (used + part.length > columns) breakLine();
      else if (used > 0) put(part, paint);
    }
  }
  flush();
  if (line !== '' || lines.length === 0) breakLine();
  return lines;
}
