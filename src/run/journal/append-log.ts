import { lineStart, seal } from '../checked-line.ts';
import type { WritableFile } from '../file-system.ts';
import type { Place } from './record-index.ts';

/** A file of checked lines (checked-line.ts) that is only ever written on at its end, by this process alone. */
export interface AppendLog {
  /**
   * Adds a line of these members: JSON without its braces, at least one. Gives back where the line will stand, without its
   * newline; undefined where the log takes no more, since it failed or was closed. `written` is called when the line has
   * been handed to the operating system, in the order of the lines, never within an `append`, and never where that fails.
   */
  append(members: string, written?: (line: Place) => void): Place | undefined;
  /**
   * Has what was added so far written without further delay. Resolves when the operating system has it all, whatever then
   * becomes of this process: true; false where it could not be written.
   */
  written(): Promise<boolean>;
  /** Resolves as `written` does, and hurries nothing. */
  committed(): Promise<boolean>;
  /** Whether the disk is so far behind that nothing new should begin. */
  readonly full: boolean;
  /** Writes what is left and closes the file. A failure is told to the listener. Not from within a `written`. */
  close(): Promise<void>;
}

export interface AppendLogOptions {
  /** The length of the file so far. */
  readonly start: number;
  /** Milliseconds that a line may wait for others to share its write; with 0, it is written at the end of its turn. */
  readonly wait: number;
  /** Sees the lines onto the disk each second and at the end: what a power failure may take. */
  readonly syncs: boolean;
  /** Told once. What was not written by then never will be. */
  readonly failed: (error: unknown) => void;
  /** A log that was full has room again. */
  readonly drained?: () => void;
}

/** Lines that go to the disk in one write. */
interface Batch {
  readonly bytes: Buffer;
  used: number;
  /** Who is to be told of which line. */
  readonly told: { readonly line: Place; readonly written: (line: Place) => void }[];
  /** One promise for all who wait for it; undefined while nobody does. */
  awaited: Awaited | undefined;
}

interface Awaited {
  readonly written: Promise<boolean>;
  readonly resolve: (written: boolean) => void;
}

const batchSize = 256 * 1024;
/** Milliseconds between two syncs. */
const syncInterval = 1000;
/** Bytes that may wait for a slow disk before the run waits too. */
const fullAt = 4 * 1024 * 1024;
/** Milliseconds a write may hold up all else; one that takes longer is followed by so many times as long in which none does. */
const slowWrite = 2;
const slowTimes = 50;
/** A character takes at most so many bytes in UTF-8. */
const widest = 3;
const newline = '\n';
const lineEnd = `}${newline}`;

/**
 * Group commit: lines are encoded into a batch as they come, and batches are written one after the other. A quick file takes
 * them at once. One that is slow, or is being seen onto the disk, which holds up a write, takes them beside the run.
 */
