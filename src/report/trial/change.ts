import { bounded, printable } from '../../diagnostic/printable.ts';
import { elide, markedChange } from '../../difference/marks.ts';
import { diffWords, type WordChange } from '../../difference/words.ts';
import { wrapPieces, type MarkedPiece } from '../comparison/marked-text.ts';
import type { Paint } from '../output.ts';

/** Unchanged lines that are shown on each side of a changed one. */
const linesAround = 2;

/** Characters of unchanged text that are shown on each side of a change within its line. */
const charactersAround = 120;

/** Of each text, so many characters are compared. */
const longestCompared = 40_000;

/** One line of the later text, with what was taken from it. */
type ChangedLine = readonly WordChange[];

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
  const lines = linesOf(diffWords(compared(before), compared(after)));
  const changed = lines.flatMap((line, at) => (line.some(({ kind }) => kind !== 'same') ? [at] : []));
  const isNear = (at: number) => changed.some((one) => Math.abs(one - at) <= linesAround);
  return lines.flatMap((line, at) => {
    if (changed.includes(at)) return shownLines(elide(line, charactersAround), paint, columns);
    if (isNear(at)) return shownLines(line.map(shortened), paint, columns);
    // One mark for all that is left out in one place.
    return at === 0 || isNear(at - 1) ? [paint('dim', '…')] : [];
  });
}

/** What a text ends with in blank lines is nothing to see. */
function compared(text: string): string {
  return bounded(text.replace(/\s+$/u, ''), longestCompared);
}

function shortened({ kind, text }: WordChange): WordChange {
  return { kind, text: bounded(text, 2 * charactersAround) };
}

function linesOf(changes: readonly WordChange[]): readonly ChangedLine[] {
  const lines: WordChange[][] = [[]];
  for (const { kind, text } of changes) {
    const whole = text.replaceAll('\r\n', '\n');
    const parts = kind === 'removed' ? [whole] : whole.split('\n');
    for (const [at, part] of parts.entries()) {
      if (at > 0) lines.push([]);
      // A line break that went or came is nothing to see, unless it is said.
      const said = kind === 'added' && at < parts.length - 1 ? `${part}\n` : part;
      if (said !== '') lines.at(-1)?.push({ kind, text: said });
    }
  }
  return lines;
}

function shownLines(line: ChangedLine, paint: Paint, columns: number | undefined): readonly string[] {
  const lead = /^ */u.exec(line[0]?.kind === 'same' ? line[0].text : '')?.[0] ?? '';
  const rest = columns === undefined ? Infinity : columns - lead.length;
  const pieces = line.map((change) => pieceOf(change, paint));
  // Wrapping takes the spaces that a line begins with.
  return wrapPieces(pieces, rest).map((part) => `${lead}${part}`.trimEnd());
}

function pieceOf({ kind, text }: WordChange, paint: Paint): MarkedPiece {
  if (kind === 'same') return { text: printable(text, 'lines'), paint: (part) => part };
  const marked = printable(markedChange({ kind, text }));
  return { text: marked, paint: (part) => paint(kind === 'removed' ? 'red' : 'green', part) };
}
