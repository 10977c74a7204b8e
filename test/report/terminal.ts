/**
 * A terminal of any height that does what it is told, folds its lines anew when it is resized, and refuses
 * what it does not know.
 */
export interface FakeTerminal {
  write(text: string): void;
  resize(columns: number): void;
  readonly columns: number;
  /** Rows as a person sees them, without blank ends; the cursor's row is the last. */
  rows(): readonly string[];
  readonly cursorVisible: boolean;
  readonly wraps: boolean;
  /** The cursor's column, from 0. */
  readonly column: number;
  /** How often something was written. */
  readonly writes: number;
}

const escape = '\u001B';

export function createTerminal(initialColumns: number): FakeTerminal {
  /** Whole lines: they fold into rows by the width of the moment. */
  const lines: string[][] = [[]];
  let columns = initialColumns;
  let offset = 0;
  let cursorVisible = true;
  let wraps = true;
  let writes = 0;

  const current = () => lines.at(-1) ?? [];
  const rowStart = () => offset - (offset % columns);

  const put = (character: string) => {
    if (character === '\r') offset = rowStart();
    else if (character === '\n') {
      lines.push([]);
      offset = 0;
    } else {
      if (character < ' ' || character === '\u007F')
        throw new Error(`a bare control character: ${JSON.stringify(character)}`);
      current()[offset] = character;
      const lastColumn = offset % columns === columns - 1;
      if (wraps || !lastColumn) offset += 1;
    }
  };

  const control = (sequence: string) => {
    if (/^\d*(?:;\d+)*m$/.test(sequence)) return;
    switch (sequence) {
      case '1G':
        offset = rowStart();
        return;
      case '0K':
        current().splice(
          offset,
          rowStart() + columns - offset,
          ...Array.from(
            { length: Math.max(0, Math.min(current().length, rowStart() + columns) - offset) },
            () => ' ',
          ),
        );
        return;
      case '2K':
        current().fill(' ', rowStart(), rowStart() + columns);
        return;
      case 'J':
        current().length = Math.min(current().length, offset);
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
      for (const character of plain) put(character);
      for (const sequence of escaped) {
        const match = /^\[([\d;?]*[A-Za-z])/.exec(sequence);
        if (match === null) throw new Error(`an unknown escape: ${JSON.stringify(sequence)}`);
        control(match[1] ?? '');
        for (const character of sequence.slice(match[0].length)) put(character);
      }
    },
    resize(width) {
      columns = width;
    },
    rows() {
      return lines.flatMap((line) => {
        const text = Array.from(line, (cell) => cell ?? ' ').join('');
        const count = Math.max(1, Math.ceil(text.trimEnd().length / columns));
        return Array.from({ length: count }, (_, at) =>
          text.slice(at * columns, (at + 1) * columns).trimEnd(),
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
    get writes() {
      return writes;
    },
  };
}
