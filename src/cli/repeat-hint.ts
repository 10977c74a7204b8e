import type { Command } from 'commander';
import { collect } from './options.ts';

/**
 * The remedy for too many arguments where a flag was given that may be repeated: whoever gives it several values at once,
 * as a shell's `*.jsonl` does, has all but the first taken for arguments. Undefined where there is no such flag.
 */
export function repeatHint(command: Command): string | undefined {
  const given = command.options.filter(
    (option) => option.parseArg === collect && command.getOptionValue(option.attributeName()) !== undefined,
  );
  const [flag, ...others] = given.map(({ long }) => long);
  if (flag === undefined) return undefined;
  if (others.length > 0) return `${[flag, ...others].join(' and ')} take one value each time: repeat them`;
  return `${flag} takes one value: repeat it for each, ${flag} <one> ${flag} <other>`;
}
