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
