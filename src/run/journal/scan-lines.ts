import type { FileSystem, ReadableFile } from '../file-system.ts';

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

/** Lines that stand one after the other in a file, each with its newline; good until the next are asked for. */
interface WholeLines {
  readonly bytes: Buffer;
  /** Of the first byte in the file. */
  readonly offset: number;
}

/**
 * The lines of a file, as many at a time as a block has. What follows the last newline is no line. Only what one line needs
 * is held, and at least a block. Rejects with the system's error.
 */
async function* wholeLines(file: ReadableFile): AsyncGenerator<WholeLines, void, undefined> {
  let buffer = Buffer.allocUnsafeSlow(blockSize);
  /** Bytes of a line that goes on, at the beginning of the buffer. */
  let held = 0;
  let offset = 0;
  for (;;) {
    const read = await file.read(buffer.subarray(held), offset + held);
    if (read === 0) return;
    const block = buffer.subarray(0, held + read);
    const last = block.subarray(held).lastIndexOf(newline);
    const end = last === -1 ? 0 : held + last + 1;
    if (end > 0) yield { bytes: block.subarray(0, end), offset };
    const rest = block.subarray(end);
    // A line that fills the buffer goes on in one twice as large.
    if (rest.length === buffer.length) buffer = Buffer.allocUnsafeSlow(buffer.length * 2);
    rest.copy(buffer);
    held = rest.length;
    offset += end;
  }
}

/** Visits the lines of a file one by one, until it ends or a visit returns false. */
export async function scanLines(file: ReadableFile, visit: (line: ScannedLine) => boolean): Promise<ScanEnd> {
  let length = 0;
  let lines = 0;
  for await (const { bytes, offset } of wholeLines(file)) {
    for (let begin = 0; begin < bytes.length;) {
      const end = bytes.indexOf(newline, begin);
      const line = { bytes: bytes.subarray(begin, end), offset: offset + begin, number: lines + 1 };
      if (!visit(line)) return { length: line.offset, lines };
      lines += 1;
      begin = end + 1;
    }
    length = offset + bytes.length;
  }
  return { length, lines };
}

/** The lines of the file at this path without their newlines, each good until the next is asked for. */
export async function* fileLines(
  fileSystem: FileSystem,
  path: string,
): AsyncGenerator<Buffer, void, undefined> {
  const file = await fileSystem.openToRead(path);
  try {
    for await (const { bytes } of wholeLines(file)) {
      for (let begin = 0; begin < bytes.length;) {
        const end = bytes.indexOf(newline, begin);
        yield bytes.subarray(begin, end);
        begin = end + 1;
      }
    }
  } finally {
    await file.close();
  }
}
