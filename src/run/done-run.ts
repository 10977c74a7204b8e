import { join } from 'node:path';
import { isObject, type JsonValue } from '../json/json.ts';
import type { RunEvent } from './events.ts';
import type { UsageReport } from './totals.ts';
import type { FileSystem } from './file-system.ts';
import { isSealed } from './checked-line.ts';
import { readUsage } from './entry.ts';
import { journalName } from './journal/journal.ts';
import { endLine } from './journal/lines.ts';
import type { ResultRow } from './journal/reader.ts';
import { fileLines } from './journal/scan-lines.ts';
import type { RunResults } from './results.ts';
import type { RunSummary } from './run-summary.ts';
import { contentsOf, readJson } from './whole-file.ts';

/** In bytes. */
const longestHeader = 1024;

/** A run of which nothing is left to do. */
export interface DoneRun extends RunResults {
  /** What a run tells that finds all done: how it began and how it ended. */
  readonly events: readonly RunEvent[];
}

/** Reads what a run has left in its folder; undefined where a file of it is not there, or not what it was. */
export async function readDone(
  fileSystem: FileSystem,
  folder: string,
  summary: RunSummary,
): Promise<DoneRun | undefined> {
  const usage = await readJson(fileSystem, join(folder, 'usage.json')).catch(() => undefined);
  const file = join(folder, 'results.jsonl');
  const { results_bytes, results_crc32, journal_bytes } = summary;
  if (!isUsage(usage)) return undefined;
  if (!(await isOfSize(fileSystem, file, results_bytes))) return undefined;
  const results = await contentsOf(fileSystem, file).catch(() => undefined);
  if (results?.crc32 !== results_crc32) return undefined;
  // Without a look at its middle, which may be long: whoever goes on with the run reads all of it.
  const journal = join(folder, journalName);
  if (!(await isOfSize(fileSystem, journal, journal_bytes))) return undefined;
  if (!(await hasEnds(fileSystem, journal, journal_bytes ?? 0).catch(() => false))) return undefined;

  async function* rows(): AsyncIterable<ResultRow> {
    for await (const line of fileLines(fileSystem, file)) yield JSON.parse(line.toString()) as ResultRow;
  }

  return {
    events: eventsOf(folder, summary, usage),
    results: rows,
    inOrder: () => ({
      async *take(event) {
        if (event.type === 'run_finished') yield* rows();
      },
      close: async () => {},
    }),
  };
}

async function isOfSize(fileSystem: FileSystem, path: string, bytes: number | null): Promise<boolean> {
  const found = await fileSystem.look(path).catch(() => undefined);
  return found?.kind === 'file' && found.bytes === bytes;
}

/** Whether a journal begins and ends as one does. */
async function hasEnds(fileSystem: FileSystem, path: string, bytes: number): Promise<boolean> {
  const file = await fileSystem.openToRead(path);
  try {
    const first = Buffer.alloc(longestHeader);
    const read = await file.read(first, 0);
    const last = Buffer.alloc(endLine().length);
    await file.read(last, Math.max(0, bytes - last.length));
    return (
      isSealed(first.subarray(0, Math.max(0, first.subarray(0, read).indexOf('\n')))) &&
      last.equals(endLine())
    );
  } finally {
    await file.close();
  }
}

function eventsOf(folder: string, summary: RunSummary, usage: UsageReport): RunEvent[] {
  const { counts, tool_calls, simulated, replay, name, budget } = summary;
  if (counts === null || tool_calls === null)
    throw new Error('a run is done and has not counted its records');
  const { total } = counts;
  const resumed = { kept: total, usage: usage.total };
  const started = { type: 'run_started', pipeline: name, total, concurrency: 0, folder, simulated } as const;
  return [
    { ...started, ...(replay !== null && { replayed: true }), resumed },
    {
      type: 'run_finished',
      state: 'completed',
      counts,
      tool_calls,
      usage,
      ...(budget !== null && { budget }),
      duration: 0,
      failed: false,
    },
  ];
}

/** Whether it is what a usage.json holds: rows of numbers, each with its records. */
export function isUsage(value: JsonValue | undefined): value is JsonValue & UsageReport {
  if (!isObject(value)) return false;
  const { total, by_step, by_model } = value;
  if (!isObject(by_step) || !isObject(by_model)) return false;
  return [total, ...Object.values(by_step), ...Object.values(by_model)].every(isRow);
}

function isRow(value: JsonValue | undefined): boolean {
  const records = isObject(value) ? value['records'] : undefined;
  return typeof records === 'number' && records >= 0 && readUsage(value) !== undefined;
}
