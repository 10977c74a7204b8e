import type { FileSystem } from './file-system.ts';

const blockSize = 256 * 1024;
const lineFeed = 0x0a;

/** The lines of a file without their newlines; one that does not end in a newline is none. Rejects with the system's error. */
export async function* fileLines(fileSystem: FileSystem, path: string): AsyncIterable<Buffer> {
  const file = await fileSystem.openToRead(path);
  try {
    let rest: Buffer = Buffer.alloc(0);
    for (let offset = 0; ;) {
      const block = Buffer.allocUnsafeSlow(blockSize);
      const read = await file.read(block, offset);
      if (read === 0) return;
      offset += read;
      const text = Buffer.concat([rest, block.subarray(0, read)]);
      let begin = 0;
      for (let end = text.indexOf(lineFeed); end !== -1; end = text.indexOf(lineFeed, begin)) {
        yield text.subarray(begin, end);
        begin = end + 1;
      }
      rest = text.subarray(begin);
    }
  } finally {
    await file.close();
  }
}
