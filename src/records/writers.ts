import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonValue } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { fieldsOf } from './csv-encoder.ts';
import type { RowEncoder, RowFormat } from './format.ts';
import { defaultFormat, extensionsOf, formatOfPath, formats } from './registry.ts';
import { replaceFile, type Replacing } from './replace-file.ts';

/** How result rows are written to a file. */
export interface OutputFormat extends RowFormat {
  readonly name: string;
  readonly gzip: boolean;
}

/** The format that an output's name tells; jsonl for `-`. To be asked before the run, not after it. */
export function outputFormat(path: string): Result<OutputFormat, Diagnostic> {
  const known = formats.filter((format) => format.output !== undefined);
  const { name, output } = (path === '-' ? defaultFormat : formatOfPath(path, known)) ?? {};
  if (name !== undefined && output !== undefined) {
    return success({ name, ...output, gzip: path.toLowerCase().endsWith('.gz') });
  }
  return failure({
    severity: 'error',
    code: 'unknown-format',
    message: `the name of \`${path}\` does not tell in which format to write it`,
    hint: `name it with one of ${extensionsOf(known)}`,
  });
}

export interface WriteOptions extends Pick<Replacing, 'signal' | 'unfollowed'> {
  readonly output: OutputFormat;
  /** Of CSV and TSV. Default: every field of the rows in order of first sight, for which they are read once more. */
  readonly columns?: readonly string[];
}

export interface WrittenRows {
  readonly rows: number;
  /** Fields of rows that have no column and so are not in the file. */
  readonly leftOut: readonly string[];
}

/**
 * Writes rows to a file, read as fast as the disk takes them. The file is replaced as a whole or left as it was; it is
 * readable by its owner only. `rows` gives the rows from the first each time it is called. Gives what failed on disk.
 */
export async function writeRows(
  path: string,
  rows: () => AsyncIterable<JsonValue>,
  { output, columns, ...replacing }: WriteOptions,
): Promise<Result<WrittenRows, Diagnostic>> {
  const names = columns ?? (output.tabular ? await columnsOf(rows()) : []);
  const tally = { rows: 0, fields: new Set<string>() };
  const counted = async function* () {
    for await (const row of rows()) {
      tally.rows += 1;
      if (output.tabular && columns !== undefined) for (const name of fieldsOf(row)) tally.fields.add(name);
      yield row;
    }
  };
  const text = encodeRows(counted(), output.encoder(names), rowsAtOnce);
  const problem = await replaceFile(path, text, output.gzip, replacing);
  if (problem !== undefined) return failure(problem);
  for (const name of names) tally.fields.delete(name);
  return success({ rows: tally.rows, leftOut: [...tally.fields] });
}

/** Rows that are encoded together, which is cheaper; one at a time is for who waits for each. */
const rowsAtOnce = 100;

/** The text of rows, in pieces of `atOnce` rows. */
export async function* encodeRows(
  rows: AsyncIterable<JsonValue>,
  encoder: RowEncoder,
  atOnce = 1,
): AsyncGenerator<string, void, undefined> {
  yield encoder.start();
  let waiting: JsonValue[] = [];
  for await (const row of rows) {
    waiting.push(row);
    if (waiting.length < atOnce) continue;
    yield encoder.rows(waiting);
    waiting = [];
  }
  yield encoder.rows(waiting) + encoder.end();
}

/** The names of all fields, in order of first sight. */
export async function columnsOf(rows: AsyncIterable<JsonValue>): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const row of rows) for (const name of fieldsOf(row)) names.add(name);
  return [...names];
}
