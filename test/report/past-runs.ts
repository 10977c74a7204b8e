import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunSummary } from '../../src/run/run-summary.ts';
import { journalOf } from '../run/journal/journals.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** What run.json says of a run that went through; a test says what differs. */
export function summaryOf(options: Partial<RunSummary> = {}): RunSummary {
  return {
    format: 1,
    state: 'completed',
    reason: null,
    pipe: '0.1.0',
    name: 'tickets',
    pipeline: null,
    files: [],
    input: { path: null, sha256: null, format: null },
    selection: null,
    images: null,
    vars: {},
    overrides: [],
    simulated: false,
    simulator: null,
    replay: null,
    record: null,
    output: null,
    sessions: 1,
    models: {},
    counts: { total: 0, succeeded: 0, failed: 0, skipped: 0, pending: 0 },
    tool_calls: { total: 0, failed: 0 },
    usage: null,
    cost_usd: null,
    budget: null,
    results_bytes: null,
    journal_bytes: null,
    started: '2026-01-31T23:59:58.000Z',
    finished: '2026-01-31T23:59:59.500Z',
    duration: 1500,
    ...options,
  };
}

/** A run's folder with these lines in its journal. */
export function pastRun(lines: readonly string[], options: Partial<RunSummary> = {}) {
  const folder = join(temporaryFolder(), 'tickets-20260131T235958Z-0a1b');
  mkdirSync(folder);
  const summary = summaryOf(options);
  writeFileSync(join(folder, 'run.json'), JSON.stringify(summary));
  writeFileSync(join(folder, 'journal.jsonl'), journalOf(...lines));
  return { folder, summary };
}
