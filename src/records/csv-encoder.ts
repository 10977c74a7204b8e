import { stringify } from 'csv-stringify/sync';
import { isObject, type JsonValue } from '../json/json.ts';
import type { RowEncoder } from './format.ts';

/** The column of a row that is no object: such as of an `output` that is one template. */
export const singleColumn = 'output';

/**
 * Writes a header and one line a row. Texts stand as they are, numbers and booleans as in JSON, arrays and objects as
 * JSON; null, "" and a field that is not there are an empty cell. A cell that begins with = or + is data like any other:
 * a spreadsheet may take it for a formula, and who writes for one must decide that before.
 */
export function tableEncoder(columns: readonly string[], delimiter: string): RowEncoder {
  const options = {
    delimiter,
    // A bare line break and a byte order mark at the beginning of the file would be read as no part of the cell.
    quoted_match: /[\r\n\uFEFF]/,
    // One column's empty cell would be a blank line, which is no row.
    quoted_empty: columns.length === 1,
  };
  const encode = (rows: readonly (readonly string[])[]) => stringify([...rows], options);
  return {
    // A header of one name that holds `;` or a tab would be taken for one whose names are separated by it.
    start: () =>
      columns.length === 0 ? '' : stringify([[...columns]], { ...options, quoted_match: /[\r\n\uFEFF;\t]/ }),
    rows: (rows) => (columns.length === 0 ? '' : encode(rows.map((row) => cellsOf(row, columns)))),
    end: () => '',
  };
}

/** The names of a row's cells. */
export function fieldsOf(row: JsonValue): readonly string[] {
  return isObject(row) ? Object.keys(row) : [singleColumn];
}

function cellsOf(row: JsonValue, columns: readonly string[]): readonly string[] {
  if (!isObject(row)) return columns.map((name) => (name === singleColumn ? cellOf(row) : ''));
  return columns.map((name) => cellOf(Object.hasOwn(row, name) ? row[name] : null));
}

/** A cell as a table has it. */
export function cellOf(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
