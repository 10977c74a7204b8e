import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { parseJson } from '../json/exact.ts';
import { isObject } from '../json/json.ts';
import { badRecord, faultOfBytes } from './bad.ts';
import { refuseErrors } from './errors-line.ts';
import type { RecordCounter, RecordFormat, RecordReader } from './format.ts';
import { faultOfLine, faultOfValue, isBegun } from './json-record.ts';
import type { BadRecord, RecordItem } from './record.ts';
import { splitLines, type Row } from './rows.ts';

/** One JSON object a line. Blank lines are no records. */
export const jsonl: RecordFormat = {
  name: 'jsonl',
  extensions: ['.jsonl', '.ndjson'],
  reader({ limit }): RecordReader {
    const lines = splitLines(limit);
    let index = 0;
    const read = (rows: readonly Row[]) => {
      const items: RecordItem[] = [];
      for (const row of rows) {
        if (isBlank(row)) continue;
        items.push(recordOf(row, index, limit));
        index += 1;
      }
      return { items };
    };
    return {
      push: (chunk) => read(lines.push(chunk)),
      end() {
        const rows = lines.end();
        const { items } = read(rows);
        const [row] = rows;
        const isBad = items.at(-1)?.ok === false;
        return {
          items,
          endsWithin: isBad && row !== undefined && !row.tooLarge && isBegun(row.bytes.toString()),
        };
      },
      started: () => index > 0,
    };
  },
  counter({ limit }): RecordCounter {
    const lines = splitLines(limit);
    let records = 0;
    const count = (rows: readonly Row[]) => {
      for (const row of rows) if (!isBlank(row)) records += 1;
      return undefined;
    };
    return {
      push: (chunk) => count(lines.push(chunk)),
      end: () => count(lines.end()),
      count: () => ({ records }),
    };
  },
  refuse: (first, path) => (first.ok ? refuseErrors(first, path) : refuseArray(first, path)),
  output: {
    tabular: false,
    encoder: () => ({
      start: () => '',
      rows: (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
      end: () => '',
    }),
  },
};

function recordOf(row: Row, index: number, limit: number): RecordItem {
  const fault = faultOfBytes(row, limit);
  if (fault !== undefined) return badRecord(index, row, fault);
  const text = row.bytes.toString();
  const parsed = parseJson(text);
  if (!parsed.ok) return badRecord(index, row, faultOfLine(parsed.error, text));
  if (!isObject(parsed.value)) return badRecord(index, row, faultOfValue(parsed.value));
  return { ok: true, index, line: row.line, value: parsed.value };
}

/** Refuses a JSON array of records by its first line, which may hold only its bracket. */
function refuseArray({ raw, line }: BadRecord, path: string): Diagnostic | undefined {
  if (!/^\s*\[\s*(?:\{|$)/u.test(raw)) return undefined;
  return {
    severity: 'error',
    code: 'json-array',
    message: `\`${path}\` is read as jsonl, one object a line, and it is one JSON array`,
    hint: 'add `--input-format json`',
    place: { path, line },
  };
}

/** Whether there is only JSON's white space; of a record's line only the first byte is looked at. */
function isBlank({ bytes, tooLarge }: Row): boolean {
  // Of a row beyond the limit only the beginning is known.
  if (tooLarge) return false;
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}
