import type { RecordFinished } from '../events.ts';
import type { WritableFile } from '../file-system.ts';
import { callLine, recordLine, toolLine, type JournalCall, type JournalTool } from './lines.ts';
import type { Place, RecordIndex } from './record-index.ts';

/** What a run writes as it goes. Nothing here waits for the disk but `close`. */
export interface Journal {
  call(call: JournalCall): void;
  tool(call: JournalTool): void;
  record(record: RecordFinished): void;
  /** Whether the disk is so far behind that no new record should begin. */
  readonly full: boolean;
  /** Writes what is left, sees it onto the disk and closes the file. A failure is told to the listener. */
  close(): Promise<void>;
}

export interface JournalListener {
  /** The record's line is in the file, in the order of the lines: from now on the record counts as finished. */
  recorded(record: RecordFinished): void;
  /** Told once. What was not recorded by then never will be. */
  failed(error: unknown): void;
  /** A journal that was full has room again. */
  drained(): void;
}

/** Lines that go to the disk in one write. */
interface Batch {
  readonly bytes: Buffer;
  used: number;
  /** The records whose lines are in it, and where, counted from the batch's begin. */
  readonly records: { readonly record: RecordFinished; readonly place: Place }[];
}

const batchSize = 256 * 1024;
/** Milliseconds that a line may wait for others to share its write. */
const longestWait = 5;
/** Milliseconds between two syncs: what a power failure may take. A killed process loses `longestWait` only. */
const syncInterval = 1000;
/** Bytes that may wait for a slow disk before the run waits too. */
const fullAt = 4 * 1024 * 1024;
/** A character takes at most so many bytes in UTF-8. */
const widest = 3;

/**
 * An append-only file with group commit: lines are encoded into a batch as they come, and batches are written one
 * after the other beside the run. `start` is the length of the file so far; the index learns where each record stands.
 */
export function createJournal(
  file: WritableFile,
  start: number,
  index: RecordIndex,
  listener: JournalListener,
): Journal {
  let current = emptyBatch(batchSize);
  let waiting: Batch[] = [];
  let waitingBytes = 0;
  let length = start;
  let spare: Buffer | undefined;
  let flushTimer: NodeJS.Timeout | undefined;
  let syncTimer: NodeJS.Timeout | undefined;
  let syncDue = false;
  let writing: Promise<void> | undefined;
  let state: 'open' | 'failed' | 'closed' = 'open';

  /** The batch with room for a line of these texts. */
  function batchFor(first: string, second = ''): Batch {
    const units = first.length + second.length + 3;
    // The exact size takes a pass over the text: only a line that might be larger than a batch is worth it.
    const bytes =
      units * widest <= batchSize ? units * widest : Buffer.byteLength(first) + Buffer.byteLength(second) + 3;
    if (current.used + bytes > current.bytes.length) endBatch(bytes);
    flushTimer ??= setTimeout(flush, longestWait);
    return current;
  }

  function endBatch(bytesNeeded: number): void {
    if (current.used > 0) {
      waiting.push(current);
      waitingBytes += current.used;
    }
    current = emptyBatch(Math.max(batchSize, bytesNeeded), spare);
    spare = undefined;
    write();
  }

  function flush(): void {
    clearTimeout(flushTimer);
    flushTimer = undefined;
    if (current.used > 0) endBatch(0);
  }

  function write(): void {
    if (writing === undefined && (waiting.length > 0 || syncDue)) writing = writeAll();
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0 || syncDue) {
      try {
        await writeNext();
        if (syncDue) await sync();
      } catch (error) {
        fail(error);
      }
    }
    writing = undefined;
  }

  async function writeNext(): Promise<void> {
    const batch = waiting.shift();
    if (batch === undefined) return;
    await file.append(batch.bytes.subarray(0, batch.used));
    commit(batch);
    syncTimer ??= setTimeout(() => {
      syncDue = true;
      write();
    }, syncInterval);
  }

  function commit(batch: Batch): void {
    for (const { record, place } of batch.records) {
      index.set(record.sequence, record.outcome, { ...place, offset: length + place.offset });
      listener.recorded(record);
    }
    length += batch.used;
    const wasFull = isFull();
    waitingBytes -= batch.used;
    if (batch.bytes.length === batchSize) spare = batch.bytes;
    if (wasFull && !isFull()) listener.drained();
  }

  async function sync(): Promise<void> {
    clearTimeout(syncTimer);
    syncTimer = undefined;
    syncDue = false;
    await file.sync();
  }

  function isFull(): boolean {
    return waitingBytes + current.used >= fullAt;
  }

  function fail(error: unknown): void {
    if (state === 'failed') return;
    state = 'failed';
    clearTimeout(flushTimer);
    clearTimeout(syncTimer);
    syncDue = false;
    waiting = [];
    waitingBytes = 0;
    current = emptyBatch(0);
    listener.failed(error);
  }

  function append(line: string): void {
    const batch = batchFor(line);
    batch.used += batch.bytes.write(line, batch.used);
  }

  return {
    call(call) {
      if (state === 'open') append(callLine(call));
    },
    tool(call) {
      if (state === 'open') append(toolLine(call));
    },
    record(record) {
      if (state !== 'open') return;
      const { head, body } = recordLine(record);
      const batch = batchFor(head, body);
      batch.used += batch.bytes.write(`{${head}`, batch.used);
      const offset = batch.used;
      batch.used += batch.bytes.write(body, offset);
      batch.records.push({ record, place: { offset, length: batch.used - offset } });
      batch.used += batch.bytes.write('}\n', batch.used);
    },
    get full() {
      return isFull();
    },
    async close() {
      flush();
      await writing;
      if (state === 'open') {
        state = 'closed';
        await sync().catch(fail);
      }
      await file.close().catch(fail);
    },
  };
}

function emptyBatch(size: number, spare?: Buffer): Batch {
  const bytes = spare !== undefined && spare.length >= size ? spare : Buffer.allocUnsafeSlow(size);
  return { bytes, used: 0, records: [] };
}
