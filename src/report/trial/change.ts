import { bounded, printable } from '../../diagnostic/printable.ts';
import { elide, markedChange } from '../../difference/marks.ts';
import { diffWords, type WordChange } from '../../difference/words.ts';
import { wrapPieces, type MarkedPiece } from '../comparison/marked-text.ts';
import type { Paint } from '../output.ts';

/** Characters of unchanged text on each side of a change. */
const context = 120;

/** Of each text, so many characters are compared. */
const longestCompared = 40_000;

/**
 * What changed between two texts, word by word and on the lines that the texts have: `[-old-]{+new+}`. Unchanged text far
 * from any change is left out. `columns`: lines are broken to so many; absent: they are not.
 */
export function changeLines(
  before: string,
  after: string,
  paint: Paint,
  columns: number | undefined,
): readonly string[] {
  const changes = diffWords(bounded(before, longestCompared), bounded(after, longestCompared));
  return linesOf(elide(changes, context), paint).flatMap((line) => {
    const lead = leadOf(line);
    const rest = columns === undefined ? Infinity : columns - lead.length;
    return wrapPieces(line, rest).map((part) => `${lead}${part}`.trimEnd());
  });
}

/** The changes by lines. A line break that went or came is nothing to see, unless it is said. */
function linesOf(changes: readonly WordChange[], paint: Paint): readonly (readonly MarkedPiece[])[] {
  const lines: MarkedPiece[][] = [[]];
  for (const { kind, text } of changes) {
    const whole = text.replaceAll('\r\n', '\n');
    const parts = kind === 'removed' ? [whole] : whole.split('\n');
    for (const [at, part] of parts.entries()) {
      if (at > 0) lines.push([]);
      const ends = kind === 'added' && at < parts.length - 1;
      if (part !== '' || ends) lines.at(-1)?.push(piece(kind, ends ? `${part}\n` : part, paint));
    }
  }
  return lines;
}

function piece(kind: WordChange['kind'], text: string, paint: Paint): MarkedPiece {
  if (kind === 'same') return { text: printable(text, 'lines'), paint: (part) => part };
  const marked = printable(markedChange({ kind, text }));
  return { text: marked, paint: (part) => paint(kind === 'removed' ? 'red' : 'green', part) };
}

/** The spaces that a line begins with, which wrapping would take from it. */
function leadOf([first]: readonly MarkedPiece[]): string {
  return /^ */u.exec(first?.text ?? '')?.[0] ?? '';
}
