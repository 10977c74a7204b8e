import { displayWidth } from '../../src/diagnostic/printable.ts';

/**
 * A terminal of any height that does what it is told, folds its lines anew when it is resized, and refuses
 * what it does not know.
 */
export interface FakeTerminal {
  write(text: string): void;
  resize(columns: number): void;
  readonly columns: number;
  /** Rows as a person sees them, without blank ends. */
  rows(): readonly string[];
  readonly cursorVisible: boolean;
  readonly wraps: boolean;
  /** The cursor's column, from 0, and how many lines are below it. */
  readonly column: number;
  readonly linesBelow: number;
  /** How often something was written. */
  readonly writes: number;
}

const escape = '\u001B';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

export function createTerminal(initialColumns: number): FakeTerminal {
  /** Whole lines of cells: they fold into rows by the width of the moment. The second cell of a wide character is empty. */
  const lines: string[][] = [[]];
  let columns = initialColumns;
  let line = 0;
  let offset = 0;
  let cursorVisible = true;
  let wraps = true;
  let writes = 0;

  const current = () => lines[line] ?? [];
  const rowStart = () => offset - (offset % columns);

  const put = (character: string, width: number) => {
    if (character === '\r') offset = rowStart();
    else if (character === '\n') {
      line += 1;
      if (line === lines.length) lines.push([]);
      offset = 0;
    } else if (/^\p{Cc}/u.test(character)) {
      throw new Error(`a bare control character: ${JSON.stringify(character)}`);
    } else {
      const cells = [character, ''].slice(0, width);
      if (!wraps && (offset % columns) + cells.length > columns) throw new Error('a frame that is too wide');
      current().splice(offset, cells.length, ...cells);
      offset += cells.length;
    }
  };

  const putAll = (text: string) => {
    if (/^[\r\n\x20-\x7E█░…]*$/.test(text)) for (const character of text) put(character, 1);
    else for (const { segment } of graphemes.segment(text)) put(segment, displayWidth(segment));
  };

  const control = (sequence: string) => {
    if (/^\d*(?:;\d+)*m$/.test(sequence)) return;
    switch (sequence) {
      case 'A':
        line = Math.max(0, line - 1);
        return;
      case 'K':
        if (current().length > rowStart() + columns) throw new Error('a folded line is overwritten');
        current().length = Math.min(current().length, offset);
        return;
      case 'J':
        current().length = Math.min(current().length, offset);
        lines.length = line + 1;
        return;
      case '?25h':
      case '?25l':
        cursorVisible = sequence.endsWith('h');
        return;
      case '?7h':
      case '?7l':
        wraps = sequence.endsWith('h');
        return;
      default:
        throw new Error(`an escape sequence that no bar needs: ${JSON.stringify(sequence)}`);
    }
  };

  return {
    write(text) {
      writes += 1;
      const [plain = '', ...escaped] = text.split(escape);
      putAll(plain);
      for (const sequence of escaped) {
        const match = /^\[([\d;?]*[A-Za-z])/.exec(sequence);
        if (match === null) throw new Error(`an unknown escape: ${JSON.stringify(sequence)}`);
        control(match[1] ?? '');
        putAll(sequence.slice(match[0].length));
      }
    },
    resize(width) {
      columns = width;
    },
    rows() {
      return lines.flatMap((cells) => {
        const count = Math.max(1, Math.ceil(cells.length / columns));
        return Array.from({ length: count }, (_, at) =>
          cells
            .slice(at * columns, (at + 1) * columns)
            .join('')
            .trimEnd(),
        );
      });
    },
    get columns() {
      return columns;
    },
    get cursorVisible() {
      return cursorVisible;
    },
    get wraps() {
      return wraps;
    },
    get column() {
      return offset % columns;
    },
    get linesBelow() {
      return lines.length - 1 - line;
    },
    get writes() {
      return writes;
    },
  };
}
