import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import { isSealed } from '../checked-line.ts';
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
  /** The bytes of one line of results.jsonl or errors.jsonl with its newline: at once, where its block is in memory. */
  line(place: Place): Uint8Array | Promise<Uint8Array>;
  /** The whole line at this place, read as JSON; undefined where it is not as it was written. */
  checked(place: Place): Promise<JsonObject | undefined>;
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

  /** There is one block: who needs another while it is read waits for that, and looks again. */
  let loading: Promise<void> | undefined;

  async function load({ offset, length }: Place): Promise<void> {
    const from = Math.max(0, offset - lookBehind);
    const needed = offset - from + length;
    if (needed > bytes.length) bytes = Buffer.allocUnsafeSlow(needed);
    // Nothing is known of the bytes while they are read, nor where that fails.
    block = bytes.subarray(0, 0);
    block = bytes.subarray(0, await file.read(bytes, from));
    begin = from;
  }

  function inBlock({ offset, length }: Place): boolean {
    return loading === undefined && offset >= begin && offset + length <= begin + block.length;
  }

  /** What `use` makes of the bytes at this place. */
  function at<Value>(place: Place, use: (bytes: Buffer) => Value): Value | Promise<Value> {
    if (!inBlock(place)) return loaded(place).then(() => at(place, use));
    const start = place.offset - begin;
    return use(block.subarray(start, start + place.length));
  }

  /** Resolves when the bytes at this place are in the block, or may be, since another has loaded one. */
  async function loaded(place: Place): Promise<void> {
    if (loading !== undefined) return loading;
    loading = load(place);
    try {
      await loading;
    } finally {
      loading = undefined;
    }
    if (!inBlock(place)) throw new Error(`the journal ends before byte ${place.offset + place.length}`);
  }

  return {
    line({ offset, length }) {
      const whole = { offset: offset - 1, length: length + 1 + tail };
      return at(whole, (bytes) => {
        const line = Buffer.from(bytes);
        // Before a record's body stands the comma of its head; here the body is an object of its own.
        line[0] = openingBrace;
        return line;
      });
    },
    checked: async (place) => at(place, (line) => (isSealed(line) ? parsed(line) : undefined)),
    close: () => file.close(),
  };
}

function parsed(line: Buffer): JsonObject | undefined {
  const value: unknown = JSON.parse(line.toString());
  return isObject(value) ? value : undefined;
}

export async function resultRow(reader: JournalReader, place: Place): Promise<ResultRow> {
  return JSON.parse(decoder.decode(await reader.line(place))) as ResultRow;
}
