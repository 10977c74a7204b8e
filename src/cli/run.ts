import { Argument, Command, Option } from 'commander';
import type { ExitCode } from './exit.ts';
import { dollars, positiveInteger, refuseFlag, workerCount } from './options.ts';
import { addPipelineOptions, addSelectionOptions, requireInput } from './prepare.ts';
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
    .option('--output <file>', 'write the result rows here too: .jsonl, .csv, .tsv or .json; - for stdout')
    .option('--run-dir <dir>', 'the folder of this run, new or begun before (default: a new one in runs/)')
    .option(
      '--simulate [options]',
      'answer from a local simulator, such as --simulate=latency=300ms,errors=2%',
    );
  refuseFlag(command, 'budget', "unknown option '--budget'\n(Did you mean --budget-usd?)");
  return addSelectionOptions(addPipelineOptions(command))
    .option('--concurrency <n>', 'calls under way at one time', positiveInteger)
    .option('--workers <n>', 'threads that make the calls, where one core is the limit: 1 to 64', workerCount)
    .option('--budget-usd <x>', 'what the run may cost at most, resumes included', dollars)
    .option('--no-cache', 'ask the model for every answer, and keep none for other runs')
    .option('--fail-fast', 'stop at the first failed record')
    .option('--max-failures <n>', 'stop at the nth failed record', positiveInteger)
    .addOption(
      new Option('--format <format>', 'how the run is told: text on stderr, or one JSON object on stdout')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--stream', 'one record only: print the answers on stdout as they are written')
    .option('--quiet', 'say only why a run stopped and how many records failed')
    .addHelpText(
      'after',
      `
Examples:
  $ pipe run translate.yaml --input rows.jsonl --simulate
  $ pipe run translate.yaml --input rows.csv --output out.csv --var output_language=German
  $ pipe run translate.yaml --input rows.jsonl --sample 20 --seed 1 --model mistral-large-latest
  $ pipe run translate.yaml --input rows.jsonl --limit 1 --stream
  $ cat rows.jsonl | pipe run translate.yaml --input - --output - | head

The first Ctrl-C finishes the calls under way, the second ends at once.
With --simulate only the models' answers are made up: tools run, and want their variables.
What --simulate takes: pipe simulator --help`,
    )
    .action(async (file: string, flags: RunFlags) => done(await runFile(terminal, file, flags)));
}
