import { access, constants, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { shownPath } from '../../diagnostic/placed.ts';
import { formatAmount, formatBytes } from '../../report/numbers.ts';
import { cacheStats } from '../../run/cache/stats.ts';
import { errorCode, inWords } from '../../run/file-system.ts';
import { listRuns } from '../../run/list-runs.ts';
import { elsewhere } from '../../run/reasons.ts';
import { cacheFolder } from '../cache-folder.ts';
import { runsFolder } from '../find-run.ts';
import { dataLines, readGitIgnores } from '../git-ignores.ts';
import { fine, missing, note, warning, type Finding } from './finding.ts';

export async function checkCache(cwd: string): Promise<Finding> {
  const folder = cacheFolder(cwd);
  const shown = shownPath(folder, cwd);
  const refused = await refusedWriting(folder);
  if (refused !== undefined)
    return warning('cache', `${shown}: ${refused}`, 'run with `--no-cache`, or mend the folder');
  const stats = await cacheStats(folder);
  if (!stats.ok) return warning('cache', stats.error.message, 'run with `--no-cache`, or mend the folder');
  const { entries, bytes } = stats.value;
  if (bytes === 0) return fine('cache', `${shown}: nothing is kept yet`);
  return fine('cache', `${shown}: ${formatAmount(entries, 'answer')}, ${formatBytes(bytes)}`);
}

export async function checkRuns(cwd: string): Promise<Finding> {
  const folder = join(cwd, runsFolder);
  const refused = await refusedWriting(folder);
  if (refused !== undefined) return missing('runs', `${runsFolder}: ${refused}`, elsewhere);
  const listed = await listRuns([folder]);
  const broken = listed.filter(({ kind }) => kind === 'broken').length;
  const kept = listed.length === 0 ? 'none is kept yet' : formatAmount(listed.length, 'run');
  if (broken === 0) return fine('runs', `${runsFolder}: ${kept}`);
  const which = `${formatAmount(broken, 'folder')} of them cannot be read`;
  return warning('runs', `${runsFolder}: ${kept}, and ${which}`, '`pipe runs --state broken` tells which');
}

/** Why nothing can be written into a folder, or where there is none, why it cannot be made. */
async function refusedWriting(folder: string): Promise<string | undefined> {
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) return 'it is no folder';
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' && dirname(folder) !== folder) return refusedWriting(dirname(folder));
    return inWords(error);
  }
}

/** Runs and cache hold what the records and the answers say. */
export async function checkGit(cwd: string): Promise<Finding> {
  const { repository, missing: lines } = await readGitIgnores(cwd);
  if (!repository) return note('git', 'this folder is in no git repository');
  if (lines.length === 0) return fine('git', `ignores ${dataLines.join(', ')}`);
  return warning(
    'git',
    `${lines.join(', ')} ${lines.length === 1 ? 'is' : 'are'} not ignored, and hold data of your records`,
    `add ${lines.length === 1 ? 'this line' : 'these lines'} to .gitignore`,
  );
}
