import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../result.ts';
import { megabytes } from './bad.ts';
import type { ByteStream } from './bytes.ts';
import type { ReadOptions, RecordFormat } from './format.ts';
import type { RecordItem } from './record.ts';

export interface Beginning {
  /** The header's names, where the format has a header. */
  readonly columns: readonly string[] | undefined;
  /** The bytes that have been read, to be read again. */
  readonly chunks: readonly Buffer[];
}

export interface ChosenFormat {
  readonly format: RecordFormat;
  /** Who named it: the caller, the input's name, or nobody. */
  readonly told: 'explicitly' | 'by-name' | 'not';
}

/**
 * Reads until the format has found what an input of it begins with. Unless the caller named the format, a first row that
 * tells another one refuses the input, instead of failing every row. What is read is kept, so a first row that is larger
 * than a record may be refuses the input too: it may have no end.
 */
export async function readBeginning(
  bytes: ByteStream,
  { format, told }: ChosenFormat,
  options: ReadOptions,
): Promise<Result<Beginning, Diagnostic>> {
  const reader = format.reader(options);
  const chunks: Buffer[] = [];
  let first: RecordItem | undefined;
  let length = 0;
  while (!reader.started()) {
    const next = await bytes.next();
    if (next.done && next.value !== undefined) return failure(next.value);
    if (next.done && chunks.length === 0) return failure(empty(options.path));
    const { items, broken } = next.done ? reader.end() : reader.push(next.value);
    if (broken !== undefined) return failure(broken);
    first ??= items[0];
    if (next.done && !reader.started()) return failure(empty(options.path));
    if (next.done) break;
    length += next.value.length;
    if (length > options.limit && !reader.started()) return failure(endless(options));
    chunks.push(next.value);
  }
  const refused = told !== 'explicitly' && first ? format.refuse?.(first, options.path) : undefined;
  if (refused !== undefined) return failure(refused);
  if (told === 'not' && first?.ok === false && !first.raw.trimStart().startsWith('{')) {
    return failure(notAsAssumed(options.path, format));
  }
  return success({ columns: reader.columns?.(), chunks });
}

function empty(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'input-empty',
    message: `\`${path}\` is empty`,
    hint: 'check the command that should have written it',
  };
}

function endless({ path, limit }: ReadOptions): Diagnostic {
  return {
    severity: 'error',
    code: 'record-too-large',
    message: `the first row of \`${path}\` does not end within ${megabytes(limit)}`,
    hint: 'check that it is a file of records, each of them on lines of its own',
    place: { path, line: 1 },
  };
}

function notAsAssumed(path: string, format: RecordFormat): Diagnostic {
  return {
    severity: 'error',
    code: 'unknown-format',
    message: `\`${path}\` is read as ${format.name}, and its first line is no JSON object`,
    hint: 'say what it holds with `--input-format`, such as `--input-format csv`',
    place: { path, line: 1 },
  };
}
