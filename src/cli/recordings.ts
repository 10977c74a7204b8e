import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../result.ts';
import type { RunOptions } from '../run/options.ts';
import type { RunMeta } from '../run/run-summary.ts';
import { collect } from './options.ts';
import { selectionOf, type SelectionFlags } from './prepare.ts';
import type { RunFlags } from './run-flags.ts';
import { shownPaths } from './shown-paths.ts';
import type { Terminal } from './terminal.ts';

/** What `--record` and `--replay` make of a run. */
export type RecordingsOfRun = Pick<RunOptions, 'record' | 'replay'>;

export function addRecordingOptions(command: Command): Command {
  return command
    .option('--record <file>', 'record what is asked and answered, to be replayed')
    .option('--replay <path>', 'answer from a recording or a folder (repeatable)', collect)
    .option('--live-tools', 'with --replay: run the tools all the same');
}

export function strictOption(): Option {
  return new Option('--strict', 'with --replay: fail for entries that nothing uses');
}

type ConflictFlags = SelectionFlags &
  Pick<RunFlags, 'record' | 'replay' | 'simulate' | 'liveTools' | 'strict' | 'output'>;

/** What cannot stand together, as a sentence. */
export function recordingConflict(flags: ConflictFlags): string | undefined {
  const { record, replay, simulate, liveTools, strict, output } = flags;
  if (record !== undefined && replay !== undefined)
    return '--record asks the models and --replay asks nobody: keep one';
  if (replay !== undefined && simulate !== undefined)
    return '--replay and --simulate both answer in place of the models: keep one';
  if (liveTools === true && replay === undefined)
    return '--live-tools is for --replay: give both, or neither';
  if (strict === true && replay === undefined) return '--strict is for --replay: give both, or neither';
  if (strict === true && !isWhole(flags))
    return '--strict is for the whole input: without --limit, --offset, --sample and --shard';
  if (record === '-') return '--record wants a file of its own: stdout cannot be one';
  if (record !== undefined && output !== undefined && resolve(record) === resolve(output))
    return '--record and --output name the same file: keep them apart';
  return undefined;
}

/** Whether all records of the input are run. */
function isWhole(flags: SelectionFlags): boolean {
  return Object.keys(selectionOf(flags)).length === 0;
}

export interface OpenedRecordings {
  readonly recordings: RecordingsOfRun;
  readonly warnings: readonly Diagnostic[];
}

/** Reads what is replayed, or what the file of `--record` has already. All mistakes in them are told. */
export async function openRecordingsOf(
  { cwd, pid }: Terminal,
  flags: ConflictFlags & Pick<RunFlags, 'cache'>,
): Promise<Result<OpenedRecordings, readonly Diagnostic[]>> {
  const { record, replay, liveTools, strict, simulate, cache } = flags;
  if (replay !== undefined) {
    const { openRecordings } = await import('../run/recordings/open.ts');
    const opened = await openRecordings(replay, { cwd });
    if (!opened.ok) return opened;
    const { recordings, diagnostics } = opened.value;
    const unused = strict === true ? 'fail' : 'tell';
    const options = {
      recordings,
      ...(liveTools === true && { liveTools }),
      ...(isWhole(flags) && ({ unused } as const)),
    };
    return success({ recordings: { replay: options }, warnings: diagnostics });
  }
  if (record === undefined) return success({ recordings: {}, warnings: [] });
  const { openRecorder } = await import('../run/recordings/recorder.ts');
  const how = { cwd, pid, refresh: cache === false, simulated: simulate !== undefined };
  const opened = await openRecorder(record, how);
  if (!opened.ok)
    return failure(opened.error.map((one) => ({ ...one, message: shownPaths(one.message, cwd) })));
  const { recorder, diagnostics } = opened.value;
  const options = { recorder, finish: { prune: isWhole(flags) } };
  return success({ recordings: { record: options }, warnings: diagnostics });
}

/** What run.json tells of it, so that a resume goes on in the same way. */
export function recordingsMeta(
  { cwd }: Terminal,
  { record, replay, liveTools, strict }: RunFlags,
  opened: RecordingsOfRun,
): Pick<RunMeta, 'record' | 'replay'> {
  const entries = opened.replay?.recordings.entries ?? [];
  const simulated = entries.some((entry) => entry.type === 'answer' && entry.simulated);
  return {
    ...(record !== undefined && { record: resolve(cwd, record) }),
    ...(replay !== undefined && {
      replay: {
        paths: replay.map((path) => resolve(cwd, path)),
        live_tools: liveTools === true,
        strict: strict === true,
        simulated,
      },
    }),
  };
}
