import { join } from 'node:path';
import { isObject, type JsonValue } from '../json/json.ts';
import type { RunEvent, UsageReport } from './events.ts';
import type { FileSystem } from './file-system.ts';
import { fileLines } from './file-lines.ts';
import type { ResultRow } from './journal/reader.ts';
import type { RunResults } from './results.ts';
import type { RunSummary } from './run-summary.ts';
import { readJson } from './whole-file.ts';

/** A run of which nothing is left to do. */
export interface DoneRun extends RunResults {
  /** What a run tells that finds all done: how it began and how it ended. */
  readonly events: AsyncIterable<RunEvent>;
}

/** Reads what a run has left in its folder; undefined where a file of it is not there, or not what it was. */
export async function readDone(
  fileSystem: FileSystem,
  folder: string,
  summary: RunSummary,
): Promise<DoneRun | undefined> {
  const usage = await readJson(fileSystem, join(folder, 'usage.json')).catch(() => undefined);
  const file = join(folder, 'results.jsonl');
  const bytes = await fileSystem.look(file).then(
    (found) => (found.kind === 'file' ? found.bytes : null),
    () => null,
  );
  if (!isUsage(usage) || bytes === null || bytes !== summary.results_bytes) return undefined;

  async function* results(): AsyncIterable<ResultRow> {
    for await (const line of fileLines(fileSystem, file)) yield JSON.parse(line.toString()) as ResultRow;
  }

  return {
    events: eventsOf(folder, summary, usage),
    results,
    inOrder: () => ({
      async *take(event) {
        if (event.type === 'run_finished') yield* results();
      },
      close: async () => {},
    }),
  };
}

async function* eventsOf(folder: string, summary: RunSummary, usage: UsageReport): AsyncIterable<RunEvent> {
  const { counts, tool_calls, simulated, replay, name, budget } = summary;
  if (counts === null || tool_calls === null)
    throw new Error('a run is done and has not counted its records');
  const { total } = counts;
  const resumed = { kept: total, usage: usage.total };
  const started = { type: 'run_started', pipeline: name, total, concurrency: 0, folder, simulated } as const;
  yield { ...started, ...(replay !== null && { replayed: true }), resumed };
  yield {
    type: 'run_finished',
    state: 'completed',
    counts,
    tool_calls,
    usage,
    ...(budget !== null && { budget }),
    duration: 0,
    failed: false,
  };
}

function isUsage(value: JsonValue | undefined): value is JsonValue & UsageReport {
  return isObject(value) && ['total', 'by_step', 'by_model'].every((name) => isObject(value[name]));
}
