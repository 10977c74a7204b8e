import type { ReadableFile } from '../file-system.ts';

/** Where a scan has ended. */
export interface ScanEnd {
  /** Bytes of the file up to the end of its last whole line. */
  readonly length: number;
  readonly lines: number;
}

export interface ScannedLine {
  /** Without its newline; good until the visit is over. */
  readonly bytes: Buffer;
  /** Of its first byte in the file. */
  readonly offset: number;
  /** From 1. */
  readonly number: number;
}

const blockSize = 1024 * 1024;
const newline = 0x0a;

/**
 * Visits the lines of a file one by one, until it ends or a visit returns false. What follows the last newline is no line.
 * Only what one line needs is held, and at least a block.
 */
export async function scanLines(file: ReadableFile, visit: (line: ScannedLine) => boolean): Promise<ScanEnd> {
  let buffer = Buffer.allocUnsafeSlow(blockSize);
  /** Bytes of a line that goes on, at the beginning of the buffer. */
  let held = 0;
  let offset = 0;
  let lines = 0;
  for (;;) {
    const read = await file.read(buffer.subarray(held), offset + held);
    if (read === 0) return { length: offset, lines };
    const block = buffer.subarray(0, held + read);
    let begin = 0;
    for (let end = block.indexOf(newline, held); end !== -1; end = block.indexOf(newline, begin)) {
      const line = { bytes: block.subarray(begin, end), offset: offset + begin, number: lines + 1 };
      if (!visit(line)) return { length: line.offset, lines };
      lines += 1;
      begin = end + 1;
    }
    const rest = block.subarray(begin);
    // A line that fills the buffer goes on in one twice as large.
    if (rest.length === buffer.length) buffer = Buffer.allocUnsafeSlow(buffer.length * 2);
    rest.copy(buffer);
    held = rest.length;
    offset += begin;
  }
}
