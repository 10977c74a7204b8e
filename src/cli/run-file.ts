import { resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Held } from '../lockfile/hold.ts';
import type { SimulatorOptions } from '../simulator/options.ts';
import type { ExitCode } from './exit.ts';
import { inputWarnings } from './input-warnings.ts';
import { spoolOf } from './kept-input.ts';
import { checkOutput } from './output.ts';
import { overwritten, partialOverwritten } from './overwriting.ts';
import { prepare, selectionOf, type Prepared } from './prepare.ts';
import type { ReadyRun } from './ready-run.ts';
import { refuse, refuseFor, refuseUse } from './refuse.ts';
import type { RunFlags } from './run-flags.ts';
import { openRecordingsOf, recordingConflict, type RecordingsOfRun } from './recordings.ts';
import { runInFolder } from './run-in-folder.ts';
import { readSimulatorOptions, startSimulator } from './simulation.ts';
import { printDiagnostics, type Terminal } from './terminal.ts';

/** Runs a pipeline file over an input, from the first check of its flags to the code that the process ends with. */
export async function runFile(terminal: Terminal, file: string, flags: RunFlags): Promise<ExitCode> {
  const conflict = conflictOf(flags);
  if (conflict !== undefined) return refuseUse(terminal, flags, conflict);
  const simulated = flags.simulate === undefined ? undefined : await readSimulatorOptions(flags.simulate);
  if (simulated?.ok === false) return refuseUse(terminal, flags, simulated.error);
  const output = await checkOutput(flags.output, flags.input);
  if (!output.ok) return refuse(terminal, flags, [output.error]);
  const spool = await spoolOf(terminal, flags);
  if (!spool.ok) return refuseFor(terminal, flags, spool.error);
  const all = spool.value === undefined ? flags : { ...flags, spool: spool.value };
  const prepared = await prepare(terminal, file, flags.input, all);
  if (!prepared.ok) return refuse(terminal, flags, prepared.error);
  try {
    return await runPrepared(
      { terminal, file, flags: all, prepared: prepared.value, output: output.value },
      simulated?.value,
    );
  } finally {
    await prepared.value.source.close();
  }
}

/** Begins the simulator, where there is to be one, and the run, where nothing is lacking. */
async function runPrepared(
  run: Omit<ReadyRun, 'simulator' | 'recordings'>,
  simulated: SimulatorOptions | undefined,
): Promise<ExitCode> {
  const { terminal, flags, prepared } = run;
  const { plan } = prepared;
  const opened = await openRecordingsOf(terminal, flags);
  if (!opened.ok) return refuse(terminal, flags, [...prepared.warnings, ...opened.error]);
  const { recordings } = opened.value;
  const { checkStart, runsTools } = await import('../run/requirements.ts');
  const held = flags.locked === true ? await heldLock(run) : undefined;
  const lacking = [
    ...(await overwriting(run, recordings)),
    ...(held?.diagnostics.filter(({ severity }) => severity === 'error') ?? []),
    ...(await streamRefused(flags, prepared)),
    ...checkStart(plan, {
      env: terminal.env,
      live: simulated === undefined && recordings.replay === undefined,
      tools: runsTools(recordings),
    }),
  ];
  const unlocked = held?.diagnostics.filter(({ severity }) => severity === 'warning') ?? [];
  const warnings = [
    ...prepared.warnings,
    ...(await warningsOfInput(flags, prepared)),
    ...opened.value.warnings,
    ...unlocked,
  ];
  if (lacking.length > 0) return refuse(terminal, flags, [...warnings, ...lacking]);
  if (flags.quiet !== true) await printDiagnostics(terminal, warnings);
  const started = simulated && (await startSimulator(simulated));
  if (started?.ok === false) return refuseUse(terminal, flags, started.error.message);
  try {
    return await runInFolder({
      ...run,
      prepared: { ...prepared, warnings },
      ...(held !== undefined && { pins: held.pins }),
      recordings,
      simulator: started && { base_url: started.value.url },
    });
  } finally {
    await started?.value.close();
  }
}

/** What `--output` and `--record` would write over. */
async function overwriting(
  { terminal: { cwd }, flags, prepared, output }: Omit<ReadyRun, 'simulator' | 'recordings'>,
  { replay }: RecordingsOfRun,
): Promise<readonly Diagnostic[]> {
  const { input, record, runDir } = flags;
  const kept = {
    cwd,
    ...(runDir !== undefined && { runDir: resolve(cwd, runDir) }),
    reads: [
      ...(input === '-' ? [] : [resolve(cwd, input)]),
      ...prepared.plan.files.map(({ path }) => path),
      ...(replay?.recordings.files ?? []),
    ],
  };
  const found = await Promise.all([
    ...(record === undefined ? [] : [overwritten('--record', record, kept)]),
    ...(output.kind === 'file'
      ? [overwritten('--output', output.path, kept), partialOverwritten(output.path, kept)]
      : []),
  ]);
  return found.filter((one) => one !== undefined);
}

/** What was hardly meant of the input: a resume was told of it when it began. */
async function warningsOfInput(
  flags: RunFlags,
  { plan, source, total }: Prepared,
): Promise<readonly Diagnostic[]> {
  if (total === undefined || flags.resume !== undefined) return [];
  const { selectedCount } = await import('../records/selection.ts');
  const selected = total.records === 0 ? 0 : Math.max(1, selectedCount(total, selectionOf(flags)));
  return inputWarnings(plan, source, selected);
}

/** Who has answered a simulated run is made up, too. */
async function heldLock({
  file,
  flags,
  prepared,
}: Omit<ReadyRun, 'simulator' | 'recordings'>): Promise<Held> {
  const { resume, simulate } = flags;
  const { holdLock } = await import('../lockfile/hold.ts');
  return holdLock(prepared.plan, file, simulate === undefined ? resume?.answered : undefined);
}

/** Tokens of several records would be a tangle: there has to be one, and that has to be known before it begins. */
async function streamRefused(flags: RunFlags, { total }: Prepared): Promise<readonly Diagnostic[]> {
  if (flags.stream !== true || (total === undefined && flags.limit === 1)) return [];
  const { selectedCount } = await import('../records/selection.ts');
  const count = total && selectedCount(total, selectionOf(flags));
  if (count === 1) return [];
  const what =
    count === undefined
      ? 'this input may have more'
      : count === 0
        ? 'no record is selected'
        : `${count} are selected`;
  const hint = count === 0 ? 'select one' : 'add `--limit 1`';
  return [{ severity: 'error', code: 'usage', message: `\`--stream\` is for one record, and ${what}`, hint }];
}

function conflictOf(flags: RunFlags): string | undefined {
  const { output, format, sample, seed, stream } = flags;
  if (stream === true && output === '-') return '--stream and --output - both want stdout: keep one';
  if (stream === true && format === 'json') return '--stream and --format json both want stdout: keep one';
  if (output === '-' && format === 'json') return '--output - and --format json both want stdout: keep one';
  if (seed !== undefined && sample === undefined) return '--seed is for --sample: give both, or neither';
  return recordingConflict(flags);
}
