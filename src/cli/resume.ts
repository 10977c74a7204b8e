import { Argument, Command, Option } from 'commander';
import { shownPath } from '../diagnostic/placed.ts';
import { resumableSections } from '../plan.ts';
import type { RunSummary } from '../run/run-summary.ts';
import type { ExitCode } from './exit.ts';
import { findRun } from './find-run.ts';
import { givenFlags } from './given-flags.ts';
import { goneFiles } from './gone-files.ts';
import { collect, dollars, positiveInteger, refuseFlag, workerCount } from './options.ts';
import { simulateOption, type PipelineFlags } from './prepare.ts';
import { refuse, refuseFor, refuseUse } from './refuse.ts';
import type { RunFlags } from './run-flags.ts';
import { runFile } from './run-file.ts';
import type { Terminal } from './terminal.ts';

interface ResumeFlags extends Pick<
  RunFlags,
  'output' | 'simulate' | 'workers' | 'failFast' | 'maxFailures' | 'format' | 'quiet'
> {
  readonly set?: readonly string[];
  readonly concurrency?: number;
  readonly budgetUsd?: number;
  readonly cache: boolean;
  readonly force?: boolean;
  /** Undefined: as the run was begun. */
  readonly locked?: boolean;
}

const sections = `${resumableSections.slice(0, -1).join(', ')} or ${resumableSections.at(-1)}`;

export function resumeCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = new Command('resume')
    .summary('Finish what was interrupted, stopped or failed')
    .description('Finish a run that was interrupted, stopped or killed, or whose records failed')
    .addArgument(new Argument('[run]', "the run's folder, or its name in runs/ (default: the newest there)"))
    .option(
      '--output <file>',
      'write the result rows here, - for stdout (default: the file that the run was to write)',
    )
    .option('--concurrency <n>', 'calls under way at one time', positiveInteger)
    .option('--workers <n>', 'threads that make the calls, where one core is the limit: 1 to 64', workerCount)
    .option('--budget-usd <x>', 'what the run may cost, with all that it has cost so far', dollars)
    .option('--set <path=value>', `set a key below ${sections}`, collect)
    .addOption(simulateOption('other options for a simulated run'))
    .option('--no-cache', 'ask the model for every answer that the run does not have')
    .option('--fail-fast', 'stop at the first failed record')
    .option('--max-failures <n>', 'stop at the nth failed record', positiveInteger)
    .option('--locked', 'hold the lock of the pipeline (default: where the run was begun so)')
    .option('--no-locked', 'go on without the lock that the run was begun with')
    .option('--force', 'go on although the pipeline or the input has changed: asks again what that touches')
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
  $ pipe resume                                       the newest run in runs/
  $ pipe resume runs/tickets-20260131T235958Z-0a1b --concurrency 32
  $ pipe resume runs/tickets-20260131T235958Z-0a1b --budget-usd 20
  $ pipe resume runs/night --set limits.requests_per_minute=300

Pending and failed records are run; what the run was answered already is not
asked again.`,
    )
    .action(async (run: string | undefined, flags: ResumeFlags) => done(await resume(terminal, run, flags)));
  for (const name of ofTheRun) refuseFlag(command, name, `a resume keeps the \`--${name}\` of its run`);
  refuseFlag(command, 'stream', '`--stream` is for `pipe run` with one record');
  refuseFlag(command, 'run-dir', "the folder of the run stands alone, such as 'pipe resume runs/…'");
  refuseFlag(command, 'budget', "unknown option '--budget'\n(Did you mean --budget-usd?)");
  return command;
}

/** Flags of `pipe run` that say what a run is. */
const ofTheRun = [
  'input',
  'input-format',
  'var',
  'model',
  'files',
  'record',
  'replay',
  'live-tools',
  'strict',
  'limit',
  'offset',
  'sample',
  'seed',
  'shard',
] as const;

async function resume(terminal: Terminal, run: string | undefined, flags: ResumeFlags): Promise<ExitCode> {
  const mistake = await refusedSettings(flags.set ?? []);
  if (mistake !== undefined) return refuseUse(terminal, flags, mistake.message, mistake.hint);
  const found = await findRun(terminal.cwd, run);
  if (!found.ok) return refuse(terminal, flags, [found.error]);
  const { readRun } = await import('../run/read-summary.ts');
  const summary = await readRun(found.value);
  if (!summary.ok) return refuseFor(terminal, flags, summary.error);
  const { pipeline, input, simulated } = summary.value;
  if (flags.simulate !== undefined && !simulated) {
    const hint = 'leave `--simulate` out, or begin a run with it';
    return refuseUse(
      terminal,
      flags,
      'the run has asked a model, and a simulator cannot go on with it',
      hint,
    );
  }
  if (pipeline === null || input.path === null) {
    const hint = 'run it again from there, with the same folder';
    return refuseUse(terminal, flags, 'the run was begun by a program, not by a file and an input', hint);
  }
  const gone = await goneFiles(terminal.cwd, found.value, { pipeline: pipeline.path, input: input.path });
  if (gone.length > 0) return refuse(terminal, flags, gone);
  const shown = (path: string) => shownPath(path, terminal.cwd);
  const all = flagsOf(summary.value, shown, flags);
  return runFile(terminal, shown(pipeline.path), {
    ...all,
    input: input.path === '-' ? '-' : shown(input.path),
    runDir: found.value,
    resume: { force: flags.force === true, answered: summary.value.models },
  });
}

/** `--set path=value` of what a call says would make the rest of the run another run. */
async function refusedSettings(
  sets: readonly string[],
): Promise<{ readonly message: string; readonly hint?: string } | undefined> {
  if (sets.length === 0) return undefined;
  const { resumableSetting } = await import('../pipeline/resumable.ts');
  for (const text of sets) {
    const checked = resumableSetting(text);
    if (!checked.ok) return { ...checked.error, message: `\`--set ${text}\`: ${checked.error.message}` };
  }
  return undefined;
}

/** The flags that the run was begun with, paths as they are shown, and those of the resume over them. */
function flagsOf(
  summary: RunSummary,
  shown: (path: string) => string,
  { set: sets = [], force: _force, cache, ...others }: ResumeFlags,
): Omit<RunFlags, 'input'> {
  const given = givenFlags(summary);
  const { output, images, simulated, simulator, locked, record, replay, input } = summary;
  return {
    ...withoutReplaced(given, sets),
    ...(output !== null && { output: shown(output) }),
    ...(images !== null && { files: shown(images) }),
    ...(locked === true && { locked }),
    ...(simulated && { simulate: simulator ?? '' }),
    ...(record !== null && { record: shown(record) }),
    ...(replay !== null && {
      replay: replay.paths.map(shown),
      ...(replay.live_tools && { liveTools: true }),
      ...(replay.strict && { strict: true }),
    }),
    ...(input.format !== null && { inputFormat: input.format }),
    ...others,
    set: [...(given.set ?? []), ...sets],
    cache: given.cache !== false && cache,
  };
}

/** A flag goes before `--set`; a setting of now must go before a flag of then all the same. */
function withoutReplaced(given: PipelineFlags, sets: readonly string[]): PipelineFlags {
  const { concurrency, budgetUsd, ...others } = given;
  const isSet = (section: string, key: string): boolean =>
    sets.some((text) => text.startsWith(`${section}=`) || text.startsWith(`${section}.${key}=`));
  return {
    ...others,
    ...(concurrency !== undefined && !isSet('limits', 'concurrency') && { concurrency }),
    ...(budgetUsd !== undefined && !isSet('budget', 'usd') && { budgetUsd }),
  };
}
