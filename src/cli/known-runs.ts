import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RunSummary } from '../run/run-summary.ts';
import { runsFolder, timeOf } from './find-run.ts';

/** Of the runs in `runs/`, so many are looked at: who keeps thousands is not to wait for them. */
const mostRuns = 500;

/** What the runs in `runs/` say of themselves, the newest first; folders that are no runs are passed over. */
export async function knownRuns(
  cwd: string,
  wanted: (summary: RunSummary) => boolean,
): Promise<readonly (readonly [folder: string, summary: RunSummary])[]> {
  const { readRun } = await import('../run/read-summary.ts');
  const runs = resolve(cwd, runsFolder);
  const names = await readdir(runs).catch(() => []);
  const newest = names
    .filter((name) => timeOf(name) !== '')
    .toSorted((one, other) => timeOf(other).localeCompare(timeOf(one)))
    .slice(0, mostRuns);
  const read = await Promise.all(
    newest.map(async (name) => [resolve(runs, name), await readRun(resolve(runs, name))] as const),
  );
  return read
    .flatMap(([folder, summary]) =>
      summary.ok && wanted(summary.value) ? [[folder, summary.value] as const] : [],
    )
    .toSorted(([, one], [, other]) => other.started.localeCompare(one.started));
}
