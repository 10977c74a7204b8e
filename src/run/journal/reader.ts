import type { JsonValue } from '../../json/json.ts';
import type { FileSystem, ReadableFile } from '../file-system.ts';
import type { Place } from './record-index.ts';

/** A line of results.jsonl. */
export interface ResultRow {
  readonly index: number;
  readonly key: string;
  readonly output: JsonValue;
}

/** Reads records back from the journal, a block at a time: neighbours in the input are near each other there. */
export interface JournalReader {
  /** The bytes of one line of results.jsonl or errors.jsonl with its newline, good until the next read. */
  line(place: Place): Promise<Uint8Array>;
  close(): Promise<void>;
}

const blockSize = 256 * 1024;
/** Records finish a little out of order, so a block begins somewhat before what it is read for. */
const lookBehind = 64 * 1024;
const openingBrace = 0x7b;
/** Bytes after a record's body: a brace and a newline. */
const tail = 2;
const decoder = new TextDecoder();

export async function openJournalReader(fileSystem: FileSystem, path: string): Promise<JournalReader> {
  const file: ReadableFile = await fileSystem.openToRead(path);
  let bytes = Buffer.allocUnsafeSlow(blockSize);
  /** What is read of the file, in `bytes`. */
  let block = bytes.subarray(0, 0);
  let begin = 0;

  async function load({ offset, length }: Place): Promise<void> {
    const from = Math.max(0, offset - lookBehind);
    const needed = offset - from + length + tail;
    if (needed > bytes.length) bytes = Buffer.allocUnsafeSlow(needed);
    block = bytes.subarray(0, await file.read(bytes, from));
    begin = from;
  }

  return {
    async line(place) {
      const end = place.offset + place.length + tail;
      const inBlock = () => place.offset > begin && end <= begin + block.length;
      if (!inBlock()) await load(place);
      if (!inBlock()) throw new Error(`the journal ends before byte ${end}`);
      const line = block.subarray(place.offset - 1 - begin, end - begin);
      // Before a record's body stands the comma of its head; here the body is an object of its own.
      line[0] = openingBrace;
      return line;
    },
    close: () => file.close(),
  };
}

export async function resultRow(reader: JournalReader, place: Place): Promise<ResultRow> {
  return JSON.parse(decoder.decode(await reader.line(place))) as ResultRow;
}
