import { join } from 'node:path';
import type { FileSystem } from '../run/file-system.ts';
import { isSealed } from '../run/checked-line.ts';
import { eachEnded } from '../run/journal/each-ended.ts';
import { readHead } from '../run/journal/heads.ts';
import { journalName } from '../run/journal/journal.ts';
import { openJournalReader } from '../run/journal/reader.ts';
import { createRecordIndex, type RecordIndex } from '../run/journal/record-index.ts';
import { scanLines } from '../run/journal/scan-lines.ts';
import type { ComparedRow } from './side.ts';

/**
 * The records that a run has skipped, in input order: its journal alone tells of them, up to where that is damaged. Memory
 * holds 6 to 12 bytes a record. Rejects with the file system's error.
 */
export async function* skippedRecords(folder: string, fileSystem: FileSystem): AsyncIterable<ComparedRow> {
  const path = join(folder, journalName);
  const index = await indexOf(path, fileSystem);
  if (index.counts.skipped === 0) return;
  const openReader = () => openJournalReader(fileSystem, path);
  const lines = eachEnded(index, 'skipped', openReader, (reader, place) => reader.checked(place));
  let line = 0;
  for await (const value of lines) {
    line += 1;
    const key = value?.['key'];
    if (typeof key === 'string') yield { key, line, outcome: { skipped: true } };
  }
}

/** Where the whole line of each ended record stands. */
async function indexOf(path: string, fileSystem: FileSystem): Promise<RecordIndex> {
  let index = createRecordIndex();
  const file = await fileSystem.openToRead(path);
  try {
    await scanLines(file, ({ bytes, offset }) => {
      if (!isSealed(bytes)) return false;
      const head = readHead(bytes);
      // A forced session has every record end anew.
      if (head?.type === 'resumed' && head.force) index = createRecordIndex();
      if (head?.type === 'record') index.set(head.sequence, head.outcome, { offset, length: bytes.length });
      return true;
    });
  } finally {
    await file.close();
  }
  return index;
}
