import { CsvError, parse } from 'csv-parse/sync';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Row } from './rows.ts';

export interface ParsedRows {
  /** The cells of each row, up to the first that cannot be read. */
  readonly cells: ReadonlyMap<Row, readonly string[]>;
  /** Why that one cannot be. */
  readonly broken?: Diagnostic;
}

/**
 * The cells of rows that have been cut already. csv-parse is given them together, for its start costs more than a row,
 * and drops all of them at the first mistake; then they are given one by one.
 */
export function parseCells(rows: readonly Row[], delimiter: string, path: string): ParsedRows {
  const cells = new Map<Row, readonly string[]>();
  if (rows.length === 0) return { cells };
  const together = parseTogether(rows, delimiter);
  if (!(together instanceof CsvError)) {
    for (const [at, row] of rows.entries()) cells.set(row, together[at] ?? []);
    return { cells };
  }
  for (const row of rows) {
    const alone = parseTogether([row], delimiter);
    if (alone instanceof CsvError) return { cells, broken: quoteProblem(path, row, alone) };
    cells.set(row, alone[0] ?? []);
  }
  return { cells };
}

function parseTogether(rows: readonly Row[], delimiter: string): readonly (readonly string[])[] | CsvError {
  try {
    return parse(Buffer.concat(rows.flatMap(({ bytes }) => [bytes, lineBreak])), {
      delimiter,
      record_delimiter: '\n',
      // Without column names no surplus cell is dropped: whoever knows the header counts them.
      columns: false,
      relax_column_count: true,
    });
  } catch (error) {
    if (error instanceof CsvError) return error;
    throw error;
  }
}

const lineBreak = Buffer.from('\n');

/** Where a quote goes wrong nobody knows which line breaks end a row, so this ends the reading. */
function quoteProblem(path: string, row: Row, error: CsvError): Diagnostic {
  const { code, lines, column } = error as CsvError & { readonly lines?: unknown; readonly column?: unknown };
  const cell = typeof column === 'number' ? `cell ${column + 1}` : 'a cell';
  const unclosed = code === 'CSV_QUOTE_NOT_CLOSED';
  return {
    severity: 'error',
    code: 'invalid-quotes',
    message: unclosed
      ? 'the row that begins here has a quote that is never closed'
      : code === 'INVALID_OPENING_QUOTE'
        ? `a quote stands in the middle of ${cell}, which does not begin with one`
        : `${cell} goes on after its closing quote`,
    hint: 'put the whole cell in quotes, and write each quote in it twice: "a 5"" pipe"',
    place: { path, line: unclosed || typeof lines !== 'number' ? row.line : row.line + lines - 1 },
  };
}
