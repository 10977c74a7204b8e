import { join, resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonObject } from '../json/json.ts';
import { outputUnwritable } from '../report/paths.ts';
import type { RunEvent } from '../run/events.ts';
import type { RunFolder } from '../run/folder.ts';
import type { SimulatorEndpoint } from '../run/options.ts';
import { exit, exitCodeOf, type ExitCode } from './exit.ts';
import type { RunOutput } from './output.ts';
import { filesFolder } from './image-folder.ts';
import { selectionOf, type Prepared } from './prepare.ts';
import { watchReader } from './reader.ts';
import { createReporters } from './reporters.ts';
import { openRows } from './rows.ts';
import type { RunFlags } from './run-flags.ts';
import { listenForInterrupts } from './signals.ts';
import { printError, type Terminal } from './terminal.ts';

/** A run whose mistakes have all been found: it can begin. */
export interface Run {
  readonly terminal: Terminal;
  readonly file: string;
  readonly flags: RunFlags;
  readonly prepared: Prepared;
  readonly output: RunOutput;
  readonly simulator: SimulatorEndpoint | undefined;
}

export async function runInFolder(run: Run): Promise<ExitCode> {
  const { terminal, flags, prepared, simulator } = run;
  const { plan, source, total } = prepared;
  const { createRunFolder } = await import('../run/folder.ts');
  const place = flags.runDir ?? { runsDir: join(terminal.cwd, 'runs'), name: plan.name };
  const selection = selectionOf(flags);
  const files = filesFolder(flags);
  const folder = await createRunFolder(place, {
    plan,
    input: {
      path: source.replayable ? resolve(terminal.cwd, source.path) : '-',
      sha256: total?.sha256 ?? null,
    },
    simulated: simulator !== undefined,
    ...(files !== undefined && { images: resolve(terminal.cwd, files) }),
    ...(Object.keys(selection).length > 0 && { selection: { ...selection } as JsonObject }),
  });
  if (folder.ok) return follow(run, folder.value);
  await printError(terminal, folder.error.message, undefined, folder.error.code.replaceAll('_', '-'));
  return folder.error.kind === 'input' ? exit.usage : exit.local;
}

/** Runs, tells of it, and leaves the rows where they were asked for. */
async function follow(run: Run, folder: RunFolder): Promise<ExitCode> {
  const { terminal, file, flags, prepared, output, simulator } = run;
  const { plan, source, total } = prepared;
  const [{ runPipeline }, { outputClosed }, { selectRecords, selectedCount }] = await Promise.all([
    import('../run/run.ts'),
    import('../run/reasons.ts'),
    import('../records/selection.ts'),
  ]);
  const selection = selectionOf(flags);
  const files = filesFolder(flags);
  const interrupts = listenForInterrupts();
  const dataOnStdout = output.kind === 'stdout' || flags.stream === true;
  const reader = dataOnStdout ? watchReader(terminal, () => interrupts.stop(outputClosed)) : undefined;
  const rows = await openRows({ terminal, output, folder, plan, source });
  const reporter = await createReporters(terminal, {
    ...flags,
    pipelinePath: file,
    inputPath: flags.input,
    steps: plan.steps.length,
    flags: flagsToRepeat(flags),
    ...(flags.output !== undefined && { outputPath: flags.output }),
  });
  let code: ExitCode = exit.local;
  try {
    const records = selectRecords(source.read(plan.input.schema), selection, total);
    for await (const event of runPipeline(plan, records, {
      env: terminal.env,
      folder,
      ...(files !== undefined && { files }),
      ...(flags.stream === true && { stream: true }),
      total: total === undefined ? null : selectedCount(total, selection),
      drain: interrupts.drain,
      abort: interrupts.abort,
      ...(simulator !== undefined && { simulator }),
      ...(flags.failFast !== undefined && { failFast: flags.failFast }),
      ...(flags.maxFailures !== undefined && { maxFailures: flags.maxFailures }),
    })) {
      const lost = await rows.on(event, (sentence) => reporter.message(sentence));
      const told = lost === undefined ? event : withLostRows(event, lost);
      if (told.type === 'run_finished') code = exitCodeOf(told);
      if (reader?.gone !== true) reporter.on(told);
    }
  } finally {
    reporter.finish();
    await rows.close();
    reader?.release();
    interrupts.release();
  }
  return code;
}

/** The run is through, and its folder is whole; but what the user asked for is not there. */
function withLostRows(event: RunEvent, { message }: Diagnostic): RunEvent {
  if (event.type !== 'run_finished' || event.reason?.kind === 'local') return event;
  return { ...event, state: 'stopped', reason: { kind: 'local', code: outputUnwritable, message } };
}

/** Those that say how records are run, not which ones or where to. */
function flagsToRepeat({
  simulate,
  model,
  var: vars = [],
  set: sets = [],
  concurrency,
}: RunFlags): readonly string[] {
  return [
    ...(simulate === undefined ? [] : [simulate === '' ? '--simulate' : `--simulate=${simulate}`]),
    ...(model === undefined ? [] : ['--model', model]),
    ...vars.flatMap((value) => ['--var', value]),
    ...sets.flatMap((value) => ['--set', value]),
    ...(concurrency === undefined ? [] : ['--concurrency', String(concurrency)]),
  ];
}
