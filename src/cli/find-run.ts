import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { failure, success, type Result } from '../result.ts';

/** Where `pipe run` keeps its runs, below the working directory. */
export const runsFolder = 'runs';

/** What `pipe run` puts behind a pipeline's name: its runs by time, and those of one second apart. */
const stamp = /-(\d{8}T\d{6}Z)-[0-9a-f]{4}$/;

/** The folder of a run, absolute: by its path, by its name in `runs/`, or the newest there. */
export async function findRun(cwd: string, run: string | undefined): Promise<Result<string, Diagnostic>> {
  const runs = resolve(cwd, runsFolder);
  const names = await readdir(runs).catch(() => []);
  if (run !== undefined) {
    for (const path of [resolve(cwd, run), join(runs, run)]) {
      const found = await stat(path).catch(() => undefined);
      if (found?.isDirectory() === true) return success(path);
    }
    const meant = didYouMean(run, names);
    const hint = meant === undefined ? 'give the path of its folder' : `did you mean \`${meant}\`?`;
    return missing(`there is no run \`${run}\``, hint);
  }
  const newest = names
    .filter((name) => stamp.test(name))
    .sort((one, other) => timeOf(one).localeCompare(timeOf(other)))
    .at(-1);
  if (newest !== undefined) return success(join(runs, newest));
  return missing(`there is no run in \`${runsFolder}/\``, 'name its folder: pipe resume <folder>');
}

function timeOf(name: string): string {
  return stamp.exec(name)?.[1] ?? '';
}

function missing(message: string, hint: string): Result<never, Diagnostic> {
  return failure({ severity: 'error', code: 'no-run', message, hint });
}
