import { join, resolve } from 'node:path';
import type { JsonObject } from '../json/json.ts';
import { spoolName } from '../records/spool.ts';
import { failure, success, type Result } from '../result.ts';
import type { DoneRun } from '../run/done-run.ts';
import type { StopReason } from '../run/events.ts';
import type { RunFolder } from '../run/folder.ts';
import type { RunMeta } from '../run/run-summary.ts';
import { runsFolder } from './find-run.ts';
import { filesFolder } from './image-folder.ts';
import { selectionOf, type Prepared } from './prepare.ts';
import { recordingsMeta } from './recordings.ts';
import type { ReadyRun } from './ready-run.ts';

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
