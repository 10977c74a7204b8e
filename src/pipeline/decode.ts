import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';

/** The text of UTF-8 bytes, without a byte order mark; anything else is told with the place of its first wrong byte. */
export function decodeText(path: string, bytes: Buffer): Result<string, Diagnostic> {
  if (isUtf16(bytes)) {
    return failure(mistake(path, 'not-utf8', 'is encoded as UTF-16', 'save it as UTF-8', 0, ''));
  }
  const nul = bytes.indexOf(0);
  if (nul !== -1) {
    const hint = isGzip(bytes) ? 'unpack it first' : 'check that it is the right file';
    return failure(
      mistake(path, 'binary-file', 'is not text', hint, nul, longestPrefix(bytes.subarray(0, nul))),
    );
  }
  const text = decode(bytes, false);
  if (text !== undefined) return success(text);
  const before = longestPrefix(bytes);
  const hint = isGzip(bytes) ? 'unpack it first' : 'save it as UTF-8; it may be Latin-1 or Windows-1252';
  const offset = Buffer.byteLength(before);
  const byte = bytes[offset]?.toString(16).toUpperCase() ?? '';
  return failure(
    mistake(path, 'not-utf8', `is not UTF-8: 0x${byte} begins no character`, hint, offset, before),
  );
}

/** By its byte order mark, or by a NUL in every other byte where the text begins. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const beginning = bytes.subarray(0, 64);
  if (beginning.length < 4) return false;
  return [0, 1].some((parity) => beginning.every((byte, index) => (byte === 0) === (index % 2 === parity)));
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The text up to the first byte that is not UTF-8, a byte order mark included. */
function longestPrefix(bytes: Buffer): string {
  let valid = 0;
  let invalid = bytes.length + 1;
  while (invalid - valid > 1) {
    const middle = Math.floor((valid + invalid) / 2);
    if (decode(bytes.subarray(0, middle), true) === undefined) invalid = middle;
    else valid = middle;
  }
  return decode(bytes.subarray(0, valid), true) ?? '';
}

/** Undefined for invalid bytes. The beginning of a character at the end is valid in a `prefix`, which keeps its mark. */
function decode(bytes: Buffer, prefix: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: prefix }).decode(bytes, { stream: prefix });
  } catch {
    return undefined;
  }
}

function mistake(
  path: string,
  code: string,
  what: string,
  hint: string,
  offset: number,
  before: string,
): Diagnostic {
  const lines = before.split(/\r\n?|\n/u);
  const line = lines.length;
  const column = (lines.at(-1)?.replace(/^\uFEFF/u, '').length ?? 0) + 1;
  const message = `the file \`${path}\` ${what} (byte ${offset}, line ${line})`;
  return { severity: 'error', code, message, hint, place: { path, line, column } };
}
