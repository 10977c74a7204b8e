import { lineStart } from '../checked-line.ts';
import type { RecordFinished } from '../events.ts';
import type { WritableFile } from '../file-system.ts';
import { createAppendLog } from './append-log.ts';
import {
  callMembers,
  endMembers,
  recordMembers,
  reservationMembers,
  toolMembers,
  type JournalCall,
  settlementMembers,
  type JournalReservation,
  type JournalSettlement,
  type JournalTool,
} from './lines.ts';
import type { RecordIndex } from './record-index.ts';

/** Of the file, in the run's folder. */
export const journalName = 'journal.jsonl';

/** What a run writes as it goes. Only whoever awaits `reserve`, `committed` or `close` waits for the disk. */
export interface Journal {
  /** Resolves when the reservation is in the file, so that its request may be sent; false where it could not be written. */
  reserve(reservation: JournalReservation): Promise<boolean>;
  /** What is told of the budget's use after it stands behind it in the file. */
  settle(settlement: JournalSettlement): void;
  call(call: JournalCall): void;
  tool(call: JournalTool): void;
  record(record: RecordFinished): void;
  /** Resolves when all that was told so far is in the file; false where it could not be written. */
  committed(): Promise<boolean>;
  /** Whether the disk is so far behind that no new record should begin. */
  readonly full: boolean;
  /** Writes what is left and that the session has ended, sees it onto the disk and closes the file. A failure is told to the listener. */
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

/** `start` is the length of the file so far; the index learns where each record stands. */
export function createJournal(
  file: WritableFile,
  start: number,
  index: RecordIndex,
  listener: JournalListener,
): Journal {
  const log = createAppendLog(file, {
    start,
    // What waits for its line holds a slot for so long.
    wait: 0,
    syncs: true,
    failed: (error) => listener.failed(error),
    drained: () => listener.drained(),
  });

  return {
    reserve(reservation) {
      const line = log.append(reservationMembers(reservation));
      return line === undefined ? Promise.resolve(false) : log.written();
    },
    settle(settlement) {
      log.append(settlementMembers(settlement));
    },
    call(call) {
      log.append(callMembers(call));
    },
    tool(call) {
      log.append(toolMembers(call));
    },
    record(record) {
      const { head, body } = recordMembers(record);
      log.append(head + body, (line) => {
        // The head is ASCII, so that its characters are its bytes.
        const before = lineStart.length + head.length;
        const place = { offset: line.offset + before, length: line.length - before - 1 };
        index.set(record.sequence, record.outcome, place);
        listener.recorded(record);
      });
    },
    committed: () => log.committed(),
    get full() {
      return log.full;
    },
    close() {
      log.append(endMembers);
      return log.close();
    },
  };
}
