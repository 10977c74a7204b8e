import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { SimulatorOptions } from '../simulator/options.ts';
import { exit, type ExitCode } from './exit.ts';
import { spoolOf } from './open-folder.ts';
import { checkOutput } from './output.ts';
import { prepare, selectionOf, type Prepared } from './prepare.ts';
import type { ReadyRun } from './ready-run.ts';
import type { RunFlags } from './run-flags.ts';
import { openRecordingsOf, recordingConflict } from './recordings.ts';
import { runInFolder } from './run-in-folder.ts';
import { printDiagnostics, printError, printReason, type Terminal } from './terminal.ts';

/** Runs a pipeline file over an input, from the first check of its flags to the code that the process ends with. */
export async function runFile(terminal: Terminal, file: string, flags: RunFlags): Promise<ExitCode> {
  const conflict = conflictOf(flags);
  if (conflict !== undefined) return refuse(terminal, conflict);
  const simulated = flags.simulate === undefined ? undefined : await readSimulatorOptions(flags.simulate);
  if (simulated?.ok === false) return refuse(terminal, simulated.error);
  const output = await checkOutput(flags.output, flags.input);
  if (!output.ok) {
    await printDiagnostics(terminal, [output.error]);
    return exit.usage;
  }
  const spool = await spoolOf(terminal, flags);
  if (!spool.ok) {
    await printReason(terminal, spool.error);
    return exit.usage;
  }
  const all = spool.value === undefined ? flags : { ...flags, spool: spool.value };
  const prepared = await prepare(terminal, file, flags.input, all);
  if (!prepared.ok) {
    await printDiagnostics(terminal, prepared.error);
    return exit.usage;
  }
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
  if (!opened.ok) {
    await printDiagnostics(terminal, opened.error);
    return exit.usage;
  }
  const { recordings } = opened.value;
  const warnings = [...prepared.warnings, ...opened.value.warnings];
  const { checkStart, runsTools } = await import('../run/requirements.ts');
  const lacking = [
    ...(await streamRefused(flags, prepared)),
    ...checkStart(plan, {
      env: terminal.env,
      live: simulated === undefined && recordings.replay === undefined,
      tools: runsTools(recordings),
    }),
  ];
  if (flags.quiet !== true || lacking.length > 0) await printDiagnostics(terminal, [...warnings, ...lacking]);
  if (lacking.length > 0) return exit.usage;
  const started = simulated && (await startSimulator(simulated));
  if (started?.ok === false) return refuse(terminal, started.error.message);
  try {
    return await runInFolder({ ...run, recordings, simulator: started && { base_url: started.value.url } });
  } finally {
    await started?.value.close();
  }
}

async function refuse(terminal: Terminal, message: string): Promise<ExitCode> {
  await printError(terminal, message);
  return exit.usage;
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

async function readSimulatorOptions(options: string) {
  const { parseSimulatorOptions } = await import('../simulator/parse-options.ts');
  return parseSimulatorOptions(options);
}

async function startSimulator(options: SimulatorOptions) {
  const simulator = await import('../simulator/simulator.ts');
  return simulator.startSimulator(options);
}
