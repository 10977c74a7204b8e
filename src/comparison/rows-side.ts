import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { openRecords, type RecordSource } from '../records/open.ts';
import type { ChunkStream } from '../records/record-source.ts';
import { failure, success, type Result } from '../result.ts';
import type { ComparedRow, Side, SideItem } from './side.ts';

export interface RowsInput {
  /** A file of rows, or `-` for `stdin`. */
  readonly path: string;
  readonly stdin?: ChunkStream;
  /** The field that names each row; not needed for lines that a run wrote to its results.jsonl. */
  readonly key?: string;
}

/** A file of rows: JSONL, CSV, TSV or JSON, gzipped or not. */
export async function openRowsSide({ path, stdin, key }: RowsInput): Promise<Result<Side, Diagnostic>> {
  const opened = await openRecords({ path, ...(stdin !== undefined && { stdin }) });
  if (!opened.ok) return failure(unopened(opened.error, path));
  const source = opened.value;
  const { columns } = source;
  if (key !== undefined && columns !== undefined && !columns.includes(key)) {
    await source.close();
    return failure(noColumn(source.path, key, columns));
  }
  return success({
    name: source.path,
    tabular: columns !== undefined,
    ...(key !== undefined && { key }),
    duplicate: (row, first) => duplicateKey(source.path, row, first),
    rows: () => rowsOf(source, key),
  });
}

/** `pipe diff` has no flag that tells the format of a side. */
function unopened(mistake: Diagnostic, path: string): Diagnostic {
  if (mistake.hint?.includes('--input-format') !== true) return mistake;
  const hint =
    path === '-' ? 'give it JSONL, or name a file of rows' : 'give it a name that tells it, such as rows.csv';
  return { ...mistake, hint };
}

async function* rowsOf(source: RecordSource, key: string | undefined): AsyncIterable<SideItem> {
  const { path } = source;
  let ofRun: boolean | undefined;
  for await (const item of source.read()) {
    if ('broken' in item) {
      yield item;
      return;
    }
    if (!item.ok) {
      yield { mistake: badRow(path, item.line, item.error) };
      continue;
    }
    // The first row decides: a file is not of both kinds.
    ofRun ??= isResult(item.value);
    const row = ofRun ? resultRow(path, item.line, item.value) : keyedRow(path, item.line, item.value, key);
    yield row;
    if ('broken' in row) return;
  }
}

/** Whether an object has just the fields of a line of a run's results.jsonl. */
function isResult({ index, key, output, ...others }: JsonObject): boolean {
  return (
    Number.isSafeInteger(index) &&
    typeof key === 'string' &&
    output !== undefined &&
    Object.keys(others).length === 0
  );
}

function resultRow(path: string, line: number, value: JsonObject): SideItem {
  const { key, output } = value;
  if (!isResult(value) || typeof key !== 'string' || output === undefined) {
    const message = 'this row is not one of a run, as the first of the file is';
    return { mistake: { severity: 'error', code: 'invalid-row', message, place: { path, line } } };
  }
  return { key, line, outcome: { output } };
}

function keyedRow(path: string, line: number, value: JsonObject, key: string | undefined): SideItem {
  if (key === undefined) return { broken: noKey(path, Object.keys(value)) };
  const named = keyText(Object.hasOwn(value, key) ? value[key] : undefined);
  if (named !== undefined) return { key: named, line, outcome: { output: value } };
  const meant = Object.hasOwn(value, key) ? undefined : didYouMean(key, Object.keys(value));
  return {
    mistake: {
      severity: 'error',
      code: 'missing-key',
      message: Object.hasOwn(value, key)
        ? `\`${key}\` of this row is ${value[key] === '' ? 'empty' : 'neither a text nor a whole number'}, so it names nothing`
        : `this row has no \`${key}\`, which is to name it`,
      ...(meant !== undefined && { hint: `did you mean \`--key ${meant}\`?` }),
      place: { path, line },
    },
  };
}

/** As a run names its records by `input.key`. */
function keyText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}

function noKey(path: string, fields: readonly string[]): Diagnostic {
  const [first = 'id'] = fields;
  const likely = fields.find((name) => /^(?:id|key|name)$/i.test(name)) ?? first;
  return {
    severity: 'error',
    code: 'key-needed',
    message: `the rows of \`${path}\` have no name by which to find them on the other side`,
    hint: `say which field names each: \`--key ${likely}\``,
  };
}

function noColumn(path: string, key: string, columns: readonly string[]): Diagnostic {
  const meant = didYouMean(key, columns);
  const has = columns.slice(0, 20).map((name) => `\`${name}\``);
  return {
    severity: 'error',
    code: 'missing-column',
    message: `\`${path}\` has no column \`${key}\``,
    hint: meant === undefined ? `it has ${has.join(', ')}` : `did you mean \`--key ${meant}\`?`,
  };
}

function badRow(
  path: string,
  line: number,
  { code, message }: { code: string; message: string },
): Diagnostic {
  return { severity: 'error', code: code.replaceAll('_', '-'), message, place: { path, line } };
}

function duplicateKey(path: string, { key, line }: ComparedRow, first: number): Diagnostic {
  return {
    severity: 'error',
    code: 'duplicate-key',
    message: `the key ${JSON.stringify(key)} is that of line ${first} already, so it is not known which row is meant`,
    hint: 'name a field by `--key` that is another in each row',
    place: { path, line },
  };
}
