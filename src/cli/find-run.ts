import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { failure, success, type Result } from '../result.ts';

/** Where `pipe run` keeps its runs, below the working directory. */
export const runsFolder = 'runs';

/** What `pipe run` puts behind a pipeline's name: its runs by time, and those of one second apart. */
const stamp = /-(\d{8}T\d{6}Z)-[0-9a-f]{4}$/;

/**
 * The folder of a run, absolute: by its path or that of a file in it, by its name in `runs/`, or the newest there.
 * `command`: the one that asks, for the remedy.
 */
export async function findRun(
  cwd: string,
  run: string | undefined,
  command = 'resume',
): Promise<Result<string, Diagnostic>> {
  const runs = resolve(cwd, runsFolder);
  const names = await readdir(runs).catch(() => []);
  if (run !== undefined) {
    for (const path of [resolve(cwd, run), join(runs, run)]) {
      const found = await stat(path).catch(() => undefined);
      if (found?.isDirectory() === true) return success(path);
      if (found?.isFile() === true && (await readdir(dirname(path))).includes('run.json'))
        return success(dirname(path));
    }
    const meant = didYouMean(run, names);
    const hint =
      meant !== undefined
        ? `did you mean \`${meant}\`?`
        : names.length === 0
          ? 'give the path of its folder'
          : `\`pipe runs\` lists those in \`${runsFolder}/\`; give the path of one elsewhere`;
    return missing(`there is no run \`${run}\``, hint);
  }
  const stamped = names.filter((name) => stamp.test(name));
  const latest = stamped.map(timeOf).toSorted().at(-1);
  const newest = await lastBegun(
    stamped.filter((name) => timeOf(name) === latest).map((name) => join(runs, name)),
  );
  if (newest !== undefined) return success(newest);
  return missing(`there is no run in \`${runsFolder}/\``, `name its folder: pipe ${command} <folder>`);
}

/** Of runs that were begun in the same second, whose names do not tell it. */
async function lastBegun(folders: readonly string[]): Promise<string | undefined> {
  if (folders.length < 2) return folders[0];
  const { readRun } = await import('../run/read-summary.ts');
  const begun = await Promise.all(
    folders.map(async (folder) => {
      const summary = await readRun(folder);
      return { folder, started: summary.ok ? summary.value.started : '' };
    }),
  );
  return begun.toSorted((one, other) => one.started.localeCompare(other.started)).at(-1)?.folder;
}

/** The time in the name of a run, as `20260131T235958Z`; empty where it has none. */
export function timeOf(name: string): string {
  return stamp.exec(name)?.[1] ?? '';
}

function missing(message: string, hint: string): Result<never, Diagnostic> {
  return failure({ severity: 'error', code: 'no-run', message, hint });
}
