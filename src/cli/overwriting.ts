import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shownPath } from '../diagnostic/placed.ts';
import { ownFiles } from '../run/own-files.ts';

/** What a command is not to write over. */
export interface Untouchable {
  readonly cwd: string;
  /** The folder of the run that it makes or goes on with. */
  readonly runDir?: string;
  /** Files that it reads, of which all were there when it began. */
  readonly reads?: readonly string[];
}

/**
 * Why a file must not be written where a flag says so: a run keeps it in its folder, or the command itself reads it;
 * undefined where it may. What stands there is left as it is, and nothing is paid for yet.
 */
export async function overwritten(
  flag: '--output' | '--record',
  path: string,
  { cwd, runDir, reads = [] }: Untouchable,
): Promise<Diagnostic | undefined> {
  const target = await targetOf(resolve(cwd, path));
  if (target === undefined) return undefined;
  if (ownFiles.has(basename(target).toLowerCase()) && (await isOfRun(dirname(target), runDir)))
    return refused(
      `\`${flag} ${path}\` is a file that a run keeps in its folder`,
      'name another: what is kept there would be lost',
    );
  const read = await sameAs(target, reads);
  if (read === undefined) return undefined;
  const name = shownPath(read, cwd);
  const what = name === path ? '' : `, \`${name}\``;
  return refused(
    `\`${flag} ${path}\` is a file that is read${what}`,
    'name another: it would be written over',
  );
}

/** The same of the rows of a run that does not come to its end, which lie beside its output and are removed later. */
export async function partialOverwritten(
  path: string,
  { cwd, reads = [] }: Untouchable,
): Promise<Diagnostic | undefined> {
  const read = await sameAs(resolve(cwd, `${path}.partial`), reads);
  if (read === undefined) return undefined;
  return refused(
    `\`${shownPath(read, cwd)}\` is read, and stands where \`--output ${path}\` leaves the rows of a run that is not completed`,
    'give it another name: it would be written over, or removed',
  );
}

/** Undefined of what is no file: nothing is lost of a device or a pipe. */
async function targetOf(path: string): Promise<string | undefined> {
  const { writeTarget } = await import('../records/write-target.ts');
  const target = await writeTarget(path).catch(() => undefined);
  return target?.kind === 'file' ? resolve(target.path) : undefined;
}

async function isOfRun(folder: string, runDir: string | undefined): Promise<boolean> {
  if (runDir !== undefined && (await sameAs(folder, [runDir])) !== undefined) return true;
  const found = await Promise.all(['run.json', 'journal.jsonl'].map((name) => lookAt(resolve(folder, name))));
  return found.some((one) => one !== undefined);
}

/** Which of them it is, by whatever path or link it is reached. */
async function sameAs(path: string, others: readonly string[]): Promise<string | undefined> {
  const [own, ...found] = await Promise.all([path, ...others].map(lookAt));
  if (own === undefined) return undefined;
  return others.find((_, at) => found[at]?.ino === own.ino && found[at].dev === own.dev);
}

function lookAt(path: string): Promise<{ readonly ino: number; readonly dev: number } | undefined> {
  return stat(path).catch(() => undefined);
}

function refused(message: string, hint: string): Diagnostic {
  return { severity: 'error', code: 'output-unwritable', message, hint };
}
