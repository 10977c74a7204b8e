import { basename } from 'node:path';
import type { ListedRun } from '../run/list-runs.ts';
import { isMadeUp } from '../run/run-summary.ts';

/** The runs as a JSON array, for other programs; what is not known is null. */
export function runsAsJson(runs: readonly ListedRun[]): string {
  return `${JSON.stringify(runs.map(entryOf), null, 2)}\n`;
}

function entryOf(run: ListedRun) {
  const { path } = run;
  if (run.kind === 'broken') {
    const { code, message } = run.reason;
    return { name: basename(path), path, state: 'broken', reason: { code, message } };
  }
  const { summary, state, pid, counts, cost_usd, unmetered_requests, crashed_sessions } = run;
  const { reason } = summary;
  return {
    name: basename(path),
    path,
    state,
    reason: reason && { code: reason.code, message: reason.message },
    pid,
    pipeline: { name: summary.name, path: summary.pipeline?.path ?? null },
    input: summary.input.path,
    simulated: isMadeUp(summary),
    replayed: summary.replay !== null,
    counts: counts && { total: null, pending: null, ...counts },
    cost_usd,
    unmetered_requests,
    crashed_sessions,
    started: summary.started,
    finished: summary.finished,
    duration_ms: summary.duration,
    sessions: summary.sessions,
  };
}
