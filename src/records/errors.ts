import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { parseJson } from '../json/exact.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { success, type Result } from '../result.ts';
import { faultOfBytes } from './bad.ts';
import { isCount } from './errors-line.ts';
import {
  countByReading,
  type Batch,
  type ReadOptions,
  type RecordFormat,
  type RecordReader,
} from './format.ts';
import { createIndexSet, type IndexSet } from './index-set.ts';
import { faultOfLine } from './json-record.ts';
import type { RecordItem } from './record.ts';
import { splitLines, type Row } from './rows.ts';

/**
 * An earlier run's errors.jsonl: its records again, with the key, index and line that they had. A program wrote it, so a
 * line that is none of its own makes the whole file bad.
 */
export const errors: RecordFormat = {
  name: 'errors',
  extensions: [],
  reader: (options) => errorsReader(options, createIndexSet()),
  counter(options) {
    const indexes = createIndexSet();
    const counter = countByReading(errorsReader(options, indexes));
    return { ...counter, count: () => ({ ...counter.count(), indexes }) };
  },
};

/** `indexes` takes those that have been read; each may come once, for results are found by it. */
function errorsReader({ path, limit }: ReadOptions, indexes: IndexSet): RecordReader {
  const lines = splitLines(limit);
  const read = (rows: readonly Row[]): Batch => {
    const items: RecordItem[] = [];
    for (const row of rows) {
      if (row.bytes.length === 0) continue;
      const item = itemOf(row, limit);
      if (typeof item === 'string') return { items, broken: notErrors(path, row.line, item) };
      if (!indexes.add(item.index)) {
        return { items, broken: notErrors(path, row.line, `the index ${item.index} stands twice`) };
      }
      items.push(item);
    }
    return { items };
  };
  return {
    push: (chunk) => read(lines.push(chunk)),
    end: () => read(lines.end()),
    // A run without a failure leaves an empty file, and there is nothing wrong with that.
    started: () => true,
  };
}

/** The record of a line, or why it has none. */
function itemOf(row: Row, limit: number): RecordItem | string {
  const fault = faultOfBytes(row, limit);
  if (fault !== undefined) return fault.message;
  const text = row.bytes.toString();
  const parsed = parseLine(text);
  if (!parsed.ok) return parsed.error;
  if (!isObject(parsed.value)) return 'it is not an object';
  const { index, line, key, input, raw, error } = parsed.value;
  if (!isCount(index, 0)) return 'it has no index';
  if (!isCount(line, 1)) return 'it has no line';
  const place = { index, line, file_line: row.line, ...(typeof key === 'string' && { key }) };
  if (isObject(input)) return { ok: true, ...place, value: input };
  if (typeof raw === 'string') return { ok: false, ...place, raw, error: faultOf(error) };
  return 'it has neither an input nor a raw row';
}

function parseLine(text: string): Result<JsonValue, string> {
  const parsed = parseJson(text);
  if (parsed.ok) return parsed;
  // An input with half of a surrogate pair was refused when it was first read; here it stands in a shortened message.
  if (parsed.error.code === 'lone_surrogate') return success(JSON.parse(text) as JsonValue);
  return { ok: false, error: faultOfLine(parsed.error, text).message };
}

/** Why the row could not be read, as the earlier run said it. */
function faultOf(error: JsonValue | undefined): { readonly code: string; readonly message: string } {
  const { code, message }: JsonObject = isObject(error) ? error : {};
  return {
    code: typeof code === 'string' ? code : 'invalid_record',
    message: typeof message === 'string' ? message : 'the row could not be read',
  };
}

function notErrors(path: string, line: number, reason: string): Diagnostic {
  return {
    severity: 'error',
    code: 'invalid-errors-file',
    message: `this line is not one that a run wrote to its \`errors.jsonl\`: ${reason}`,
    hint: 'read a file of records with `--input-format jsonl`',
    place: { path, line },
  };
}
