import { isObject } from '../../json/json.ts';
import { failure, success, type Result } from '../../result.ts';
import { isSealed, lineStart } from '../checked-line.ts';
import type { StopReason } from '../events.ts';
import { errorCode, type FileSystem, type ReadableFile } from '../file-system.ts';
import type { Fingerprint } from '../fingerprint.ts';
import { createAppendLog } from '../journal/append-log.ts';
import type { Place } from '../journal/record-index.ts';
import { scanLines } from '../journal/scan-lines.ts';
import type { LineStore, StoredLine } from './line-store.ts';
import { isPosition, type Position } from './order.ts';

/**
 * The lines that a run has recorded, in its folder while it goes on: recording.jsonl there. Each is a checked line
 * (checked-line.ts) whose member `at` says its position (order.ts), with the line of the recording (lines.ts) behind it; or
 * one of `type` "use" with a `fingerprint`, for an entry that the recording has had before.
 */
export interface RecordingLog extends LineStore {
  close(): Promise<void>;
}

/** What an earlier session has logged; without `line`, that an entry of the file was of use. */
export interface LoggedLine {
  readonly position: Position;
  readonly fingerprint: Fingerprint;
  readonly line?: StoredLine;
}

export interface OpenedLog {
  readonly log: RecordingLog;
  readonly earlier: readonly LoggedLine[];
}

export interface LogOptions {
  /** What was logged before is of no use any more. */
  readonly anew: boolean;
  /** Told once. */
  readonly failed: (error: unknown) => void;
}

/** Rejects with the file system's error. */
export async function openRecordingLog(
  fileSystem: FileSystem,
  path: string,
  { anew, failed }: LogOptions,
): Promise<Result<OpenedLog, StopReason>> {
  if (anew) await fileSystem.remove(path);
  const found = anew ? undefined : await fileSystem.openToRead(path).catch(unlessGone);
  const reader = lineReader(fileSystem, path);
  const earlier: LoggedLine[] = [];
  let length = 0;
  if (found !== undefined) {
    try {
      const scanned = await readLog(found, path, reader, earlier);
      if (!scanned.ok) return scanned;
      length = scanned.value;
    } finally {
      await found.close();
    }
    await fileSystem.truncate(path, length);
  }
  const file = await (found === undefined ? fileSystem.create(path) : fileSystem.openToAppend(path));
  // No line waits for others, as in the journal: calls wait for both.
  const log = createAppendLog(file, { start: length, wait: 0, syncs: true, failed });
  return success({
    log: {
      keep(position, line) {
        const head = positionMember(position);
        // What is not written down, or never can be, is still known to this process.
        let unwritten: string | undefined = line;
        const place = log.append(`${head}${line.slice(1, -1)}`, () => {
          unwritten = undefined;
        });
        if (place === undefined) return { read: () => Promise.resolve(line) };
        return {
          async read() {
            await log.written();
            return unwritten ?? reader.read(place, head.length);
          },
        };
      },
      used(position, fingerprint) {
        log.append(`${positionMember(position)}"type":"use","fingerprint":"${fingerprint}"`);
      },
      committed: () => log.committed(),
      async close() {
        await log.close();
        await reader.close();
      },
    },
    earlier,
  });
}

function unlessGone(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}

/** In ASCII. */
function positionMember(position: Position): string {
  return `"at":[${position.join(',')}],`;
}

/** The length of what is sound: a line that a crash has torn was never counted on. */
async function readLog(
  file: ReadableFile,
  path: string,
  reader: LineReader,
  into: LoggedLine[],
): Promise<Result<number, StopReason>> {
  let damaged: number | undefined;
  const end = await scanLines(file, ({ bytes, offset, number }) => {
    const value: unknown = isSealed(bytes) ? JSON.parse(bytes.toString()) : undefined;
    const { at, type, fingerprint } = isObject(value) ? value : {};
    if (!isPosition(at) || typeof fingerprint !== 'string') {
      damaged = number;
      return false;
    }
    const place = { offset, length: bytes.length };
    const head = positionMember(at).length;
    const line = type === 'use' ? undefined : { read: () => reader.read(place, head) };
    into.push({ position: at, fingerprint, ...(line && { line }) });
    return true;
  });
  if (damaged === undefined) return success(end.length);
  const message = `the run's own recording ${path} is damaged in line ${damaged}; remove it, and record again in a new run`;
  return failure({ kind: 'input', code: 'recording_damaged', message });
}

interface LineReader {
  /** The line of the recording in a line of the log; `head`: characters of the position in it. */
  read(place: Place, head: number): Promise<string>;
  close(): Promise<void>;
}

function lineReader(fileSystem: FileSystem, path: string): LineReader {
  let opened: Promise<ReadableFile> | undefined;
  return {
    async read({ offset, length }, head) {
      opened ??= fileSystem.openToRead(path).catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      const begin = lineStart.length + head;
      const bytes = Buffer.allocUnsafe(length - begin);
      const file = await opened;
      const read = await file.read(bytes, offset + begin);
      if (read < bytes.length) throw new Error(`${path} ends before byte ${offset + length}`);
      return `{${bytes.toString()}`;
    },
    async close() {
      await (await opened)?.close();
    },
  };
}
