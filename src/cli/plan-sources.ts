import type { AskedBefore } from '../estimate/asked-before.ts';
import type { Recordings } from '../run/recordings/recordings.ts';
import { findRun } from './find-run.ts';
import { printDiagnostics, printReason, type Terminal } from './terminal.ts';

/** What is known beside the cache. */
export interface PlanSources {
  readonly recordings: readonly Recordings[];
  /** The run that is compared with. */
  readonly before: AskedBefore | undefined;
}

interface SourceFlags {
  readonly against?: string;
  readonly record?: string;
  readonly replay?: readonly string[];
}

/** Opens them; undefined where one cannot be used, which is told then. */
export async function openSources(terminal: Terminal, flags: SourceFlags): Promise<PlanSources | undefined> {
  const recordings: Recordings[] = [];
  const { record, replay = [] } = flags;
  const named = replay.length === 0 || (await addRecordings(terminal, replay, {}, recordings));
  // What is yet to be recorded need not be there.
  const grown =
    record === undefined || (await addRecordings(terminal, [record], { absent: 'empty' }, recordings));
  if (!named || !grown) return undefined;
  const before = flags.against === undefined ? undefined : await openBefore(terminal, flags.against);
  return before === 'refused' ? undefined : { recordings, before };
}

async function addRecordings(
  terminal: Terminal,
  paths: readonly string[],
  options: { readonly absent?: 'empty' },
  recordings: Recordings[],
): Promise<boolean> {
  const { openRecordings } = await import('../run/recordings/open.ts');
  const opened = await openRecordings(paths, { cwd: terminal.cwd, ...options });
  await printDiagnostics(terminal, opened.ok ? opened.value.diagnostics : opened.error);
  if (opened.ok) recordings.push(opened.value.recordings);
  return opened.ok;
}

async function openBefore(terminal: Terminal, run: string): Promise<AskedBefore | 'refused'> {
  const found = await findRun(terminal.cwd, run);
  if (!found.ok) {
    await printDiagnostics(terminal, [found.error]);
    return 'refused';
  }
  const { openAskedBefore } = await import('../estimate/asked-before.ts');
  const opened = await openAskedBefore(found.value);
  if (opened.ok) return opened.value;
  await printReason(terminal, opened.error);
  return 'refused';
}
