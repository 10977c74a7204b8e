import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../result.ts';
import { readBeginning, type ChosenFormat } from './beginning.ts';
import { fileBytes, onceBytes, pipeBytes, type FileIdentity, type OnceBytes } from './bytes.ts';
import { createIncoming } from './incoming.ts';
import { locateInput, type InputPlace } from './locate.ts';
import { defaultFormat, extensionsOf, formatNamed, formatNames, formatOfPath, formats } from './registry.ts';
import type { ChunkStream, RecordSource, SourceReading } from './record-source.ts';
import { fileReading, onceReading } from './source.ts';
import { textBytes } from './unpack.ts';

export type { RecordSource, Survey } from './record-source.ts';

export interface RecordInput {
  /** A file, or `-` for `stdin`. */
  readonly path: string;
  /** A format's name. Default: as the extension tells; jsonl for standard input and for a pipe without one. */
  readonly format?: string;
  /** What `-` reads: bytes, or text. Read once; stopping early closes it. */
  readonly stdin?: ChunkStream;
  /** The largest record, in bytes. Default: 16 MB. */
  readonly limit?: number;
  /** Whether the file is a copy of bytes that came once, whose sender may have been cut off. Default: no. */
  readonly isCopy?: boolean;
}

export const defaultLimit = 16 * 2 ** 20;

/** Opens an input and reads how it begins. What is wrong with it so far is told here, the rest by survey and read. */
export async function openRecords(input: RecordInput): Promise<Result<RecordSource, Diagnostic>> {
  const located = await locateInput(input.path);
  if (!located.ok) return located;
  const chosen = chooseFormat(input, located.value);
  if (!chosen.ok) return chosen;
  const opened =
    located.value.kind === 'file'
      ? await openFile(input, chosen.value, located.value.identity)
      : await openOnce(input, chosen.value, located.value.kind);
  if (!opened.ok) return opened;
  const { columns, path, reading } = opened.value;
  return success({
    path,
    format: chosen.value.format.name,
    ...(columns !== undefined && { columns }),
    ...reading,
  });
}

interface Opened {
  readonly columns: readonly string[] | undefined;
  /** For people. */
  readonly path: string;
  readonly reading: SourceReading;
}

async function openFile(
  { path, limit = defaultLimit, isCopy = false }: RecordInput,
  chosen: ChosenFormat,
  identity: FileIdentity,
): Promise<Result<Opened, Diagnostic>> {
  const options = { path, limit };
  const bytes = textBytes(fileBytes(path), path);
  const begun = await readBeginning(bytes, chosen, options);
  await bytes.return(undefined);
  if (!begun.ok) return begun;
  const reading = fileReading(path, identity, chosen.format, options, isCopy);
  return success({ columns: begun.value.columns, path, reading });
}

async function openOnce(
  input: RecordInput,
  chosen: ChosenFormat,
  kind: 'stdin' | 'pipe' | 'device',
): Promise<Result<Opened, Diagnostic>> {
  const path = kind === 'stdin' ? 'stdin' : input.path;
  const options = { path, limit: input.limit ?? defaultLimit };
  const once = bytesOnce(input, kind, path);
  if (!once.ok) return once;
  const incoming = createIncoming(once.value);
  const rest = textBytes(incoming.looked, path);
  const begun = await readBeginning(rest, chosen, options);
  if (begun.ok) {
    const { columns, chunks } = begun.value;
    const reading = onceReading({ incoming, begun: chunks, rest }, chosen.format, options);
    return success({ columns, path, reading });
  }
  await rest.return(undefined);
  return begun;
}

function bytesOnce(
  { path, stdin }: RecordInput,
  kind: 'stdin' | 'pipe' | 'device',
  shown: string,
): Result<OnceBytes, Diagnostic> {
  if (kind === 'pipe') return success(pipeBytes(path));
  if (kind === 'device') return success({ bytes: fileBytes(path), destroy() {} });
  if (stdin !== undefined) return success(onceBytes(stdin, shown));
  return failure({
    severity: 'error',
    code: 'stdin-missing',
    message: 'the path `-` stands for standard input, and there is none',
    hint: 'give `openRecords` a `stdin` to read, or the path of a file',
  });
}

function chooseFormat(input: RecordInput, place: InputPlace): Result<ChosenFormat, Diagnostic> {
  if (input.format !== undefined) {
    const named = formatNamed(input.format);
    return named.ok ? success({ format: named.value, told: 'explicitly' }) : named;
  }
  const format = place.kind === 'stdin' ? undefined : formatOfPath(input.path);
  if (format !== undefined) return success({ format, told: 'by-name' });
  if (place.kind !== 'file') return success({ format: defaultFormat, told: 'not' });
  return failure({
    severity: 'error',
    code: 'unknown-format',
    message: `the name of \`${input.path}\` does not tell its format; known are ${extensionsOf(formats)}`,
    hint: isSpreadsheet(input.path)
      ? 'export the sheet as CSV'
      : `say what it holds with \`--input-format ${formatNames(formats).join('|')}\``,
  });
}

function isSpreadsheet(path: string): boolean {
  return /\.(?:xlsx|xlsm|xls|ods)$/i.test(path);
}
