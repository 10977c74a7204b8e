import { Argument, Command, Option } from 'commander';
import type { ExitCode } from './exit.ts';
import { dollars, positiveInteger, refuseFlag, workerCount } from './options.ts';
import {
  addPipelineOptions,
  addSelectionOptions,
  lockedOption,
  requireInput,
  simulateOption,
} from './prepare.ts';
import { addRecordingOptions, strictOption } from './recordings.ts';
import { runFile } from './run-file.ts';
import type { RunFlags } from './run-flags.ts';
import type { Terminal } from './terminal.ts';

export function runCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = requireInput(
    new Command('run')
      .summary('Run a pipeline over every row of a file')
      .description('Run a pipeline over every record of a file')
      .addArgument(new Argument('<file>', 'the pipeline file')),
  )
    .option('--output <file>', 'write the rows here too: .jsonl .csv .tsv .json, or -')
    .option('--run-dir <dir>', "the run's folder, new or begun (default: in runs/)")
    .addOption(simulateOption());
  refuseFlag(command, 'budget', "unknown option '--budget'\n(Did you mean --budget-usd?)");
  refuseFlag(
    command,
    'force',
    "`--force` is for a run that is gone on with, such as 'pipe resume runs/… --force'",
  );
  return addRecordingOptions(addSelectionOptions(addPipelineOptions(command)))
    .addOption(strictOption())
    .option('--concurrency <n>', 'calls under way at one time', positiveInteger)
    .option('--workers <n>', 'threads that make the calls, if one core is the limit', workerCount)
    .option('--budget-usd <x>', 'what the run may cost at most, resumes included', dollars)
    .option('--no-cache', 'ask for every answer, and keep none for other runs')
    .addOption(lockedOption())
    .option('--fail-fast', 'stop at the first failed record')
    .option('--max-failures <n>', 'stop at the nth failed record', positiveInteger)
    .addOption(
      new Option('--format <format>', 'how the run is told: text on stderr, or one JSON object on stdout')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--stream', 'one record only: print the answers as they come')
    .option('--quiet', 'say only why a run stopped and how many failed')
    .addHelpText(
      'after',
      `
Examples:
  $ pipe run translate.yaml --input rows.jsonl --simulate
  $ pipe run translate.yaml --input rows.csv --output out.csv --var tone=kind
  $ pipe run translate.yaml --input rows.jsonl --sample 20 --seed 1
  $ pipe run translate.yaml --input rows.jsonl --limit 1 --stream
  $ pipe run translate.yaml --input rows.jsonl --record de.recording.jsonl
  $ pipe run translate.yaml --input rows.jsonl --replay de.recording.jsonl
  $ cat rows.jsonl | pipe run translate.yaml --input - --output - | head

The first Ctrl-C finishes the calls under way, the second ends at once.
What --fail-fast or --max-failures stops ends with 1; pipe resume goes on.
--record asks only what its file lacks, or with --no-cache all; --replay nobody.
With --simulate only models' answers are made up: tools run, and want their
variables. What it takes: pipe simulator --help`,
    )
    .action(async (file: string, flags: RunFlags) => done(await runFile(terminal, file, flags)));
}
