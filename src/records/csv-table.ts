import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { faultOfBytes, megabytes } from './bad.ts';
import { parseCells } from './csv-cells.ts';
import type { ReadOptions } from './format.ts';
import { splitQuotedRows, type Row } from './rows.ts';
import { utf8Remedy } from './utf8-remedy.ts';

/** Takes a table's bytes cut anywhere; gives the rows below the header. */
export interface TableSplitter {
  push(chunk: Buffer): TableRows;
  end(): TableRows;
  /** The header's names, once it has been read. */
  columns(): readonly string[] | undefined;
  /** What stands between cells, once the header has been read. */
  delimiter(): string;
}

export interface TableRows {
  readonly rows: readonly Row[];
  readonly broken?: Diagnostic;
}

/**
 * Cuts a table into rows. The first is the header; blank lines are no rows. Cells stand between `usual`, unless that is
 * the comma and the header tells of semicolons.
 */
export function splitTable(usual: string, { path, limit }: ReadOptions): TableSplitter {
  const splitter = splitQuotedRows(limit);
  let columns: readonly string[] | undefined;
  let delimiter = usual;
  const take = (rows: readonly Row[]): TableRows => {
    const taken: Row[] = [];
    for (const row of rows) {
      if (row.bytes.length === 0) continue;
      if (row.tooLarge) return { rows: taken, broken: tooLarge(path, row, limit) };
      if (columns !== undefined) {
        taken.push(row);
        continue;
      }
      const header = readHeader(row, usual, path, limit);
      if ('broken' in header) return { rows: taken, broken: header.broken };
      ({ columns, delimiter } = header);
    }
    return { rows: taken };
  };
  return {
    push: (chunk) => take(splitter.push(chunk)),
    end: () => take(splitter.end()),
    columns: () => columns,
    delimiter: () => delimiter,
  };
}

type Header =
  | { readonly columns: readonly string[]; readonly delimiter: string }
  | { readonly broken: Diagnostic };

function readHeader(row: Row, usual: string, path: string, limit: number): Header {
  if (faultOfBytes(row, limit) !== undefined) {
    return badHeader(path, row, 'it is not UTF-8 text', utf8Remedy('WINDOWS-1252', path));
  }
  if (row.bytes.includes(0)) {
    return badHeader(path, row, 'it holds a NUL character', 'save the file as UTF-8 text');
  }
  const excel = /^"?sep=(.)"?$/i.exec(row.bytes.toString());
  if (excel !== null) {
    const others = ',;\t'.includes(excel[1] ?? '') ? '' : ', and separate the cells by commas';
    return badHeader(path, row, 'it is a line for Excel alone, as `sep=;` is', `remove the line${others}`);
  }
  const other = usual === ',' ? otherSeparator(row.bytes.toString()) : undefined;
  if (other === '\t') {
    const reason = 'it has no comma, and the columns seem to be separated by tabs';
    return badHeader(path, row, reason, 'name it .tsv or add `--input-format tsv`');
  }
  const delimiter = other ?? usual;
  const { cells, broken } = parseCells([row], delimiter, path);
  if (broken !== undefined) return { broken };
  const columns = cells.get(row) ?? [];
  const mistakes = headerMistakes(columns);
  if (mistakes.length === 0) return { columns, delimiter };
  const isTitle = columns.filter((name) => name !== '').length === 1;
  const hint = isTitle
    ? 'begin the file with the names of its columns: a title above them is no header'
    : 'give each column a name of its own';
  return badHeader(path, row, mistakes.join('; '), hint);
}

/**
 * What stands between the names where no comma does; a name in quotes may hold anything. Spreadsheets write semicolons
 * where the comma is in use for decimals.
 */
function otherSeparator(header: string): '\t' | ';' | undefined {
  const bare = header.replaceAll(/"[^"]*"/g, '');
  if (bare.includes(',')) return undefined;
  return (['\t', ';'] as const).find((separator) => bare.includes(separator));
}

/** A name that stands twice would lose a cell of every record, and one that is empty could never be asked for. */
function headerMistakes(columns: readonly string[]): readonly string[] {
  const places = new Map<string, number[]>();
  for (const [at, name] of columns.entries()) places.set(name, [...(places.get(name) ?? []), at + 1]);
  return [...places].flatMap(([name, numbers]) => {
    if (name === '')
      return [`${numbers.length === 1 ? 'column' : 'columns'} ${numbers.join(', ')} without a name`];
    return numbers.length > 1 ? [`columns ${numbers.join(', ')} all named \`${name}\``] : [];
  });
}

function badHeader(path: string, row: Row, reason: string, hint: string): { readonly broken: Diagnostic } {
  return {
    broken: {
      severity: 'error',
      code: 'invalid-header',
      message: `the header cannot be used: ${reason}`,
      hint,
      place: { path, line: row.line },
    },
  };
}

function tooLarge(path: string, row: Row, limit: number): Diagnostic {
  return {
    severity: 'error',
    code: 'record-too-large',
    message: `the row that begins here is larger than ${megabytes(limit)}`,
    hint: 'look for a quote that is not closed',
    place: { path, line: row.line },
  };
}
