import { resolve } from 'node:path';
import { nodeFileSystem } from '../run/file-system.ts';
import type { RunSummary } from '../run/run-summary.ts';
import { runsFolder } from './find-run.ts';

/** Of the runs in `runs/`, so many are looked at: who keeps thousands is not to wait for them. */
const mostRuns = 500;

/** What the runs in `runs/` say of themselves, the newest first; folders that are no runs are passed over. */
export async function knownRuns(
  cwd: string,
  wanted: (summary: RunSummary) => boolean,
): Promise<readonly (readonly [folder: string, summary: RunSummary])[]> {
  const { newestRuns } = await import('../run/newest-runs.ts');
  const known: (readonly [string, RunSummary])[] = [];
  let looked = 0;
  for await (const { path, summary } of newestRuns(resolve(cwd, runsFolder), nodeFileSystem)) {
    if (summary.ok && wanted(summary.value)) known.push([path, summary.value]);
    looked += 1;
    if (looked === mostRuns) break;
  }
  return known;
}
