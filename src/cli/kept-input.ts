import { existsSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { failure, success, type Result } from '../result.ts';
import { partOf, spoolName } from '../records/spool.ts';
import type { StopReason } from '../run/events.ts';
import type { RunFlags } from './run-flags.ts';
import type { Terminal } from './terminal.ts';

/**
 * What to read in place of an input that comes once, where the run was begun with it before; undefined where nothing is
 * to be. An input that comes again has to be what it was.
 */
export async function spoolOf(
  terminal: Terminal,
  { input, runDir, resume }: RunFlags,
): Promise<Result<string | undefined, StopReason>> {
  if (runDir === undefined) return success(undefined);
  const folder = resolve(terminal.cwd, runDir);
  const spool = join(folder, spoolName);
  if (await endsWithinRecord(folder)) await keepAsPart(folder);
  if (resume !== undefined) return success(input === '-' ? spool : undefined);
  if (!(await isFile(join(folder, 'run.json'))) || !(await comesOnce(input))) return success(undefined);
  const { isCopied, restoreCopy } = await import('../records/spooled.ts');
  const copied = { input, stdin: terminal.stdin, path: spool };
  const sha256 = (await isFile(spool)) ? undefined : await sumOfLost(folder);
  if (sha256 === undefined && !(await isFile(spool))) return success(undefined);
  const same = sha256 === undefined ? await isCopied(copied) : await restoreCopy(copied, sha256);
  if (same.ok && same.value) return success(spool);
  const { otherInput } = await import('../run/reasons.ts');
  const name = input === '-' ? 'standard input' : `\`${input}\``;
  const why = same.ok ? undefined : same.error.message;
  return failure(
    otherInput(folder, name, { isKept: sha256 === undefined, ...(why !== undefined && { why }) }),
  );
}

/** The sha256 of an input of which the run has had a whole copy, and has none any more. */
async function sumOfLost(folder: string): Promise<string | undefined> {
  if (hasPartOfInput(folder)) return undefined;
  const { readRun } = await import('../run/read-summary.ts');
  const run = await readRun(folder);
  return run.ok && run.value.input.path === '-' ? (run.value.input.sha256 ?? undefined) : undefined;
}

/** Whether a run that nobody is at work on has stopped before it came to where its input was cut off. */
async function endsWithinRecord(folder: string): Promise<boolean> {
  const path = join(folder, spoolName);
  if (!(await isFile(path))) return false;
  const [{ readRun }, { isHeld }] = await Promise.all([
    import('../run/read-summary.ts'),
    import('../run/lock.ts'),
  ]);
  const run = await readRun(folder);
  if (!run.ok || run.value.state === 'completed' || run.value.input.format === null) return false;
  if (await isHeld(folder)) return false;
  const { isCutOff } = await import('../records/spooled.ts');
  return isCutOff({ path, format: run.value.input.format });
}

/** Whether a run's folder has the beginning of an input that comes once, and not the rest. */
export function hasPartOfInput(folder: string): boolean {
  return existsSync(partOf(join(folder, spoolName)));
}

/**
 * What came of an input and breaks off within a row, an array or a gzip stream counts as its beginning, since
 * whoever sent it may have been cut off: it can come again, whole.
 */
export async function keepAsPart(folder: string): Promise<void> {
  const spool = join(folder, spoolName);
  // A file that is read in its own place has no spool. One that keeps its name can still be run on into another folder.
  await rename(spool, partOf(spool)).catch(() => undefined);
}

async function comesOnce(input: string): Promise<boolean> {
  if (input === '-') return true;
  const found = await stat(input).catch(() => undefined);
  return found?.isFIFO() === true;
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true;
}
