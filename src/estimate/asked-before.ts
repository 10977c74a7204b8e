import { join } from 'node:path';
import { success, type Result } from '../result.ts';
import type { StopReason } from '../run/events.ts';
import { nodeFileSystem, type FileSystem } from '../run/file-system.ts';
import type { Fingerprint } from '../run/fingerprint.ts';
import { foldHeads } from './journal-heads.ts';
import { readWholeHistory } from '../run/journal/history.ts';
import { readSummary } from '../run/read-summary.ts';
import type { RunSummary } from '../run/run-summary.ts';

/** What an earlier run asked, whoever is at work on it. */
export interface AskedBefore {
  /** Absolute. */
  readonly path: string;
  readonly summary: RunSummary;
  /** The calls that each step made. */
  readonly calls: ReadonlyMap<string, number>;
  readonly keys: ReadonlySet<string>;
  /** Of all its calls, answered or not. */
  readonly questions: ReadonlySet<Fingerprint>;
}

/** Takes a few hundred bytes of memory for each call of the run. */
export async function readAskedBefore(
  path: string,
  fileSystem: FileSystem = nodeFileSystem,
): Promise<Result<AskedBefore, StopReason>> {
  const summary = await readSummary(fileSystem, join(path, 'run.json'));
  if (!summary.ok) return summary;
  const journal = join(path, 'journal.jsonl');
  // What a damaged line had asked would seem to be new.
  const history = await readWholeHistory(fileSystem, journal, summary.value);
  if (!history.ok) return history;
  const questions = new Set<Fingerprint>();
  const keys = new Set<string>();
  const calls = new Map<string, number>();
  const read = await foldHeads(fileSystem, journal, Infinity, (head) => {
    if (head.type === 'record' || head.type === 'call') keys.add(head.key);
    if (head.type !== 'call') return;
    questions.add(head.fingerprint);
    calls.set(head.step, (calls.get(head.step) ?? 0) + 1);
  });
  if (!read.ok) return read;
  return success({ path, summary: summary.value, calls, keys, questions });
}
