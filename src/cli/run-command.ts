import { shellWord } from '../report/next.ts';
import type { PlanFlags } from './plan-flags.ts';

/** The command that runs what was estimated, a word or a flag with its value each. */
export function runCommand(command: string, file: string, flags: PlanFlags): readonly string[] {
  const { shard, sample, seed, offset, limit, model, files, inputFormat, concurrency, cache, record } = flags;
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
    record,
  }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${shellWord(String(value))}`]));
  const repeated = (name: string, values: readonly string[] = []) =>
    values.map((value) => `--${name} ${shellWord(value)}`);
  return [
    `${command} run ${shellWord(file)}`,
    `--input ${shellWord(flags.input)}`,
    ...repeated('var', flags.var),
    ...repeated('set', flags.set),
    ...repeated('replay', flags.replay),
    ...given,
    ...(cache === false ? ['--no-cache'] : []),
  ];
}
