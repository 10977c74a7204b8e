import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../result.ts';
import { readBeginning } from './beginning.ts';
import {
  bytesEndingWith,
  fileBytes,
  onceBytes,
  pipeBytes,
  type ByteStream,
  type FileIdentity,
} from './bytes.ts';
import type { ReadOptions, RecordFormat, RecordReader } from './format.ts';
import { locateInput } from './locate.ts';
import { defaultLimit, openRecords } from './open.ts';
import type { ChunkStream, RecordSource, SourceReading } from './record-source.ts';
import type { InputBroken, RecordItem } from './record.ts';
import { formatNamed } from './registry.ts';
import { readItems } from './source.ts';
import { partOf, spoolFailed } from './spool.ts';
import { textBytes } from './unpack.ts';

export interface SpoolInput {
  /** What `spoolTo` was given. */
  readonly path: string;
  /** The name of the format that the input was read in. */
  readonly format: string;
  /** The largest record, in bytes. Default: 16 MB. */
  readonly limit?: number;
}

/**
 * Opens what an earlier run has kept of an input that comes once. A whole spool is a file like any other. One that is not
 * gives its complete records, then an InputBroken `spool-incomplete`, and has no survey.
 */
export async function openSpool({
  path,
  format,
  limit = defaultLimit,
}: SpoolInput): Promise<Result<RecordSource, Diagnostic>> {
  const whole = await locateInput(path);
  if (whole.ok || whole.error.code !== 'missing-file')
    return openRecords({ path, format, limit, isCopy: true });
  const part = partOf(path);
  const located = await locateInput(part);
  if (!located.ok && located.error.code !== 'missing-file') return located;
  if (!located.ok || located.value.kind !== 'file') return failure(notKept(path));
  const named = formatNamed(format);
  if (!named.ok) return named;
  const { identity } = located.value;
  const options = { path: part, limit };
  const bytes = partBytes(part, identity);
  const begun = await readBeginning(bytes, { format: named.value, told: 'explicitly' }, options);
  await bytes.return(undefined);
  if (!begun.ok) return begun;
  const { columns } = begun.value;
  return success({
    path: part,
    format: named.value.name,
    ...(columns !== undefined && { columns }),
    ...partReading(part, identity, named.value, options),
  });
}

/** Codes of what is wrong with the disk, and not with what came. */
const ofDisk = new Set(['input-unreadable', 'input-changed']);

/** Whether a whole spool comes to no sound end, as where it ends within a quoted cell, an array or a gzip stream. */
export async function isCutOff(input: SpoolInput): Promise<boolean> {
  const opened = await openRecords(input);
  if (!opened.ok) return false;
  const survey = await opened.value.survey();
  return survey?.ok === false && !ofDisk.has(survey.error.code);
}

export interface CopiedInput {
  /** As it is given again: `-`, or the path of what can be read only once. */
  readonly input: string;
  readonly stdin: ChunkStream;
  /** Of a whole spool. */
  readonly path: string;
}

/** Whether an input that comes once is, byte by byte, what an earlier run has a whole copy of. It is read to its end. */
export async function isCopied({ input, stdin, path }: CopiedInput): Promise<Result<boolean, Diagnostic>> {
  const once = input === '-' ? onceBytes(stdin, 'stdin') : pipeBytes(input);
  const [came, kept] = await Promise.all([digest(once.bytes), digest(fileBytes(path))]);
  if (!came.ok) return came;
  return kept.ok ? success(came.value === kept.value) : kept;
}

/**
 * Makes a copy that has gone anew where what comes is, by its sha256 in hex, what the earlier run had; otherwise nothing is
 * left of it. It is read to its end.
 */
export async function restoreCopy(
  { input, stdin, path }: CopiedInput,
  sha256: string,
): Promise<Result<boolean, Diagnostic>> {
  const part = partOf(path);
  const once = input === '-' ? onceBytes(stdin, 'stdin') : pipeBytes(input);
  try {
    const written = await writeCopy(once.bytes, part);
    const isSame = written.ok && written.value === sha256;
    await (isSame ? rename(part, path) : rm(part));
    return written.ok ? success(isSame) : written;
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    return failure(spoolFailed(path, error));
  }
}

/** Gives the sha256 of all that came, in hex. */
async function writeCopy(bytes: ByteStream, path: string): Promise<Result<string, Diagnostic>> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', 0o600);
  try {
    for (;;) {
      const next = await bytes.next();
      if (next.done === true) {
        await file.datasync();
        return next.value === undefined ? success(hash.digest('hex')) : failure(next.value);
      }
      hash.update(next.value);
      await file.appendFile(next.value);
    }
  } finally {
    await file.close();
  }
}

async function digest(bytes: ByteStream): Promise<Result<string, Diagnostic>> {
  const hash = createHash('sha256');
  for (;;) {
    const next = await bytes.next();
    if (next.done !== true) hash.update(next.value);
    else return next.value === undefined ? success(hash.digest('hex')) : failure(next.value);
  }
}

function partReading(
  path: string,
  identity: FileIdentity,
  format: RecordFormat,
  options: ReadOptions,
): SourceReading {
  return {
    replayable: true,
    read: (schema) => readPart(partBytes(path, identity), format.reader({ ...options, schema }), path),
    survey: async () => undefined,
    spoolTo: async () => success(undefined),
    close: async () => {},
  };
}

/** They break off at their end, so that a row which ends there is no record: it may be the beginning of a longer one. */
function partBytes(path: string, identity: FileIdentity): ByteStream {
  return textBytes(bytesEndingWith(fileBytes(path, identity), incomplete(path)), path, true);
}

async function* readPart(
  bytes: ByteStream,
  reader: RecordReader,
  path: string,
): AsyncGenerator<RecordItem | InputBroken, void, undefined> {
  let last: number | undefined;
  for await (const item of readItems(bytes, reader)) {
    if (!('broken' in item)) {
      last = item.line;
      yield item;
    } else if (item.broken.code === incompleteCode) {
      yield { ok: false, broken: incomplete(path, last) };
    } else yield item;
  }
}

const incompleteCode = 'spool-incomplete';
const again =
  'run on the whole input again: in the same `--run-dir`, what it was answered is not asked again';

/** `last` is the line of the last record that is there. */
function incomplete(path: string, last?: number): Diagnostic {
  const missing = last === undefined ? 'no record' : `no record after the one on line ${last}`;
  return {
    severity: 'error',
    code: incompleteCode,
    message: `the input had not been read to its end when the run stopped, and \`${path}\` has ${missing}`,
    hint: again,
  };
}

function notKept(path: string): Diagnostic {
  return {
    severity: 'error',
    code: 'spool-missing',
    message: `there is no \`${path}\`: the run has not kept its input`,
    hint: again,
  };
}
