import type { RecordFinished, StopReason } from '../../../src/run/events.ts';
import { lineStart, seal } from '../../../src/run/checked-line.ts';
import { nodeFileSystem, type FileSystem } from '../../../src/run/file-system.ts';
import { readHistory, type History, type HistoryOptions } from '../../../src/run/journal/history.ts';
import {
  callMembers,
  endMembers,
  headerLine,
  recordMembers,
  reservationMembers,
  resumedMembers,
  settlementMembers,
  toolMembers,
  type JournalCall,
  type JournalReservation,
  type JournalSettlement,
  type JournalTool,
} from '../../../src/run/journal/lines.ts';
import { openJournalReader } from '../../../src/run/journal/reader.ts';
import type { Replay } from '../../../src/run/journal/replay.ts';
import { success, type Result } from '../../../src/result.ts';
import { zeroUsage } from '../../../src/usage/add.ts';
import { answer, used } from '../support/fake-models.ts';

export const path = '/runs/one/journal.jsonl';
export const version = '0.1.0';

/** A line of these members, as a log writes it. */
export function checkedLine(members: string): Buffer {
  const line = Buffer.from(`${lineStart}${members}}\n`);
  seal(line.subarray(0, -1));
  return line;
}

/** A whole journal: its header, then these lines. */
export function journalOf(...lines: readonly string[]): Buffer {
  return Buffer.concat([headerLine(version), ...lines.map(checkedLine)]);
}

export const priced = { ...used, cost_usd: 0.25 };

/** A call of step `one` that was answered by its question's fingerprint. */
export function call(key: string, fingerprint: string, options: Partial<JournalCall> = {}): string {
  const asked = {
    index: 0,
    key,
    step: 'one',
    call: 1,
    fingerprint,
    model: 'small',
    duration: 10,
    at: 20,
    limited: 0,
  };
  return callMembers({ ...asked, outcome: { ...answer(`to ${fingerprint}`), usage: priced }, ...options });
}

export function tool(key: string, fingerprint: string, options: Partial<JournalTool> = {}): string {
  const asked = { index: 0, key, step: 'one', call: 1, fingerprint, id: 'c1', name: 'lookup', arguments: {} };
  return toolMembers({ ...asked, outcome: success(`of ${fingerprint}`), duration: 5, ...options });
}

export function record(
  key: string,
  sequence: number,
  outcome: 'succeeded' | 'skipped' = 'succeeded',
): string {
  const finished = { type: 'record_finished', sequence, index: sequence, line: sequence + 1, key } as const;
  return textOf(
    outcome === 'skipped' ? { ...finished, outcome } : { ...finished, outcome, output: `out of ${key}` },
  );
}

export function failedRecord(
  key: string,
  sequence: number,
  code: string,
  step: string | null = 'one',
): string {
  const error = { code, message: 'no', status: null, attempts: 1, request_id: null };
  // What a user's record may hold: names that the lines use themselves.
  const input = { id: key, output: 1, completion: { error: { code: 'max_rounds' } }, step: 'two' };
  const at = { sequence, index: sequence, line: sequence + 1, key };
  return textOf({ type: 'record_finished', outcome: 'failed', ...at, step, input, error });
}

function textOf(finished: RecordFinished): string {
  const { head, body } = recordMembers(finished);
  return head + body;
}

export function reserve(key: string, request: number, options: Partial<JournalReservation> = {}): string {
  return reservationMembers({
    key,
    step: 'one',
    call: 1,
    model: 'small',
    request,
    usd: 0.5,
    tokens: 100,
    ...options,
  });
}

/** By default of a request that a 429 answered. */
export function settle(key: string, options: Partial<JournalSettlement> = {}): string {
  const usage = { ...zeroUsage, requests: 1 };
  return settlementMembers({ key, step: 'one', call: 1, model: 'small', usage, ...options });
}

export const resumed = (force = false, reserves = false): string =>
  resumedMembers(version, { force, reserves });

export const ended = endMembers;

/** A disk with one file, these bytes. */
export function diskWith(bytes: Buffer): FileSystem {
  return {
    ...nodeFileSystem,
    openToRead: async () => ({
      read: async (into, offset) => bytes.copy(into, 0, offset),
      close: async () => {},
    }),
  };
}

export function read(bytes: Buffer, options?: HistoryOptions): Promise<Result<History, StopReason>> {
  return readHistory(diskWith(bytes), path, options);
}

/** What a sound journal tells. */
export async function historyOf(bytes: Buffer, options?: HistoryOptions): Promise<History> {
  const history = await read(bytes, options);
  if (!history.ok) throw new Error(history.error.message);
  return history.value;
}

export async function replayOf(
  bytes: Buffer,
  key: string,
  options?: HistoryOptions,
): Promise<Replay | undefined> {
  const history = await historyOf(bytes, options);
  return history.replayOf(key, await openJournalReader(diskWith(bytes), path));
}
