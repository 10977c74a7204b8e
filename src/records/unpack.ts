import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../result.ts';
import { chunkSize, type ByteStream } from './bytes.ts';
import { utf8Remedy } from './utf8-remedy.ts';

/**
 * The bytes of a text: unpacked where they begin as gzip does, whatever the file's name, and without a byte order mark.
 * What begins like another kind of file, or like UTF-16, ends at once with the remedy. Of gzip data that may end anywhere
 * (`cut`), all that can be unpacked is given, and its end is no fault.
 */
export async function* textBytes(bytes: ByteStream, path: string, cut = false): ByteStream {
  let text = bytes;
  try {
    let head = await readHead(text);
    if (head.ok && startsWith(head.value, gzip)) {
      text = gunzipped(head.value, bytes, path, cut);
      head = await readHead(text);
    }
    if (!head.ok) return head.error;
    const first = head.value;
    const foreign = foreignFiles.find(({ signature }) => startsWith(first, signature));
    if (foreign !== undefined) return notText(path, foreign);
    const begin = startsWith(first, byteOrderMark) ? first.subarray(byteOrderMark.length) : first;
    if (begin.length > 0) yield begin;
    return yield* text;
  } finally {
    await text.return(undefined);
    await bytes.return(undefined);
  }
}

const gzip = [0x1f, 0x8b];
const byteOrderMark = [0xef, 0xbb, 0xbf];

interface ForeignFile {
  readonly signature: readonly number[];
  readonly what: string;
  readonly hint: string | ((path: string) => string);
}

const asUtf8 = (path: string) => utf8Remedy('UTF-16', path);

const foreignFiles: readonly ForeignFile[] = [
  { signature: [0xff, 0xfe], what: 'UTF-16', hint: asUtf8 },
  { signature: [0xfe, 0xff], what: 'UTF-16', hint: asUtf8 },
  {
    signature: [0x50, 0x4b, 0x03, 0x04],
    what: 'a ZIP archive or a spreadsheet',
    hint: 'unpack the archive, or export the sheet as CSV in UTF-8',
  },
  { signature: [0x28, 0xb5, 0x2f, 0xfd], what: 'Zstandard data', hint: 'unpack it: `zstd -d`' },
  { signature: [0x50, 0x41, 0x52, 0x31], what: 'a Parquet file', hint: 'export it as JSONL or CSV' },
];

/** The longest signature. */
const headSize = 4;

/** The first bytes in one piece: at least `headSize` of them where there are so many. */
async function readHead(bytes: ByteStream): Promise<Result<Buffer, Diagnostic>> {
  const parts: Buffer[] = [];
  let length = 0;
  while (length < headSize) {
    const next = await bytes.next();
    if (next.done && next.value !== undefined) return failure(next.value);
    if (next.done) break;
    parts.push(next.value);
    length += next.value.length;
  }
  return success(Buffer.concat(parts));
}

function startsWith(head: Buffer, signature: readonly number[]): boolean {
  return signature.every((byte, at) => head[at] === byte);
}

/** All members of a gzip file, one after the other. One that is cut short is told, not read as shorter. */
async function* gunzipped(head: Buffer, rest: ByteStream, path: string, cut: boolean): ByteStream {
  let ended: Diagnostic | undefined;
  const packed = async function* () {
    yield head;
    ended = yield* rest;
  };
  const unzip = createGunzip({ chunkSize, ...(cut && { finishFlush: constants.Z_SYNC_FLUSH }) });
  const source = Readable.from(packed(), { objectMode: false, highWaterMark: chunkSize });
  // What goes wrong comes out of the iteration below too.
  pipeline(source, unzip, () => {});
  try {
    for await (const chunk of unzip) yield chunk as Buffer;
    return ended;
  } catch (error) {
    // Bytes that could not be read look to gzip like a file cut short.
    return ended ?? damaged(path, error);
  } finally {
    unzip.destroy();
    await rest.return(undefined);
  }
}

function damaged(path: string, error: unknown): Diagnostic {
  const cut = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
  return {
    severity: 'error',
    code: 'damaged-gzip',
    message: cut
      ? `\`${path}\` ends in the middle of its gzip data`
      : `\`${path}\` holds damaged gzip data: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'get or write the file again',
  };
}

function notText(path: string, { what, hint }: ForeignFile): Diagnostic {
  return {
    severity: 'error',
    code: 'input-not-text',
    message: `\`${path}\` holds ${what}, not UTF-8 text`,
    hint: typeof hint === 'string' ? hint : hint(path),
  };
}
