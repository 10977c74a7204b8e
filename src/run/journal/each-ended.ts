import type { JournalReader } from './reader.ts';
import type { Outcome, Place, RecordIndex } from './record-index.ts';

/** What `read` makes of each record that ended so, in input order. Rejects with the file system's error. */
export async function* eachEnded<Value>(
  index: RecordIndex,
  outcome: Outcome,
  openReader: () => Promise<JournalReader>,
  read: (reader: JournalReader, place: Place) => Promise<Value>,
): AsyncIterable<Value> {
  const reader = await openReader();
  try {
    for (let sequence = 0; sequence < index.size; sequence++) {
      if (index.outcome(sequence) === outcome) yield await read(reader, index.place(sequence));
    }
  } finally {
    await reader.close();
  }
}

/** Bytes of lines that are handed on together. */
const pieceSize = 64 * 1024;

/**
 * The lines of results.jsonl or errors.jsonl in input order, many in a piece: handed on one by one they would take most of
 * the time that a run needs for its end. Rejects with the file system's error.
 */
export async function* endedLines(
  index: RecordIndex,
  outcome: Outcome,
  openReader: () => Promise<JournalReader>,
): AsyncIterable<Uint8Array> {
  const reader = await openReader();
  try {
    let lines: Uint8Array[] = [];
    let bytes = 0;
    for (let sequence = 0; sequence < index.size; sequence++) {
      if (index.outcome(sequence) !== outcome) continue;
      const read = reader.line(index.place(sequence));
      // To await what is here already would take longer than to copy it.
      const line = read instanceof Promise ? await read : read;
      lines.push(line);
      bytes += line.length;
      if (bytes < pieceSize) continue;
      yield Buffer.concat(lines);
      lines = [];
      bytes = 0;
    }
    if (bytes > 0) yield Buffer.concat(lines);
  } finally {
    await reader.close();
  }
}
