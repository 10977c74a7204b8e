import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonValue } from '../json/json.ts';
import { badRecord, endsWithinCharacter, faultOfBytes, type RowFault } from './bad.ts';
import { columnReaders, type ColumnReader } from './cells.ts';
import { parseCells } from './csv-cells.ts';
import { tableEncoder } from './csv-encoder.ts';
import { splitTable, type TableRows } from './csv-table.ts';
import type { Batch, ReadOptions, RecordCounter, RecordFormat, RecordReader } from './format.ts';
import type { RecordItem } from './record.ts';
import { doubleQuote, type Row } from './rows.ts';

/** RFC 4180: a header, then one record a row; a cell in double quotes may hold anything. Semicolons are read as well. */
export const csv = tableFormat('csv', '.csv', ',');

/** The same with tabs, quotes included. */
export const tsv = tableFormat('tsv', '.tsv', '\t');

function tableFormat(name: string, extension: string, delimiter: string): RecordFormat {
  return {
    name,
    extensions: [extension],
    reader: (options) => tableReader(delimiter, options),
    counter: (options) => tableCounter(delimiter, options),
    output: { tabular: true, encoder: (columns) => tableEncoder(columns, delimiter) },
  };
}

function tableReader(delimiter: string, options: ReadOptions): RecordReader {
  const table = splitTable(delimiter, options);
  let columns: readonly ColumnReader[] | undefined;
  let index = 0;
  /** The last row, and how many cells it has. */
  let last: { readonly row: Row; readonly cells: number } | undefined;
  const read = ({ rows, broken }: TableRows): Batch => {
    if (rows.length === 0) return { items: [], broken };
    columns ??= columnReaders(table.columns() ?? [], options.schema);
    // Bytes that are no text are parsed too: a stray quote among them would hide the rows up to the next.
    const parsed = parseCells(rows, table.delimiter(), options.path);
    const items: RecordItem[] = [];
    for (const row of rows) {
      const cells = parsed.cells.get(row);
      if (cells === undefined) return { items, broken: parsed.broken };
      const fault = faultOfRow(row, options.limit);
      items.push(fault === undefined ? recordOf(cells, columns, row, index) : badRecord(index, row, fault));
      index += 1;
    }
    const row = rows.at(-1);
    last = row && { row, cells: parsed.cells.get(row)?.length ?? 0 };
    return { items, broken };
  };
  return {
    push: (chunk) => read(table.push(chunk)),
    end: () => {
      const batch = read(table.end());
      if (batch.items.length === 0 || last === undefined || last.row.tooLarge) return batch;
      const lacks = last.cells < (columns?.length ?? 0);
      return { ...batch, endsWithin: lacks || endsWithinCharacter(last.row.bytes) };
    },
    started: () => table.columns() !== undefined,
    columns: () => table.columns(),
  };
}

/** Only quotes can make a table bad below its header, so only rows that have one are parsed. */
function tableCounter(delimiter: string, options: ReadOptions): RecordCounter {
  const table = splitTable(delimiter, options);
  let records = 0;
  const count = ({ rows, broken }: TableRows): Diagnostic | undefined => {
    records += rows.length;
    const quoted = rows.filter(({ bytes }) => bytes.includes(doubleQuote));
    return parseCells(quoted, table.delimiter(), options.path).broken ?? broken;
  };
  return {
    push: (chunk) => count(table.push(chunk)),
    end: () => count(table.end()),
    count: () => ({ records }),
  };
}

function faultOfRow(row: Row, limit: number): RowFault | undefined {
  const fault = faultOfBytes(row, limit);
  if (fault !== undefined || !row.bytes.includes(0)) return fault;
  return {
    code: 'invalid_text',
    message: 'the row holds a NUL character, which no text has; save the file as UTF-8 text',
  };
}

function recordOf(
  cells: readonly string[],
  columns: readonly ColumnReader[],
  row: Row,
  index: number,
): RecordItem {
  if (cells.length !== columns.length) return badRecord(index, row, ragged(cells.length, columns.length));
  const fields: (readonly [string, JsonValue])[] = [];
  const mistakes: string[] = [];
  for (const [at, column] of columns.entries()) {
    const cell = column.read(cells[at] ?? '');
    if (!cell.ok) mistakes.push(cell.error);
    else if (cell.value !== undefined) fields.push([column.name, cell.value]);
  }
  if (mistakes.length > 0) {
    return badRecord(index, row, { code: 'invalid_cell', message: mistakes.join('; ') });
  }
  // `fromEntries` defines fields, so that a column named __proto__ is one like any other.
  return { ok: true, index, line: row.line, value: Object.fromEntries(fields) };
}

function ragged(cells: number, columns: number): RowFault {
  const row = `the row has ${cells} ${cells === 1 ? 'cell' : 'cells'}`;
  const header = `the header ${columns} ${columns === 1 ? 'column' : 'columns'}`;
  const remedy =
    cells > columns
      ? 'put a cell that holds the separator or a line break in double quotes'
      : 'write an empty cell for each value that is missing';
  return { code: 'ragged_row', message: `${row} and ${header}; ${remedy}` };
}
