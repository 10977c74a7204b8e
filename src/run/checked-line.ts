import { crc32 } from 'node:zlib';

/**
 * Lines that tell whether they are whole: a JSON object whose first member, `crc`, is the CRC-32 of the bytes from the
 * quote behind it to the newline, as 8 hexadecimal digits. It finds what a disk, an editor or a second writer has
 * done to a line; it is no protection against who wants to forge one.
 */

const opening = '{"crc":"';
const digits = 8;
const closing = '",';

/** What a line begins with, its checksum still open; `seal` fills it in. */
export const lineStart = `${opening}${'0'.repeat(digits)}${closing}`;
const checkedFrom = opening.length + digits;
const hexadecimal = Buffer.from('0123456789abcdef');

/** Writes the checksum into a line that begins with `lineStart`; `line` is the whole of it without its newline. */
export function seal(line: Buffer): void {
  let sum = crc32(line.subarray(checkedFrom));
  // From the last digit to the first, without a text in between: this is done for every line that is written.
  for (let at = checkedFrom - 1; at >= opening.length; at -= 1) {
    line[at] = hexadecimal[sum & 0xf] ?? 0;
    sum >>>= 4;
  }
}

/** Whether a line, without its newline, is as it was written. */
export function isSealed(line: Buffer): boolean {
  if (line.length <= checkedFrom || line.toString('latin1', 0, opening.length) !== opening) return false;
  const told = line.toString('latin1', opening.length, opening.length + digits);
  return /^[0-9a-f]{8}$/.test(told) && Number.parseInt(told, 16) === crc32(line.subarray(checkedFrom));
}
