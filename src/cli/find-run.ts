import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { failure, success, type Result } from '../result.ts';
import { nodeFileSystem } from '../run/file-system.ts';

/** Where `pipe run` keeps its runs, below the working directory. */
export const runsFolder = 'runs';

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
    let isOther = false;
    for (const path of [resolve(cwd, run), join(runs, run)]) {
      const found = await stat(path).catch(() => undefined);
      if (found?.isDirectory() === true) return success(path);
      if (found?.isFile() !== true) continue;
      if ((await readdir(dirname(path))).includes('run.json')) return success(dirname(path));
      isOther = true;
    }
    const meant = didYouMean(run, names);
    const hint =
      meant !== undefined
        ? `did you mean \`${meant}\`?`
        : names.length === 0
          ? 'give the path of its folder'
          : `\`pipe runs\` lists those in \`${runsFolder}/\`; give the path of one elsewhere`;
    return missing(isOther ? `\`${run}\` is a file, and none of a run` : `there is no run \`${run}\``, hint);
  }
  const { newestRuns } = await import('../run/newest-runs.ts');
  for await (const { path } of newestRuns(runs, nodeFileSystem)) return success(path);
  return missing(`there is no run in \`${runsFolder}/\``, `name its folder: pipe ${command} <folder>`);
}

function missing(message: string, hint: string): Result<never, Diagnostic> {
  return failure({ severity: 'error', code: 'no-run', message, hint });
}
