import type { Readable } from 'node:stream';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../result.ts';
import { readBeginning } from './beginning.ts';
import { fileBytes, streamBytes, type ByteStream } from './bytes.ts';
import type { ReadOptions, RecordFormat } from './format.ts';
import { locateInput, type InputPlace } from './locate.ts';
import { defaultFormat, extensionsOf, formatNamed, formatNames, formatOfPath, formats } from './registry.ts';
import { fileReading, onceReading, type RecordSource } from './source.ts';
import { spool } from './spool.ts';
import { textBytes } from './unpack.ts';

export type { RecordSource, Survey } from './source.ts';

export interface RecordInput {
  /** A file, or `-` for `stdin`. */
  readonly path: string;
  /** A format's name. Default: as the extension tells; jsonl for standard input and for a pipe without one. */
  readonly format?: string;
  /** What `-` reads. */
  readonly stdin?: Readable;
  /**
   * Where bytes that come only once (standard input, a pipe) are kept as they came: under this path when their end has
   * been reached, before that as `PATH.partial`. A regular file is not copied.
   */
  readonly spool?: string;
  /** The largest record, in bytes. Default: 16 MB. */
  readonly limit?: number;
}

const defaultLimit = 16 * 2 ** 20;

/** Opens an input and reads how it begins. What is wrong with it so far is told here, the rest by survey and read. */
export async function openRecords(input: RecordInput): Promise<Result<RecordSource, Diagnostic>> {
  const located = await locateInput(input.path);
  if (!located.ok) return located;
  const place = located.value;
  const chosen = chooseFormat(input, place);
  if (!chosen.ok) return chosen;
  const { format, assumed } = chosen.value;
  const path = place.kind === 'stdin' ? 'stdin' : input.path;
  const options: ReadOptions = { path, limit: input.limit ?? defaultLimit };

  const raw = rawBytes(input, place);
  const kept = input.spool === undefined || place.kind === 'file' ? undefined : spool(raw, input.spool);
  const bytes = textBytes(kept?.bytes ?? raw, path);
  const begun = await readBeginning(bytes, format, assumed, options);
  if (!begun.ok || place.kind === 'file') await bytes.return(undefined);
  if (!begun.ok) return begun;
  const { columns, chunks } = begun.value;
  return success({
    path,
    format: format.name,
    ...(columns !== undefined && { columns }),
    ...(place.kind === 'file'
      ? fileReading(path, place.identity, format, options)
      : onceReading(chunks, bytes, kept, format, options)),
  });
}

function rawBytes({ path, stdin }: RecordInput, place: InputPlace): ByteStream {
  if (place.kind !== 'stdin') return fileBytes(path);
  if (stdin === undefined) throw new Error('the path - needs a stdin to read');
  return streamBytes(stdin, 'stdin');
}

interface ChosenFormat {
  readonly format: RecordFormat;
  /** Nobody said it: neither a flag nor a name. */
  readonly assumed: boolean;
}

function chooseFormat(input: RecordInput, place: InputPlace): Result<ChosenFormat, Diagnostic> {
  if (input.format !== undefined) {
    const named = formatNamed(input.format);
    return named.ok ? success({ format: named.value, assumed: false }) : named;
  }
  const format = place.kind === 'stdin' ? undefined : formatOfPath(input.path);
  if (format !== undefined) return success({ format, assumed: false });
  if (place.kind !== 'file') return success({ format: defaultFormat, assumed: true });
  return failure({
    severity: 'error',
    code: 'unknown-format',
    message: `the name of ${input.path} does not tell its format; known are ${extensionsOf(formats)}`,
    hint: `say what it holds with --input-format ${formatNames(formats).join('|')}`,
  });
}
