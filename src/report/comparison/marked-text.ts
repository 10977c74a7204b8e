import { graphemesOf } from '../../diagnostic/graphemes.ts';
import { displayWidth, printable } from '../../diagnostic/printable.ts';
import { markedChange } from '../../difference/marks.ts';
import type { Paint } from '../output.ts';
import type { ShownPiece } from './change-text.ts';

/** A stretch of printable text, and how each part of it is put on the terminal. */
export interface MarkedPiece {
  readonly text: string;
  readonly paint: (text: string) => string;
}

/** Changes as `[-old-]{+new+}`, in red and green where there are colours: who does not tell those apart reads the marks. */
export function markedPieces(pieces: readonly ShownPiece[], paint: Paint): readonly MarkedPiece[] {
  return pieces.map(({ kind, text }) => {
    if (kind === 'omitted') return { text: printable(text), paint: (part) => paint('dim', part) };
    const shown = printable(markedChange({ kind, text }));
    if (kind === 'same') return { text: shown, paint: (part) => part };
    return { text: shown, paint: (part) => paint(kind === 'removed' ? 'red' : 'green', part) };
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
    for (const segment of graphemesOf(text)) {
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
