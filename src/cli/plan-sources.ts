import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { AskedBefore } from '../estimate/asked-before.ts';
import type { RecordedAnswers } from '../estimate/known.ts';
import { failure, success, type Result } from '../result.ts';
import type { Recordings } from '../run/recordings/recordings.ts';
import { findRun } from './find-run.ts';
import { diagnosticOf } from './refuse.ts';
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

/** Opens them, and warns of what is odd; fails with what cannot be used. */
export async function openSources(
  terminal: Terminal,
  flags: SourceFlags,
): Promise<Result<PlanSources, readonly Diagnostic[]>> {
  const { record, replay = [], cache } = flags;
  const named = replay.length === 0 ? undefined : await openPaths(terminal, replay, {});
  // What is yet to be recorded need not be there.
  const grown = record === undefined ? undefined : await openPaths(terminal, [record], { absent: 'empty' });
  const mistakes = [named, grown].flatMap((one) => (one === undefined || one.ok ? [] : one.error));
  if (mistakes.length > 0) return failure(mistakes);
  const recordings = [
    ...(named?.ok === true ? [named.value] : []),
    ...(grown?.ok === true && cache !== false ? [goodToRecord(grown.value)] : []),
  ];
  if (flags.against === undefined) return success({ recordings, before: undefined });
  const before = await readBefore(terminal, flags.against);
  return before.ok ? success({ recordings, before: before.value }) : failure([before.error]);
}

async function openPaths(
  terminal: Terminal,
  paths: readonly string[],
  options: { readonly absent?: 'empty' },
): Promise<Result<Recordings, readonly Diagnostic[]>> {
  const { openRecordings } = await import('../run/recordings/open.ts');
  const opened = await openRecordings(paths, { cwd: terminal.cwd, ...options });
  if (!opened.ok) return opened;
  await printDiagnostics(terminal, opened.value.diagnostics);
  return success(opened.value.recordings);
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

async function readBefore({ cwd }: Terminal, run: string): Promise<Result<AskedBefore, Diagnostic>> {
  const found = await findRun(cwd, run);
  if (!found.ok) return found;
  const { readAskedBefore } = await import('../estimate/asked-before.ts');
  const read = await readAskedBefore(found.value);
  return read.ok ? read : failure(diagnosticOf(read.error, cwd));
}
