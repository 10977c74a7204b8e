import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Side } from '../comparison/side.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, type Result } from '../result.ts';
import { findRun, runsFolder } from './find-run.ts';
import { shownPaths } from './shown-paths.ts';
import type { Terminal } from './terminal.ts';

/** Files of a run's folder that stand for the run; any other file there is one of rows. */
const filesOfRun: ReadonlySet<string> = new Set([
  'run.json',
  'results.jsonl',
  'errors.jsonl',
  'journal.jsonl',
]);

/** What an argument of `pipe diff` names: a run by its folder, a file in it or its name in `runs/`; else a file of rows. */
export async function openSide(
  terminal: Terminal,
  given: string,
  key: string | undefined,
): Promise<Result<Side, Diagnostic>> {
  const { cwd, stdin } = terminal;
  const { openRowsSide } = await import('../comparison/rows-side.ts');
  const named = key === undefined ? {} : { key };
  if (given === '-') return openRowsSide({ path: given, stdin, ...named });
  const folder = await runFolder(cwd, given);
  if (folder !== undefined) {
    const { openRunSide } = await import('../comparison/run-side.ts');
    const opened = await openRunSide(folder, given);
    if (opened.ok) return opened;
    return failure({ ...opened.error, message: shownPaths(opened.error.message, cwd) });
  }
  const path = resolve(cwd, given);
  if ((await kindOf(path)) === undefined) return absent(cwd, given);
  // As the user named it, where that leads there too.
  return openRowsSide({ path: resolve(given) === path ? given : path, ...named });
}

async function runFolder(cwd: string, given: string): Promise<string | undefined> {
  const path = resolve(cwd, given);
  const kind = await kindOf(path);
  if (kind === 'folder') return path;
  if (kind === 'file') {
    const inRun =
      filesOfRun.has(basename(path)) && (await kindOf(join(dirname(path), 'run.json'))) === 'file';
    return inRun ? dirname(path) : undefined;
  }
  // Never rows: to read what is no file would wait for whoever writes into it.
  if (kind === 'other' && basename(path) === 'run.json') return dirname(path);
  const named = join(cwd, runsFolder, given);
  return kind === undefined && (await kindOf(named)) === 'folder' ? named : undefined;
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  return found.isDirectory() ? 'folder' : found.isFile() ? 'file' : 'other';
}

/** Nothing is there: a file of rows was meant where the name says so, else a run. */
async function absent(cwd: string, given: string): Promise<Result<never, Diagnostic>> {
  const { formatOfPath } = await import('../records/registry.ts');
  if (formatOfPath(given) !== undefined) {
    const { missingFile } = await import('../diagnostic/missing-file.ts');
    return failure(await missingFile(resolve(cwd, given), given));
  }
  const found = await findRun(cwd, given);
  if (found.ok) throw new Error(`${given} is there and is not`);
  const hint = 'give the folder of a run, its name in `runs/` (`pipe runs` lists them), or a file of rows';
  return failure(
    found.error.hint?.startsWith('did you mean') === true ? found.error : { ...found.error, hint },
  );
}
