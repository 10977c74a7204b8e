import type { Argument, Command, Option } from 'commander';
import type { Candidate } from './candidate.ts';
import { dataFiles, files, folders, pipelines } from './paths.ts';
import { runNames, stepIds, variableNames } from './names.ts';
import type { Typed } from './words.ts';

type Env = { readonly [name: string]: string | undefined };

/** What may stand where the user is typing. Reads the folder and the pipeline that is named, and calls nothing. */
export async function complete(
  program: Command,
  typed: Typed,
  cwd: string,
  env: Env,
): Promise<readonly Candidate[]> {
  const { command, operands, awaiting } = walk(program, typed.before);
  const context = { command, operands, typed, cwd, env };
  const found =
    awaiting !== undefined
      ? await valuesOf(awaiting, context)
      : typed.current.startsWith('-') && typed.prefix === ''
        ? flagsOf(command)
        : await operandsOf(context);
  return found
    .filter(({ value }) => value.startsWith(typed.current))
    .map((one) => prefixed(one, typed.prefix));
}

function prefixed({ value, description }: Candidate, prefix: string): Candidate {
  return { value: prefix + value, ...(description !== undefined && { description }) };
}

interface Place {
  readonly command: Command;
  /** Those that stand after the command. */
  readonly operands: readonly string[];
  /** The flag whose value comes next. */
  readonly awaiting: Option | undefined;
}

/** Where a command line has come to. */
function walk(program: Command, words: readonly string[]): Place {
  let command = program;
  const operands: string[] = [];
  let awaiting: Option | undefined;
  let literal = false;
  for (const word of words) {
    if (awaiting !== undefined) {
      awaiting = undefined;
      continue;
    }
    if (word === '--') literal = true;
    else if (!literal && word.startsWith('-') && word !== '-') {
      const option = command.options.find(({ long, short }) => long === word || short === word);
      // A flag with a value that may be left out takes it behind a `=` alone.
      if (option?.required === true) awaiting = option;
    } else {
      const below = operands.length === 0 ? subcommand(command, word) : undefined;
      if (below === undefined) operands.push(word);
      else command = below;
    }
  }
  return { command, operands, awaiting };
}

function subcommand(command: Command, name: string): Command | undefined {
  return command.commands.find((one) => one.name() === name || one.aliases().includes(name));
}

interface Context {
  readonly command: Command;
  readonly operands: readonly string[];
  readonly typed: Typed;
  readonly cwd: string;
  readonly env: Env;
}

function flagsOf(command: Command): readonly Candidate[] {
  const options = command.options.filter(({ hidden }) => !hidden);
  const help = { value: '--help', description: 'display help for command' };
  return [...options.flatMap(({ long, description }) => (long ? [{ value: long, description }] : [])), help];
}

async function operandsOf(context: Context): Promise<readonly Candidate[]> {
  const { command, operands } = context;
  if (command.parent === null && operands[0] === 'help')
    return operands.length > 1 ? [] : subcommandsOf(command);
  if (command.commands.length > 0) return operands.length === 0 ? subcommandsOf(command) : [];
  const { registeredArguments } = command;
  const argument = registeredArguments[operands.length] ?? lastIfMany(registeredArguments);
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) return argument.argChoices.map((value) => ({ value }));
  return named(argument.name(), context);
}

function subcommandsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), description: one.summary() || one.description() }));
}

function lastIfMany(registered: readonly Argument[]): Argument | undefined {
  const last = registered.at(-1);
  return last?.variadic === true ? last : undefined;
}

async function valuesOf(option: Option, context: Context): Promise<readonly Candidate[]> {
  if (option.argChoices !== undefined) return option.argChoices.map((value) => ({ value }));
  if (option.long === '--step') return stepIds(context.operands[0], context.cwd);
  if (option.long === '--var') return variableNames(context.operands[0], context.cwd);
  return named(/<([^>]+)>/.exec(option.flags)?.[1] ?? '', context);
}

/** What a name in the help stands for: `<rows>`, `<dir>`, `[run]`. */
async function named(name: string, { typed, cwd, env, command }: Context): Promise<readonly Candidate[]> {
  const place = { typed: typed.current, cwd, home: env['HOME'] };
  switch (name) {
    case 'rows':
    case 'input':
      return dataFiles(place);
    case 'source':
      return files(place);
    case 'dir':
    case 'folder':
      return folders(place);
    case 'run':
    case 'one':
    case 'other':
    case 'before':
    case 'after':
      return [...(await runNames(cwd)), ...(await folders(place))];
    case 'file':
      return command.registeredArguments.some((argument) => argument.name() === 'file') &&
        !isValue(typed, command)
        ? pipelines(place)
        : files(place);
    default:
      return [];
  }
}

/** Whether the word is the value of a flag. */
function isValue({ before, prefix }: Typed, command: Command): boolean {
  const last = before.at(-1);
  return prefix !== '' || command.options.some(({ long, required }) => long === last && required);
}
