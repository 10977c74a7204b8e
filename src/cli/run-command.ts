import { flagNumber, pathWord, shellWord } from '../diagnostic/command-words.ts';
import type { Anew } from '../report/next.ts';
import type { PlanFlags } from './plan-flags.ts';
import type { RunFlags } from './run-flags.ts';

type CommandFlags = Omit<PlanFlags, 'format' | 'against' | 'maxUsd'> &
  Partial<
    Pick<
      RunFlags,
      | 'output'
      | 'simulate'
      | 'workers'
      | 'locked'
      | 'stream'
      | 'maxFailures'
      | 'failFast'
      | 'strict'
      | 'liveTools'
    >
  >;

/** The command that runs a pipeline with these flags, a word or a flag with its value each. */
export function runCommand(command: string, file: string, flags: CommandFlags): readonly string[] {
  const { shard, sample, seed, offset, limit, model, files, inputFormat, concurrency, cache, record } = flags;
  const { budgetUsd, output, simulate, workers, maxFailures, locked, stream } = flags;
  const given = Object.entries({
    'input-format': inputFormat,
    model,
    files,
    shard: shard && `${shard.index}/${shard.count}`,
    offset,
    sample,
    seed,
    limit,
    concurrency,
    workers,
    'budget-usd': budgetUsd && flagNumber(budgetUsd),
    'max-failures': maxFailures,
    record,
    output,
  }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${shellWord(String(value))}`]));
  const repeated = (name: string, values: readonly string[] = []) =>
    values.map((value) => `--${name} ${shellWord(value)}`);
  return [
    `${command} run ${shellWord(file)}`,
    `--input ${shellWord(flags.input)}`,
    ...(simulate === undefined ? [] : [simulate === '' ? '--simulate' : `--simulate=${shellWord(simulate)}`]),
    ...repeated('var', flags.var),
    ...repeated('set', flags.set),
    ...repeated('replay', flags.replay),
    ...given,
    ...(cache === false ? ['--no-cache'] : []),
    ...Object.entries({
      'live-tools': flags.liveTools,
      strict: flags.strict,
      'fail-fast': flags.failFast,
      locked,
      stream,
    }).flatMap(([name, value]) => (value === true ? [`--${name}`] : [])),
  ];
}

/** The command that tells which records fail before their first call, and why. */
export function checkCommandWords(
  command: string,
  file: string,
  { input, inputFormat, model, files, var: vars = [], set = [] }: CommandFlags,
): readonly string[] {
  const given = [
    ...vars.map((value) => ['var', value] as const),
    ...set.map((value) => ['set', value] as const),
    ...Object.entries({ 'input-format': inputFormat, model, files }),
  ];
  return [
    `${command} check ${shellWord(file)}`,
    `--input ${shellWord(input)}`,
    ...given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${shellWord(value)}`])),
  ];
}

export interface RunAgain {
  /** What the user types to start pipe. */
  readonly command: string;
  readonly file: string;
  readonly flags: RunFlags;
  /** The model in whose place a wrong one was named. */
  readonly meant: (wrong: string) => string | undefined;
  /** Whether a run's folder has only the beginning of its input. */
  readonly isCut: (folder: string) => boolean;
}

/** How a run would be begun once more. */
export function runAnew({ command, file, flags, meant, isCut }: RunAgain): Anew {
  const { replay = [], model } = flags;
  const [replayed] = replay;
  const right = model === undefined ? undefined : meant(model);
  const otherModel =
    model === undefined
      ? {
          command: runCommand(command, file, flags),
          effect:
            flags.simulate === undefined
              ? 'begins anew, once `model.name` names a model that the server has'
              : 'begins anew, once `model.name` names a model that the simulator has, or `prices` has its price',
        }
      : {
          command: runCommand(command, file, { ...flags, model: right ?? 'NAME' }),
          effect: right === undefined ? 'begins anew, with the NAME of another model' : 'begins anew',
        };
  // As a resume does: rows that are at fault would stop it in the same place again.
  const { failFast: _failFast, maxFailures: _maxFailures, ...lasting } = flags;
  const wholeInput = (folder: string) =>
    isCut(folder) ? [...runCommand(command, file, lasting), `--run-dir ${pathWord(folder)}`] : undefined;
  const anew = { otherModel, wholeInput };
  if (replayed === undefined || replay.length > 1 || !replayed.endsWith('.jsonl')) return anew;
  const { replay: _, ...others } = flags;
  return { ...anew, recording: runCommand(command, file, { ...others, record: replayed }) };
}
