import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { didYouMean } from '../diagnostic/suggest.ts';

/** What is wrong with how pipe was called, in one sentence, and what was most likely meant. */
export interface Misplaced {
  readonly message: string;
  readonly hint: string;
}

/**
 * What stands where a command should: a pipeline's file, or a flag that is a command's. Commander would say only that it
 * does not know it. `words`: those after the program's name. Undefined where they begin as they should, or where
 * Commander's own words say enough.
 */
export async function misplacedStart(
  program: Command,
  words: readonly string[],
  cwd: string,
): Promise<Misplaced | undefined> {
  const [first = ''] = words;
  if (first.startsWith('-')) return misplacedFlag(program, words);
  if (first === '' || nameOf(program, first) !== undefined) return undefined;
  if (await isPipeline(first, cwd)) {
    const given = words.includes('--input') ? '' : ' --input <rows>';
    return {
      message: `\`${first}\` is a file, and a command has to stand before it`,
      hint: `did you mean \`pipe run ${words.join(' ')}${given}\`?`,
    };
  }
  return undefined;
}

/**
 * The words up to the one that is no command, where help is asked for: Commander would print the help of what stands
 * before it, and say nothing of that one. Undefined where each is a command, or no help is asked for.
 */
export function upToUnknown(program: Command, words: readonly string[]): readonly string[] | undefined {
  const isHelp = (word: string) => word === '--help' || word === '-h';
  const asked = words[0] === 'help' || words.some(isHelp);
  const rest = words.filter((word, at) => !isHelp(word) && (at > 0 || word !== 'help'));
  let command = program;
  for (const [at, word] of asked ? rest.entries() : []) {
    if (word.startsWith('-') || command.commands.length === 0) return undefined;
    const found = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (found === undefined) return word === 'help' ? undefined : rest.slice(0, at + 1);
    command = found;
  }
  return undefined;
}

function misplacedFlag(program: Command, words: readonly string[]): Misplaced | undefined {
  const flag = /^--[\w-]+/.exec(words[0] ?? '')?.[0];
  if (flag === undefined || flag === '--help' || hasFlag(program, flag)) return undefined;
  const later = words.find((word) => nameOf(program, word) !== undefined);
  if (later !== undefined) {
    const rest = words.filter((word) => word !== later);
    return {
      message: `\`${flag}\` stands before the command`,
      hint: `did you mean \`pipe ${[later, ...rest].join(' ')}\`?`,
    };
  }
  const owners = program.commands.filter((command) => hasFlag(command, flag)).map((one) => one.name());
  if (owners.length > 0) {
    const first = owners.includes('run') ? 'run' : owners[0];
    return {
      message: `\`${flag}\` is a flag of ${listed(owners)}, and no command is given`,
      hint: `did you mean \`pipe ${first} … ${words.join(' ')}\`?`,
    };
  }
  const flags = program.commands.flatMap(({ options }) =>
    options.flatMap(({ long, hidden }) => (hidden ? [] : (long ?? []))),
  );
  const meant = didYouMean(flag, flags);
  if (meant === undefined) return undefined;
  return { message: `there is no \`${flag}\`, and no command is given`, hint: `did you mean \`${meant}\`?` };
}

function hasFlag(command: Command, flag: string): boolean {
  return command.options.some(({ long, hidden }) => long === flag && !hidden);
}

function nameOf(program: Command, word: string): string | undefined {
  const names = [...program.commands.flatMap((one) => [one.name(), ...one.aliases()]), 'help'];
  return names.find((name) => name === word);
}

async function isPipeline(word: string, cwd: string): Promise<boolean> {
  if (/\.ya?ml$/i.test(word)) return true;
  const found = await stat(resolve(cwd, word)).catch(() => undefined);
  return found?.isFile() === true;
}

function listed(names: readonly string[]): string {
  const quoted = names.map((name) => `\`pipe ${name}\``);
  if (quoted.length > 3) return `${quoted.slice(0, 3).join(', ')} and others`;
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}
