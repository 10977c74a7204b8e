import { existsSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { JsonObject } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { partOf } from '../records/spool.ts';
import type { DoneRun } from '../run/done-run.ts';
import type { StopReason } from '../run/events.ts';
import type { RunFolder } from '../run/folder.ts';
import type { RunMeta } from '../run/run-summary.ts';
import { runsFolder } from './find-run.ts';
import { filesFolder } from './image-folder.ts';
import { selectionOf, type Prepared } from './prepare.ts';
import { recordingsMeta } from './recordings.ts';
import type { ReadyRun } from './ready-run.ts';
import type { RunFlags } from './run-flags.ts';
import type { Terminal } from './terminal.ts';

/** The folder to run in, or an earlier run there of which nothing is left to do. */
export type OpenedFolder =
  | { readonly kind: 'folder'; readonly results: RunFolder }
  | { readonly kind: 'done'; readonly results: DoneRun };

/** A new folder in `runs/`; or the one of `--run-dir`, which is gone on with where it has a run already. */
export async function openFolder(run: ReadyRun): Promise<Result<OpenedFolder, StopReason>> {
  const { terminal, flags, prepared } = run;
  const [{ createRunFolder }, { holdRun }] = await Promise.all([
    import('../run/folder.ts'),
    import('../run/earlier-run.ts'),
  ]);
  const meta = metaOf(run);
  const services = { pid: terminal.pid };
  const chosen = flags.runDir === undefined ? undefined : resolve(terminal.cwd, flags.runDir);
  if (chosen !== undefined) {
    const held = await holdRun(chosen, services);
    if (!held.ok) return held;
    const done = await held.value?.done(meta);
    if (done !== undefined) return success({ kind: 'done', results: done });
    const resumed = await held.value?.resume(meta, { force: flags.resume?.force === true });
    if (resumed !== undefined) return asFolder(resumed, prepared);
  }
  const place = chosen ?? { runsDir: join(terminal.cwd, runsFolder), name: prepared.plan.name };
  return asFolder(await createRunFolder(place, meta, services), prepared);
}

/** An input that comes once is copied into the folder as it is read, so that the run can be gone on with. */
async function asFolder(
  opened: Result<RunFolder, StopReason>,
  { source }: Prepared,
): Promise<Result<OpenedFolder, StopReason>> {
  if (!opened.ok) return opened;
  const spooled = await source.spoolTo(join(opened.value.path, spoolName));
  if (spooled.ok) return success({ kind: 'folder', results: opened.value });
  await opened.value.release();
  const { spoolFailed } = await import('../run/reasons.ts');
  return failure(spoolFailed(spooled.error.message));
}

/** The copy of an input that comes once, in the run's folder. */
const spoolName = 'stdin';

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
  const begun = await Promise.all([isFile(spool), isFile(join(folder, 'run.json'))]);
  if (begun.includes(false) || !(await comesOnce(input))) return success(undefined);
  const { isCopied } = await import('../records/spooled.ts');
  const same = await isCopied({ input, stdin: terminal.stdin, path: spool });
  if (same.ok && same.value) return success(spool);
  const { otherInput } = await import('../run/reasons.ts');
  return failure(
    otherInput(
      folder,
      input === '-' ? 'standard input' : `\`${input}\``,
      same.ok ? undefined : same.error.message,
    ),
  );
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

/** What the run's folder tells of it. */
function metaOf({ terminal, flags, prepared, simulator, recordings }: ReadyRun): RunMeta {
  const { plan, source, total } = prepared;
  const selection = selectionOf(flags);
  const files = filesFolder(flags);
  const once = flags.input === '-' || flags.spool !== undefined || !source.replayable;
  return {
    plan,
    input: {
      path: once ? '-' : resolve(terminal.cwd, flags.input),
      // What comes once is known when all of it has come, at the end of the run.
      get sha256() {
        return total?.sha256 ?? source.copied?.() ?? null;
      },
      format: source.format,
    },
    simulated: simulator !== undefined,
    ...recordingsMeta(terminal, flags, recordings),
    locked: flags.locked === true,
    ...(flags.simulate !== undefined && flags.simulate !== '' && { simulator: flags.simulate }),
    ...(files !== undefined && { images: resolve(terminal.cwd, files) }),
    ...(flags.output !== undefined &&
      flags.output !== '-' && { output: resolve(terminal.cwd, flags.output) }),
    ...(total !== undefined && { available: total }),
    ...(Object.keys(selection).length > 0 && { selection: { ...selection } as JsonObject }),
  };
}
