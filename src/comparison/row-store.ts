import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonValue } from '../json/json.ts';
import { nodeFileSystem, type FileSystem, type ReadableFile, type WritableFile } from '../run/file-system.ts';
import { column, wideColumn } from '../run/journal/column.ts';

/** Keeps values by number: in memory, and beyond some bytes in a file of its own that has no name. */
export interface RowStore {
  readonly size: number;
  /** The number of the value: they count from 0. Rejects with the file system's error. */
  add(value: JsonValue): Promise<number>;
  /** Rejects with the file system's error. */
  get(number: number): Promise<JsonValue>;
  /** Lets go of the file, where there is one. */
  close(): Promise<void>;
}

export interface RowStoreOptions {
  /** Bytes that are held in memory. */
  readonly held?: number;
  /** Where the file is made. Default: the system's folder for such. */
  readonly folder?: string;
  readonly fileSystem?: FileSystem;
}

/** Two inputs of a hundred thousand rows of 300 bytes need no file. */
const usuallyHeld = 64 * 1024 * 1024;
/** Rows are written and read so many bytes at a time: neighbours in one input are mostly neighbours in the other. */
const blockSize = 256 * 1024;

export function createRowStore(options: RowStoreOptions = {}): RowStore {
  const { held = usuallyHeld, folder = tmpdir(), fileSystem = nodeFileSystem } = options;
  const inMemory: Buffer[] = [];
  const offsets = wideColumn();
  const lengths = column();
  let size = 0;
  let memoryUsed = 0;
  let file: OverflowFile | undefined;

  return {
    get size() {
      return size;
    },
    async add(value) {
      const bytes = Buffer.from(JSON.stringify(value));
      if (file === undefined && memoryUsed + bytes.length <= held) {
        inMemory.push(bytes);
        memoryUsed += bytes.length;
      } else {
        file ??= await createOverflowFile(fileSystem, folder);
        offsets.set(size, await file.append(bytes));
        lengths.set(size, bytes.length);
      }
      size += 1;
      return size - 1;
    },
    async get(number) {
      const bytes = inMemory[number] ?? (await file?.read(offsets.get(number), lengths.get(number)));
      if (bytes === undefined) throw new RangeError(`there is no row ${number}`);
      return JSON.parse(bytes.toString()) as JsonValue;
    },
    close: async () => file?.close(),
  };
}

interface OverflowFile {
  /** The offset of the bytes. */
  append(bytes: Buffer): Promise<number>;
  read(offset: number, length: number): Promise<Buffer>;
  close(): Promise<void>;
}

async function createOverflowFile(fileSystem: FileSystem, folder: string): Promise<OverflowFile> {
  const path = join(folder, `pipe-rows-${randomBytes(8).toString('hex')}`);
  const { writer, reader } = await createNameless(fileSystem, path);
  /** What is not written yet, behind `written` bytes that are. */
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let written = 0;
  let block: Buffer = Buffer.alloc(0);
  let begin = 0;

  async function flush(): Promise<void> {
    if (waitingBytes === 0) return;
    const bytes = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    await writer.append(bytes);
    written += bytes.length;
  }

  return {
    async append(bytes) {
      const offset = written + waitingBytes;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= blockSize) await flush();
      return offset;
    },
    async read(offset, length) {
      if (offset + length > written) await flush();
      if (offset < begin || offset + length > begin + block.length) {
        const bytes = Buffer.allocUnsafe(Math.max(blockSize, length));
        block = bytes.subarray(0, await reader.read(bytes, offset));
        begin = offset;
      }
      return block.subarray(offset - begin, offset - begin + length);
    },
    async close() {
      await Promise.all([writer.close(), reader.close()]);
    },
  };
}

interface NamelessFile {
  readonly writer: WritableFile;
  readonly reader: ReadableFile;
}

/** Without a name it goes with the process, however that ends. */
async function createNameless(fileSystem: FileSystem, path: string): Promise<NamelessFile> {
  const writer = await fileSystem.create(path);
  let reader: ReadableFile | undefined;
  try {
    reader = await fileSystem.openToRead(path);
    await fileSystem.remove(path);
    return { writer, reader };
  } catch (error) {
    // What is told is what the disk refused first.
    await Promise.allSettled([writer.close(), reader?.close(), fileSystem.remove(path)]);
    throw error;
  }
}
