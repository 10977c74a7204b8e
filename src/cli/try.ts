import { Argument, Command, Option } from 'commander';
import { exit, type ExitCode } from './exit.ts';
import { dollars } from './options.ts';
import { addPipelineOptions, inputOption, simulateOption } from './prepare.ts';
import { addRecordOptions, recordConflict } from './record-flags.ts';
import { addRecordingOptions, recordingConflict } from './recordings.ts';
import { refuseCommand, refuseCommandUse } from './refuse.ts';
import { listenForInterrupt } from './signals.ts';
import { readSimulatorOptions } from './simulation.ts';
import type { Terminal } from './terminal.ts';
import type { TryFlags } from './try-flags.ts';
import { watchConflict } from './watch-conflict.ts';

export function tryCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = new Command('try')
    .summary('Run one record, and see all that is said')
    .description('Run one record, and see what every step asks and is answered, as it comes')
    .addArgument(new Argument('<file>', 'the pipeline file'))
    .addOption(inputOption());
  addRecordOptions(command)
    .option('--step <id>', 'only this step, and those that it needs')
    .option('--watch', 'again whenever a file of it is saved, with what the answers have changed by')
    .addOption(simulateOption());
  return addRecordingOptions(addPipelineOptions(command))
    .option('--budget-usd <x>', 'what it may cost at most', dollars)
    .option('--no-cache', 'ask for every answer, and keep none')
    .addOption(
      new Option('--format <format>', 'how it is told: text on stderr, or one JSON object on stdout')
        .choices(['text', 'json'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Without --row and --key it is the first record of the input. Without --input too
it is {}, where the pipeline reads nothing of a record.

On a terminal, the result is the last of what is shown. Elsewhere it goes to
stdout as one line of JSON, and the rest to stderr. With --step it is what that
step gives. Nothing is left in runs/. Answers are kept in the cache as those of
pipe run are, so that only what has changed is asked again; not with --simulate.

Examples:
  $ pipe try translate.yaml --input rows.csv --simulate      without a key
  $ pipe try translate.yaml --input rows.csv --row 3 --watch
  $ pipe try translate.yaml --input-json '{"id":"a","text":"Hello"}'
  $ pipe try triage.yaml --input rows.jsonl --key t-17 --step classify
  $ pipe try triage.yaml --input rows.jsonl --replay triage.recording.jsonl

Ctrl-C ends it at once. Exit codes: 0 it succeeded or was skipped, 1 it failed,
others as of pipe run.`,
    )
    .action(async (file: string, flags: TryFlags) => done(await tryFile(terminal, file, flags)));
}

async function tryFile(terminal: Terminal, file: string, flags: TryFlags): Promise<ExitCode> {
  const { inputJson, simulate, watch, format } = flags;
  const conflict = recordConflict(flags) ?? recordingConflict(flags) ?? watchConflict(flags);
  if (conflict !== undefined) return refuseCommandUse(terminal, flags, conflict);
  const simulated = simulate === undefined ? undefined : await readSimulatorOptions(simulate);
  if (simulated?.ok === false) return refuseCommandUse(terminal, flags, simulated.error);
  const [{ createTrySession }, { readStdin }] = await Promise.all([
    import('./try-session.ts'),
    import('./input-json.ts'),
  ]);
  const json = inputJson === '-' ? await readStdin(terminal) : undefined;
  if (json?.ok === false) return refuseCommand(terminal, flags, [json.error]);
  const interrupt = listenForInterrupt();
  try {
    const session = await createTrySession(terminal, file, flags, {
      ...(simulated && { simulated: simulated.value }),
      ...(json && { json: json.value }),
    });
    if (!session.ok) return await refuseCommand(terminal, { format }, [session.error], exit.local);
    const round = (interrupted: AbortSignal) => session.value.round(interrupted);
    try {
      if (watch !== true) return (await round(interrupt.signal)).code;
      const { watchRounds } = await import('./watch.ts');
      return await watchRounds(terminal, async (interrupted) => (await round(interrupted)).files, interrupt);
    } finally {
      await session.value.close();
    }
  } finally {
    interrupt.release();
  }
}