export function createAppendLog(file: WritableFile, options: AppendLogOptions): AppendLog {
  let current = emptyBatch(batchSize);
  /** Full batches, and one larger than they are for each line that needs it. */
  let waiting: Batch[] = [];
  let spare: Buffer | undefined;
  /** The length of the file, and what it will be when all is written. */
  let length = options.start;
  let end = options.start;
  /** Being written. */
  let underWay: Batch | undefined;
  let flushTimer: NodeJS.Timeout | undefined;
  let flushSoon: NodeJS.Immediate | undefined;
  let syncTimer: NodeJS.Timeout | undefined;
  /** The current batch is to be written though it is not full. */
  let flushDue = false;
  /** Beside the run. */
  let writing: Promise<void> | undefined;
  /** When the file counts as quick again. */
  let quickFrom = -Infinity;
  let syncing: Promise<void> | undefined;
  let syncsUnderWay = 0;
  /** Nothing was written since the last sync began. */
  let isSynced = true;
  let closed = false;
  let failed = false;

  /** The batch with room for this text. */
  function batchFor(text: string): Batch {
    const most = text.length * widest;
    // The exact size takes a pass over the text: only a line that might be larger than a batch is worth it.
    const bytes = most <= batchSize ? most : Buffer.byteLength(text);
    if (current.used + bytes > current.bytes.length) {
      if (current.used > 0) waiting.push(current);
      current = nextBatch(bytes);
      flushDue = false;
      // Not here: who is told of lines may add others, in the midst of the one that the batch is for.
      flushSoon ??= setImmediate(flush);
    }
    flushLater();
    return current;
  }

  function flushLater(): void {
    if (flushTimer !== undefined || flushSoon !== undefined) return;
    if (options.wait === 0) flushSoon = setImmediate(flush);
    else flushTimer = setTimeout(flush, options.wait);
  }

  function nextBatch(bytesNeeded: number): Batch {
    const batch = emptyBatch(Math.max(batchSize, bytesNeeded), spare);
    spare = undefined;
    return batch;
  }

  function flush(): void {
    clearTimeout(flushTimer);
    clearImmediate(flushSoon);
    flushTimer = undefined;
    flushSoon = undefined;
    flushDue = current.used > 0;
    write();
  }

  function write(): void {
    if (writing !== undefined) return;
    writeNow();
    if (isDue()) writing = writeAll();
  }

  function isDue(): boolean {
    return waiting.length > 0 || flushDue;
  }

  /** What is due, as long as the file is quick. */
  function writeNow(): void {
    const { appendNow } = file;
    if (appendNow === undefined || syncsUnderWay > 0) return;
    try {
      while (isDue() && performance.now() >= quickFrom) {
        const batch = nextDue();
        const began = performance.now();
        appendNow(batch.bytes.subarray(0, batch.used));
        const ended = performance.now();
        const took = ended - began;
        if (took > slowWrite) quickFrom = ended + took * slowTimes;
        commit(batch);
      }
    } catch (error) {
      fail(error);
    }
  }

  async function writeAll(): Promise<void> {
    while (isDue()) {
      try {
        const batch = nextDue();
        await file.append(batch.bytes.subarray(0, batch.used));
        // A sync beside it may have failed by now.
        if (!failed) commit(batch);
      } catch (error) {
        fail(error);
      }
    }
    writing = undefined;
  }

  function nextDue(): Batch {
    const batch = waiting.shift() ?? current;
    if (batch === current) {
      flushDue = false;
      current = nextBatch(0);
    }
    underWay = batch;
    return batch;
  }

  function commit(batch: Batch): void {
    for (const { line, written } of batch.told) written(line);
    const wasFull = isFull();
    length += batch.used;
    if (batch.bytes.length === batchSize) spare = batch.bytes;
    underWay = undefined;
    batch.awaited?.resolve(true);
    if (wasFull && !isFull()) options.drained?.();
    isSynced = false;
    syncLater();
  }

  /** Not while another is under way: each takes a thread of the process, and who writes needs one. */
  function syncLater(): void {
    if (!options.syncs || failed || isSynced || syncsUnderWay > 0) return;
    syncTimer ??= setTimeout(sync, syncInterval);
  }

  /** Beside the writes that follow: a slow disk must not hold up what waits for its line only. */
  function sync(): void {
    clearTimeout(syncTimer);
    syncTimer = undefined;
    isSynced = true;
    syncing = Promise.all([syncing, seeOntoDisk()]).then(() => undefined, fail);
  }

  async function seeOntoDisk(): Promise<void> {
    syncsUnderWay += 1;
    await file.sync();
    syncsUnderWay -= 1;
    syncLater();
  }

  function isFull(): boolean {
    return !failed && end - length >= fullAt;
  }

  function fail(error: unknown): void {
    if (failed) return;
    failed = true;
    clearTimeout(flushTimer);
    clearImmediate(flushSoon);
    clearTimeout(syncTimer);
    flushDue = false;
    for (const batch of [underWay, ...waiting, current]) batch?.awaited?.resolve(false);
    underWay = undefined;
    waiting = [];
    current = emptyBatch(0);
    options.failed(error);
  }

  /** Of all that was added so far: the last batch's, since batches are written in order. */
  function lastWritten(): Promise<boolean> {
    const batch = current.used > 0 ? current : (waiting.at(-1) ?? underWay);
    if (batch === undefined) return Promise.resolve(!failed);
    batch.awaited ??= awaited();
    return batch.awaited.written;
  }

  return {
    append(members, written) {
      if (closed || failed) return undefined;
      const text = lineStart + members + lineEnd;
      const batch = batchFor(text);
      const begin = batch.used;
      batch.used += batch.bytes.write(text, begin);
      const line = { offset: end, length: batch.used - begin - newline.length };
      seal(batch.bytes.subarray(begin, begin + line.length));
      if (written !== undefined) batch.told.push({ line, written });
      end += line.length + newline.length;
      return line;
    },
    written() {
      // Others that are added in this turn of the loop share the write.
      if (!closed && !failed && end > length) flushSoon ??= setImmediate(flush);
      return lastWritten();
    },
    committed: lastWritten,
    get full() {
      return isFull();
    },
    async close() {
      closed = true;
      flush();
      await writing;
      // Who holds a closed log, to read what it wrote, holds no buffers with it.
      current = emptyBatch(0);
      spare = undefined;
      if (options.syncs && !failed) sync();
      await syncing;
      await file.close().catch(fail);
    },
  };
}

function emptyBatch(size: number, spare?: Buffer): Batch {
  const bytes = spare !== undefined && spare.length >= size ? spare : Buffer.allocUnsafeSlow(size);
  return { bytes, used: 0, told: [], awaited: undefined };
}

function awaited(): Awaited {
  let resolve: Awaited['resolve'] = () => {};
  const written = new Promise<boolean>((written) => {
    resolve = written;
  });
  return { written, resolve };
}
