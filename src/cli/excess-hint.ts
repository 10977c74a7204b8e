import type { Command } from 'commander';
import { pathWord } from '../diagnostic/command-words.ts';
import { printable } from '../diagnostic/printable.ts';
import { collect } from './options.ts';

/** The remedy for too many arguments; undefined where nothing tells what was meant. */
export function excessHint(command: Command): string | undefined {
  return swallowedHint(command) ?? rowsHint(command) ?? repeatHint(command) ?? secondRowsHint(command);
}

/** A flag whose value was forgotten has taken the next flag for it, and leaves the value of that as an argument. */
function swallowedHint(command: Command): string | undefined {
  const flags: ReadonlySet<string> = new Set(command.options.flatMap(({ long }) => long ?? []));
  for (const option of command.options) {
    const value: unknown = command.getOptionValue(option.attributeName());
    if (typeof value === 'string' && flags.has(value))
      return `${option.long} has no value: the next word is ${value}`;
  }
  return undefined;
}

/** Rows beside those of `--input`. */
function secondRowsHint(command: Command): string | undefined {
  const takesRows = command.options.some(({ long, hidden }) => long === '--input' && !hidden);
  return takesRows && command.args.some((word) => isNamedLikeRows(word))
    ? '--input takes one file: join the rows into one, or run each file by itself'
    : undefined;
}

/** Whether a file of that name holds rows and no pipeline. JSON may be either. */
export function isNamedLikeRows(path: string): boolean {
  return /\.(?:csv|tsv|jsonl|ndjson)(?:\.gz)?$/i.test(path);
}

/** Rows that stand behind the pipeline, or before it, and are none yet. */
function rowsHint(command: Command): string | undefined {
  const takesRows = command.options.some(({ long, hidden }) => long === '--input' && !hidden);
  if (!takesRows || command.getOptionValue('input') !== undefined) return undefined;
  const rows = command.args.find((word) => isNamedLikeRows(word)) ?? command.args.find(isJson);
  return rows === undefined ? undefined : inputHint(rows);
}

function isJson(path: string): boolean {
  return /\.json(?:\.gz)?$/i.test(path);
}

export function inputHint(rows: string): string {
  return `did you mean --input ${printable(pathWord(rows))}?`;
}

/**
 * Where a flag was given that may be repeated: whoever gives it several values at once, as a shell's `*.jsonl` does, has
 * all but the first taken for arguments.
 */
function repeatHint(command: Command): string | undefined {
  const given = command.options.filter(
    (option) => option.parseArg === collect && command.getOptionValue(option.attributeName()) !== undefined,
  );
  const [flag, ...others] = given.map(({ long }) => long);
  if (flag === undefined) return undefined;
  if (others.length > 0) return `${[flag, ...others].join(' and ')} take one value each time: repeat them`;
  return `${flag} takes one value: repeat it for each, ${flag} <one> ${flag} <other>`;
}
