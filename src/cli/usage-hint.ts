import type { Command } from 'commander';
import { excessHint } from './excess-hint.ts';

/** What to do about what Commander has refused, beyond what it says; undefined where nothing tells what was meant. */
export function usageHint(refusal: string, command: Command): string | undefined {
  if (refusal.startsWith('error: too many arguments')) return excessHint(command);
  if (refusal.startsWith("error: required option '--input "))
    return 'give the rows: --input rows.csv, or --input - where they come by standard input';
  const lacking = /^error: missing required argument '([^']+)'/u.exec(refusal)?.[1];
  if (lacking !== undefined) return lackingHint(lacking, command);
  const word = /^error: unknown command '([^']+)'\n?$/u.exec(refusal)?.[1];
  const commands = word === undefined || command.parent !== null ? undefined : otherCommands.get(word);
  if (commands !== undefined) return `did you mean pipe ${commands}?`;
  const flag = /^error: unknown option '(-[^']+)'/u.exec(refusal)?.[1];
  return flag === undefined ? undefined : flagHint(flag, command);
}

/** What the argument is to be that is not there. */
function lackingHint(name: string, { registeredArguments }: Command): string | undefined {
  const lacking = registeredArguments.find((argument) => argument.name() === name);
  const what = lacking?.argChoices?.join(', ') ?? lacking?.description;
  return what === undefined ? undefined : `give <${name}>: ${what}`;
}

/** Commands of other tools, by what does the same here. Slips of our own are Commander's to tell. */
const otherCommands = new Map([
  ['eval', 'test, or pipe run for answers without expectations'],
  ['evaluate', 'test, or pipe run for answers without expectations'],
  ['validate', 'check'],
  ['view', 'report'],
  ['show', 'report'],
  ['list', 'runs'],
  ['ls', 'runs'],
  ['compare', 'diff'],
  ['estimate', 'plan'],
  ['cost', 'plan'],
  ['batch', 'run'],
  ['generate', 'run'],
  ['retry', 'resume'],
  ['continue', 'resume'],
  ['new', 'init'],
  ['create', 'init'],
  ['convert', 'import'],
  ['migrate', 'import'],
]);

/** Short flags as other tools have them: here each is written out. */
const written = new Map([
  ['-i', '--input'],
  ['-j', '--concurrency'],
  ['-m', '--model'],
  ['-n', '--limit'],
  ['-o', '--output'],
  ['-q', '--quiet'],
]);

function flagHint(flag: string, command: Command): string | undefined {
  const meant = written.get(flag);
  if (meant !== undefined && command.options.some(({ long }) => long === meant))
    return `did you mean ${meant}?`;
  return flag === '--dry-run' && command.name() === 'run'
    ? 'pipe plan tells what a run would ask and cost, pipe render the requests; --simulate runs without a model'
    : undefined;
}
