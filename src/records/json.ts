import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { parseJson } from '../json/exact.ts';
import { isObject } from '../json/json.ts';
import type { JsonProblem } from '../json/problem.ts';
import { badRecord, faultOfBytes, megabytes } from './bad.ts';
import { splitElements, type Element, type ElementProblem } from './elements.ts';
import {
  countByReading,
  type Batch,
  type ReadOptions,
  type RecordFormat,
  type RecordReader,
} from './format.ts';
import { faultOfJson, faultOfValue } from './json-record.ts';
import type { RecordItem } from './record.ts';

/**
 * One JSON document: an array of objects. A mistake of its grammar makes the whole file bad, as for every reader of
 * JSON; an element that cannot be a record is one bad record.
 */
export const json: RecordFormat = {
  name: 'json',
  extensions: ['.json'],
  reader: jsonReader,
  counter: (options) => countByReading(jsonReader(options)),
  output: {
    tabular: false,
    encoder() {
      let count = 0;
      return {
        start: () => '[',
        rows(rows) {
          const text = rows.map((row, at) => `${count + at === 0 ? '' : ','}\n${JSON.stringify(row)}`);
          count += rows.length;
          return text.join('');
        },
        end: () => (count === 0 ? ']\n' : '\n]\n'),
      };
    },
  },
};

function jsonReader({ path, limit }: ReadOptions): RecordReader {
  const splitter = splitElements(limit);
  let index = 0;
  const read = (elements: readonly Element[], problem: ElementProblem | undefined): Batch => {
    const items: RecordItem[] = [];
    for (const element of elements) {
      const item = recordOf(element, index, limit, path);
      if ('broken' in item) return { items, broken: item.broken };
      items.push(item);
      index += 1;
    }
    if (problem === undefined) return { items };
    const { line, column, message, hint } = problem;
    return { items, broken: malformed(path, message, { line, column }, hint) };
  };
  return {
    push(chunk) {
      const { elements, problem } = splitter.push(chunk);
      return read(elements, problem);
    },
    end() {
      const { elements, problem } = splitter.end();
      return read(elements, problem);
    },
    started: () => splitter.started(),
  };
}

function recordOf(
  element: Element,
  index: number,
  limit: number,
  path: string,
): RecordItem | { readonly broken: Diagnostic } {
  if (element.tooLarge) return { broken: tooLarge(path, element, limit) };
  const text = element.bytes.toString();
  const parsed = parseJson(text);
  // The grammar is judged first, of bytes that are no text too: what it breaks hides the records after it.
  if (!parsed.ok && parsed.error.code === 'invalid_json') {
    return { broken: malformed(path, parsed.error.message, placeOf(parsed.error, element, text)) };
  }
  const fault = faultOfBytes(element, limit);
  if (fault !== undefined) return badRecord(index, element, fault);
  if (!parsed.ok) {
    const { line, column } = placeOf(parsed.error, element, text);
    return badRecord(index, element, faultOfJson(parsed.error, `line ${line}, column ${column}`));
  }
  if (!isObject(parsed.value)) return badRecord(index, element, faultOfValue(parsed.value));
  return { ok: true, index, line: element.line, value: parsed.value };
}

function placeOf(problem: JsonProblem, element: Element, text: string) {
  const before = text.slice(0, problem.offset).split('\n');
  const last = before.at(-1)?.length ?? 0;
  return before.length === 1
    ? { line: element.line, column: element.column + last }
    : { line: element.line + before.length - 1, column: last + 1 };
}

function malformed(
  path: string,
  message: string,
  place: { readonly line: number; readonly column: number },
  hint?: string,
): Diagnostic {
  return {
    severity: 'error',
    code: 'invalid-json',
    message: `the input is not a JSON array of records: ${message}`,
    ...(hint !== undefined && { hint }),
    place: { path, ...place },
  };
}

function tooLarge(path: string, element: Element, limit: number): Diagnostic {
  return {
    severity: 'error',
    code: 'record-too-large',
    message: `the record that begins here is larger than ${megabytes(limit)}`,
    hint: 'look for a bracket or a quote that is not closed',
    place: { path, line: element.line, column: element.column },
  };
}
