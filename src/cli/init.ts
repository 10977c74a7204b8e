import { relative } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import { exit, type ExitCode } from './exit.ts';
import type { Choices } from './init/choices.ts';
import type { StarterFiles } from './init/files.ts';
import type { InitFlags } from './init/flags.ts';
import { printDiagnostics, printError, type Terminal } from './terminal.ts';

/** Kept here as words so that `--help` loads nothing; a test holds it equal to the registry. */
export const taskNames = ['classify', 'extract', 'translate', 'chat'] as const;

export function initCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('init')
    .summary('Write a first pipeline, from rows of your own')
    .description('Write a first pipeline, with a schema proposed from rows of your own')
    .addArgument(new Argument('[name]', 'its name, or its file (default: named after the rows)'))
    .option('--input <rows>', 'your rows: .csv, .tsv, .jsonl or .json (default: example rows are written)')
    .addOption(new Option('--task <task>', 'what the model is to do (default: classify)').choices(taskNames))
    .option('--text <field>', 'the field that the prompt reads (default: the one with the longest texts)')
    .option('--labels <list>', 'of classify: the labels, separated by commas')
    .option('--facts <list>', 'of extract: what to take out, separated by commas')
    .option('--language <name>', 'of translate: the language to translate to (default: English)')
    .option('--model <name>', 'the model (default: mistral-small-latest)')
    .option('--yes', 'ask nothing, and take what is proposed')
    .option('--force', 'write over files that stand already')
    .addHelpText(
      'after',
      `
On a terminal it asks what the flags leave open; Enter takes what is proposed.
Nothing is written before the last question is answered. Beside the pipeline it
writes its first tests, with a row or two of yours, and has git ignore the
folders with data.

Examples:
  $ pipe init
  $ pipe init --input tickets.csv
  $ pipe init triage --input rows.csv --task classify --labels order,other --yes`,
    )
    .action(async (name: string | undefined, flags: InitFlags) => done(await init(terminal, name, flags)));
}

async function init(terminal: Terminal, name: string | undefined, flags: InitFlags): Promise<ExitCode> {
  const { choose } = await import('./init/choices.ts');
  const isAsked = terminal.stdin.isTTY && terminal.stderr.isTTY && flags.yes !== true;
  const { openQuestions } = await import('./init/questions.ts');
  const questions = isAsked ? openQuestions(terminal) : undefined;
  const chosen = await choose({ terminal, flags, questions });
  questions?.close();
  if (!chosen.ok) {
    if (chosen.error !== 'broken-off') {
      await printDiagnostics(terminal, [chosen.error]);
      return exit.usage;
    }
    terminal.stderr.write('\nbroken off: nothing was written\n');
    return exit.interrupted;
  }
  const mistake = mistakenName(name) ?? mistakenText(flags, chosen.value) ?? mistakenDetails(chosen.value);
  if (mistake !== undefined) {
    await printError(terminal, mistake.message, mistake.hint);
    return exit.usage;
  }
  const { filesFor } = await import('./init/files.ts');
  const files = await filesFor(terminal, name, chosen.value);
  const { standing, writeFiles } = await import('./init/write.ts');
  const there = await standing(files.fresh.map(({ path }) => path));
  const shown = (path: string) => relative(terminal.cwd, path);
  if (there.length > 0 && flags.force !== true) {
    const names = there.map((path) => `\`${shown(path)}\``).join(' and ');
    const hint = 'choose another name, or add --force to write over it';
    await printError(terminal, `${names} ${there.length === 1 ? 'stands' : 'stand'} already`, hint, 'exists');
    return exit.usage;
  }
  const written = await writeFiles([...files.fresh, ...files.changed]);
  if (!written.ok) {
    await printError(terminal, written.error, undefined, 'unwritable');
    return exit.local;
  }
  terminal.stderr.write(withoutCommands(await told(terminal, chosen.value, files)));
  return exit.success;
}

interface Mistake {
  readonly message: string;
  readonly hint: string;
}

function mistakenName(name: string | undefined): Mistake | undefined {
  if (name === undefined || !/\.test(?:\.ya?ml)?$/i.test(name)) return undefined;
  const message = `\`${name}\` is the name of a file of tests, which stands beside its pipeline`;
  return { message, hint: 'leave `.test` out: the tests are written as well' };
}

function mistakenText({ text }: InitFlags, { proposal, input }: Choices): Mistake | undefined {
  if (text === undefined || proposal.text === text) return undefined;
  const names = proposal.fields.map((field) => `\`${field.name}\``).join(', ');
  return { message: `${input ?? 'the example'} has no field \`${text}\``, hint: `it has ${names}` };
}

function mistakenDetails({ task: { task, detail }, details }: Choices): Mistake | undefined {
  if (detail === undefined || details.length > 0) return undefined;
  const usual = detail.usual.join(',');
  return { message: `\`--${detail.flag}\` names none`, hint: `${task} needs one at least, such as ${usual}` };
}

/** What was chosen, what was written, and what to do now. */
async function told(terminal: Terminal, choices: Choices, files: StarterFiles): Promise<string> {
  const { commandOf } = await import('./reporters.ts');
  const { pathWord } = await import('../report/next.ts');
  const { formatAmount } = await import('../report/numbers.ts');
  const shown = (path: string) => relative(terminal.cwd, path);
  const { survey, task, proposal, details, input } = choices;
  const detail = details.length === 0 ? '' : `: ${details.join(', ')}`;
  const key = proposal.key === undefined ? 'no field names a record' : `records are named by ${proposal.key}`;
  const from =
    input === undefined || survey === undefined
      ? 'example rows, since no --input was given'
      : `${input}: ${formatAmount(survey.records, 'record')}${badRows(survey.bad)}`;
  const [file, rows] = [pathWord(shown(files.pipeline)), pathWord(shown(files.rows))];
  const command = commandOf(terminal);
  const lines = [
    `rows     ${printable(from)}`,
    `task     ${printable(`${task.task} by ${proposal.text}${detail}`)}`,
    `key      ${printable(key)}`,
    ...files.fresh.map(({ path }) => `wrote    ${printable(shown(path))}`),
    ...(files.ignored.length === 0 ? [] : [`added    ${files.ignored.join(', ')} to .gitignore`]),
    '',
    'next',
    `  ${command} run ${file} --input ${rows} --simulate`,
    '    tries it without a key and without cost; then the same without --simulate',
    `  ${command} check ${file} --input ${rows}`,
    '    tells what is wrong, whenever you have edited it',
    `  ${command} test ${file}`,
    `    passes now; what you expect of the answers goes into ${printable(shown(files.tests))}`,
  ];
  return `${lines.join('\n')}\n`;
}

function badRows(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ', 1 row is none' : `, ${count} rows are none`;
}
