import type { AskedBefore } from '../estimate/asked-before.ts';
import type { RecordedAnswers } from '../estimate/known.ts';
import type { Recordings } from '../run/recordings/recordings.ts';
import { findRun } from './find-run.ts';
import { refuseFor } from './refuse.ts';
import { printDiagnostics, type Terminal } from './terminal.ts';

/** What is known beside the cache. */
export interface PlanSources {
  readonly recordings: readonly RecordedAnswers[];
  /** The run that is compared with. */
  readonly before: AskedBefore | undefined;
}

interface SourceFlags {
  readonly against?: string;
  /** False: the run asks for every answer, those that it has recorded before too. */
  readonly cache?: boolean;
  readonly record?: string;
  readonly replay?: readonly string[];
}

/** Opens them; undefined where one cannot be used, which is told then. */
export async function openSources(terminal: Terminal, flags: SourceFlags): Promise<PlanSources | undefined> {
  const recordings: RecordedAnswers[] = [];
  const { record, replay = [], cache } = flags;
  const named = replay.length === 0 ? undefined : await openPaths(terminal, replay, {});
  // What is yet to be recorded need not be there.
  const grown = record === undefined ? undefined : await openPaths(terminal, [record], { absent: 'empty' });
  if (named === 'refused' || grown === 'refused') return undefined;
  if (named !== undefined) recordings.push(named);
  if (grown !== undefined && cache !== false) recordings.push(goodToRecord(grown));
  const before = flags.against === undefined ? undefined : await openBefore(terminal, flags.against);
  return before === 'refused' ? undefined : { recordings, before };
}

async function openPaths(
  terminal: Terminal,
  paths: readonly string[],
  options: { readonly absent?: 'empty' },
): Promise<Recordings | 'refused'> {
  const { openRecordings } = await import('../run/recordings/open.ts');
  const opened = await openRecordings(paths, { cwd: terminal.cwd, ...options });
  await printDiagnostics(terminal, opened.ok ? opened.value.diagnostics : opened.error);
  return opened.ok ? opened.value.recordings : 'refused';
}

/** A run that records asks anew what was made up, and runs a tool again that had failed. */
function goodToRecord(recordings: Recordings): RecordedAnswers {
  return {
    answer(fingerprint) {
      const found = recordings.answer(fingerprint);
      return found?.simulated === true ? undefined : found;
    },
    tool(fingerprint) {
      const found = recordings.tool(fingerprint);
      return found?.outcome.ok === true ? found : undefined;
    },
  };
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
  await refuseFor(terminal, { format: 'text' }, opened.error);
  return 'refused';
}
