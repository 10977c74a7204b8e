/** The bytes of one row, without its line break. */
export interface Row {
  /** Where it begins, from 1. */
  readonly line: number;
  /** The first part only, where the row is larger than the limit. */
  readonly bytes: Buffer;
  readonly tooLarge: boolean;
}

/** Takes bytes cut anywhere and gives the rows that they complete. */
export interface RowSplitter {
  push(chunk: Buffer): readonly Row[];
  /** What is left after the last line break. */
  end(): readonly Row[];
}

export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
export const doubleQuote = 0x22;

/** One row a line. Only a line feed ends it: a carriage return before it is white space to JSON. */
export function splitLines(limit: number): RowSplitter {
  const row = rowBuilder(limit);
  let line = 1;
  return {
    push(chunk) {
      const rows: Row[] = [];
      let start = 0;
      for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
        row.add(chunk.subarray(start, end));
        rows.push(row.take(line));
        line += 1;
        start = end + 1;
      }
      row.add(chunk.subarray(start));
      return rows;
    },
    end: () => (row.isEmpty() ? [] : [row.take(line)]),
  };
}

/**
 * One row to each line break that is outside of double quotes; LF, CRLF and CR are line breaks. An escaped quote is two
 * of them, so the number of quotes before a row's end is even. A stray quote makes the row run on, and whoever reads
 * its cells refuses it there.
 */
export function splitQuotedRows(limit: number): RowSplitter {
  const row = rowBuilder(limit);
  let line = 1;
  let begins = 1;
  let quoted = false;
  let previous = 0;
  return {
    push(chunk) {
      const rows: Row[] = [];
      let start = 0;
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at] ?? 0;
        if (byte === doubleQuote) {
          quoted = !quoted;
        } else if (byte === lineFeed && previous === carriageReturn) {
          // The second half of a line break that has been counted.
          if (!quoted) start = at + 1;
        } else if (byte === lineFeed || byte === carriageReturn) {
          line += 1;
          if (!quoted) {
            row.add(chunk.subarray(start, at));
            rows.push(row.take(begins));
            begins = line;
            start = at + 1;
          }
        }
        previous = byte;
      }
      row.add(chunk.subarray(start));
      return rows;
    },
    end: () => (row.isEmpty() ? [] : [row.take(begins)]),
  };
}

/** Holds the parts of a row that has not ended; of one beyond the limit only the first, so that memory is bounded. */
export function rowBuilder(limit: number) {
  let parts: Buffer[] = [];
  let length = 0;
  return {
    isEmpty: () => length === 0,
    add(part: Buffer): void {
      if (part.length === 0) return;
      length += part.length;
      if (length <= limit || parts.length === 0) parts.push(part);
      else parts.length = 1;
    },
    take(line: number): Row {
      const [first = Buffer.alloc(0), ...others] = parts;
      const bytes = others.length === 0 ? first : Buffer.concat(parts);
      const tooLarge = length > limit;
      parts = [];
      length = 0;
      return { line, bytes, tooLarge };
    },
  };
}
