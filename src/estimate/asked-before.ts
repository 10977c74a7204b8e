import { join } from 'node:path';
import type { JsonObject } from '../json/json.ts';
import { success, type Result } from '../result.ts';
import { readEntry, type Entry } from '../run/entry.ts';
import type { StopReason } from '../run/events.ts';
import { nodeFileSystem, type FileSystem } from '../run/file-system.ts';
import type { Fingerprint } from '../run/fingerprint.ts';
import { foldHeads } from './journal-heads.ts';
import { readWholeHistory } from '../run/journal/history.ts';
import { openJournalReader, type JournalReader } from '../run/journal/reader.ts';
import { readOutcome } from '../run/read-outcome.ts';
import type { Place } from '../run/journal/record-index.ts';
import { readSummary } from '../run/read-summary.ts';
import type { RunSummary } from '../run/run-summary.ts';
import type { ToolOutcome } from '../tools/tool.ts';

/** What an earlier run asked, and was answered, whoever is at work on it. */
export interface AskedBefore {
  /** Absolute. */
  readonly path: string;
  readonly summary: RunSummary;
  /** The calls that each step made. */
  readonly calls: ReadonlyMap<string, number>;
  readonly keys: ReadonlySet<string>;
  asked(fingerprint: Fingerprint): boolean;
  /** Whether the record of this key came to a call in the step. */
  reached(step: string, key: string): boolean;
  answer(fingerprint: Fingerprint): Promise<Entry | undefined>;
  tool(fingerprint: Fingerprint): Promise<ToolOutcome | undefined>;
  close(): Promise<void>;
}

/** Takes a few hundred bytes of memory for each call of the run. */
export async function openAskedBefore(
  path: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<Result<AskedBefore, StopReason>> {
  const summary = await readSummary(fileSystem, join(path, 'run.json'));
  if (!summary.ok) return summary;
  const journal = join(path, 'journal.jsonl');
  // What a damaged line had asked would seem to be new.
  const history = await readWholeHistory(fileSystem, journal, summary.value);
  if (!history.ok) return history;
  /** The place of an answer or result; null where the question came to none. */
  const questions = new Map<Fingerprint, Place | null>();
  const reached = new Set<string>();
  const keys = new Set<string>();
  const calls = new Map<string, number>();
  const read = await foldHeads(fileSystem, journal, Infinity, (head, place) => {
    if (head.type === 'record') keys.add(head.key);
    if (head.type !== 'call' && head.type !== 'tool') return;
    keys.add(head.key);
    const known = questions.get(head.fingerprint);
    questions.set(head.fingerprint, head.ok || head.type === 'tool' ? place : (known ?? null));
    if (head.type === 'tool') return;
    calls.set(head.step, (calls.get(head.step) ?? 0) + 1);
    reached.add(JSON.stringify([head.step, head.key]));
  });
  if (!read.ok) return read;
  const reader = await openJournalReader(fileSystem, journal);
  const lineOf = (fingerprint: Fingerprint) => lineAt(reader, questions.get(fingerprint));
  return success({
    path,
    summary: summary.value,
    calls,
    keys,
    asked: (fingerprint) => questions.has(fingerprint),
    reached: (step, key) => reached.has(JSON.stringify([step, key])),
    async answer(fingerprint) {
      const line = await lineOf(fingerprint);
      return line?.['type'] === 'call' ? readEntry(line) : undefined;
    },
    async tool(fingerprint) {
      const line = await lineOf(fingerprint);
      return line?.['type'] === 'tool' ? readOutcome(line) : undefined;
    },
    close: () => reader.close(),
  });
}

async function lineAt(
  reader: JournalReader,
  place: Place | null | undefined,
): Promise<JsonObject | undefined> {
  return place === null || place === undefined ? undefined : reader.checked(place);
}
