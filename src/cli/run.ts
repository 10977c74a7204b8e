import { join, resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import type { Endpoint } from '../run/options.ts';
import type { RunFolder } from '../run/folder.ts';
import type { SimulatorOptions } from '../simulator/options.ts';
import { exit, exitCodeOf, type ExitCode } from './exit.ts';
import { positiveInteger } from './options.ts';
import { checkOutput, type RunOutput } from './output.ts';
import {
  addPipelineOptions,
  addSelectionOptions,
  inputOption,
  prepare,
  selectionOf,
  type Prepared,
  type PipelineFlags,
  type SelectionFlags,
} from './prepare.ts';
import { createReporters } from './reporters.ts';
import { openRows } from './rows.ts';
import { listenForInterrupts } from './signals.ts';
import { printDiagnostics, printError, type Terminal } from './terminal.ts';

export interface RunFlags extends PipelineFlags, SelectionFlags {
  readonly input: string;
  readonly output?: string;
  readonly runDir?: string;
  readonly simulate?: string;
  readonly failFast?: boolean;
  readonly maxFailures?: number;
  readonly format: 'text' | 'json';
  readonly quiet?: boolean;
}

export function runCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = new Command('run')
    .description('Run a pipeline over every record of a file')
    .addArgument(new Argument('<file>', 'the pipeline file'))
    .addOption(inputOption().makeOptionMandatory())
    .option('--output <file>', 'write the result rows here too: .jsonl, .csv, .tsv or .json; - for stdout')
    .option('--run-dir <dir>', 'the folder of this run (default: a new one in runs/)')
    .option(
      '--simulate [options]',
      'answer from a local simulator, such as --simulate=latency=300ms,errors=2%',
    );
  return addSelectionOptions(addPipelineOptions(command))
    .option('--concurrency <n>', 'calls under way at one time', positiveInteger)
    .option('--fail-fast', 'stop at the first failed record')
    .option('--max-failures <n>', 'stop at the nth failed record', positiveInteger)
    .addOption(
      new Option('--format <format>', 'how the run is told: text on stderr, or one JSON object on stdout')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--quiet', 'say only why a run stopped and how many records failed')
    .addHelpText(
      'after',
      `
Examples:
  $ pipe run translate.yaml --input rows.jsonl --simulate
  $ pipe run translate.yaml --input rows.csv --output out.csv --var output_language=German
  $ pipe run translate.yaml --input rows.jsonl --sample 20 --seed 1 --model mistral-large-latest
  $ cat rows.jsonl | pipe run translate.yaml --input - --output - | head

The first Ctrl-C finishes the calls under way, the second ends at once.
What --simulate takes: pipe simulator --help`,
    )
    .action(async (file: string, flags: RunFlags) => done(await run(terminal, file, flags)));
}

async function run(terminal: Terminal, file: string, flags: RunFlags): Promise<ExitCode> {
  const conflict = conflictOf(flags);
  if (conflict !== undefined) return refuse(terminal, conflict);
  const simulated = flags.simulate === undefined ? undefined : await readSimulatorOptions(flags.simulate);
  if (simulated?.ok === false) return refuse(terminal, simulated.error);
  const output = await checkOutput(flags.output, flags.input);
  if (!output.ok) {
    await printDiagnostics(terminal, [output.error]);
    return exit.usage;
  }
  const prepared = await prepare(terminal, file, flags.input, flags);
  if (!prepared.ok) {
    await printDiagnostics(terminal, prepared.error);
    return exit.usage;
  }
  const { plan, warnings } = prepared.value;
  const keys =
    simulated === undefined ? (await import('../run/model-keys.ts')).checkKeys(plan, terminal.env) : [];
  if (flags.quiet !== true || keys.length > 0) await printDiagnostics(terminal, [...warnings, ...keys]);
  if (keys.length > 0) return exit.usage;

  const simulator = simulated && (await startSimulator(simulated.value));
  if (simulator?.ok === false) return refuse(terminal, simulator.error.message);
  try {
    const endpoint = simulator && { base_url: simulator.value.url };
    return await runInFolder({
      terminal,
      file,
      flags,
      prepared: prepared.value,
      output: output.value,
      endpoint,
    });
  } finally {
    await simulator?.value.close();
  }
}

async function refuse(terminal: Terminal, message: string): Promise<ExitCode> {
  await printError(terminal, message);
  return exit.usage;
}

function conflictOf({ output, format, sample, seed }: RunFlags): string | undefined {
  if (output === '-' && format === 'json') return '--output - and --format json both want stdout: keep one';
  if (seed !== undefined && sample === undefined) return '--seed is for --sample: give both, or neither';
  return undefined;
}

async function readSimulatorOptions(options: string) {
  const { parseSimulatorOptions } = await import('../simulator/parse-options.ts');
  return parseSimulatorOptions(options);
}

async function startSimulator(options: SimulatorOptions) {
  const simulator = await import('../simulator/simulator.ts');
  return simulator.startSimulator(options);
}

interface Run {
  readonly terminal: Terminal;
  readonly file: string;
  readonly flags: RunFlags;
  readonly prepared: Prepared;
  readonly output: RunOutput;
  readonly endpoint: Endpoint | undefined;
}

async function runInFolder(run: Run): Promise<ExitCode> {
  const { terminal, flags, prepared, endpoint } = run;
  const { plan, source, total } = prepared;
  const { createRunFolder } = await import('../run/folder.ts');
  const place = flags.runDir ?? { runsDir: join(terminal.cwd, 'runs'), name: plan.name };
  const folder = await createRunFolder(place, {
    plan,
    input: {
      path: source.replayable ? resolve(terminal.cwd, source.path) : '-',
      sha256: total?.sha256 ?? null,
    },
    simulated: endpoint !== undefined,
  });
  if (folder.ok) return follow(run, folder.value);
  await printError(terminal, folder.error.message);
  return folder.error.kind === 'input' ? exit.usage : exit.local;
}

/** Runs, tells of it, and leaves the rows where they were asked for. */
async function follow(run: Run, folder: RunFolder): Promise<ExitCode> {
  const { terminal, file, flags, prepared, output, endpoint } = run;
  const { plan, source, total } = prepared;
  const [{ runPipeline }, { selectRecords, selectedCount }] = await Promise.all([
    import('../run/run.ts'),
    import('../records/selection.ts'),
  ]);
  const selection = selectionOf(flags);
  const interrupts = listenForInterrupts();
  const reporter = await createReporters(terminal, {
    ...flags,
    pipelinePath: file,
    inputPath: flags.input,
    ...(flags.output !== undefined && { outputPath: flags.output }),
  });
  const rows = await openRows({ terminal, output, folder, plan, source, gone: () => interrupts.end() });
  let code: ExitCode = exit.local;
  try {
    for await (const event of runPipeline(
      plan,
      selectRecords(source.read(plan.input.schema), selection, total),
      {
        env: terminal.env,
        folder,
        total: total === undefined ? null : selectedCount(total, selection),
        drain: interrupts.drain,
        abort: interrupts.abort,
        ...(endpoint !== undefined && { endpoint }),
        ...(flags.failFast !== undefined && { failFast: flags.failFast }),
        ...(flags.maxFailures !== undefined && { maxFailures: flags.maxFailures }),
      },
    )) {
      const lost = await rows.on(event, (warning) => reporter.message(`${warning}\n`));
      reporter.on(event);
      if (event.type === 'run_finished') code = lost === undefined ? exitCodeOf(event) : exit.local;
      if (lost !== undefined) await printDiagnostics(terminal, [lost]);
    }
  } finally {
    reporter.finish();
    await rows.close();
    interrupts.release();
  }
  return code;
}
