import { basename, dirname, join, relative, resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import { exit, type ExitCode } from './exit.ts';
import type { Choices } from './init/choices.ts';
import type { InitFlags } from './init/flags.ts';
import type { NewFile } from './init/write.ts';
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
has git ignore the folders with data.

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
  const mistake = mistakenText(flags, chosen.value);
  if (mistake !== undefined) {
    await printError(terminal, mistake.message, mistake.hint);
    return exit.usage;
  }
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

function mistakenText({ text }: InitFlags, { proposal, input }: Choices) {
  if (text === undefined || proposal.text === text) return undefined;
  const names = proposal.fields.map((field) => `\`${field.name}\``).join(', ');
  return { message: `${input ?? 'the example'} has no field \`${text}\``, hint: `it has ${names}` };
}

interface Files {
  readonly pipeline: string;
  readonly rows: string;
  readonly fresh: readonly NewFile[];
  /** Those that are added to. */
  readonly changed: readonly NewFile[];
  readonly ignored: readonly string[];
}

async function filesFor(terminal: Terminal, name: string | undefined, choices: Choices): Promise<Files> {
  const { cwd } = terminal;
  const [
    { nameFor, exampleRows },
    { schemaCopyName, schemaPathFrom },
    { pipelineText },
    { readGitIgnores, withLines },
  ] = await Promise.all([
    import('./init/choices.ts'),
    import('./init/schema-path.ts'),
    import('../starter/pipeline-text.ts'),
    import('./git-ignores.ts'),
  ]);
  const { input, survey, proposal, task, details, model } = choices;
  const named = name ?? nameFor(input ?? 'tickets.csv');
  const pipeline = resolve(cwd, /\.ya?ml$/i.test(named) ? named : `${named}.yaml`);
  const folder = dirname(pipeline);
  const rows = input === undefined ? pipeline.replace(/\.ya?ml$/i, '.csv') : resolve(cwd, input);
  const schema = await schemaPathFrom(folder);
  const { fieldPath } = await import('../starter/yaml-words.ts');
  const { formatAmount } = await import('../report/numbers.ts');
  const seen = survey === undefined ? '3 records' : formatAmount(survey.records, 'record');
  const text = pipelineText({
    name: nameFor(pipeline),
    schemaPath: schema ?? `./${schemaCopyName}`,
    model,
    rows: basename(rows),
    seen: survey?.more === true ? `the first ${seen}` : `the ${seen}`,
    proposal,
    step: task.step({ text: fieldPath(proposal.text), details }),
  });
  const copy = schema === undefined ? [await schemaCopy(join(folder, schemaCopyName))] : [];
  const { missing } = await readGitIgnores(cwd);
  const ignore = join(cwd, '.gitignore');
  const old = await readText(ignore);
  return {
    pipeline,
    rows,
    fresh: [
      { path: pipeline, text },
      ...(input === undefined ? [{ path: rows, text: exampleRows }] : []),
      ...copy,
    ],
    changed: missing.length === 0 ? [] : [{ path: ignore, text: withLines(old, missing) }],
    ignored: missing,
  };
}

async function schemaCopy(path: string): Promise<NewFile> {
  const { pipelineSchema } = await import('../pipeline/format.ts');
  return { path, text: `${JSON.stringify(pipelineSchema(), null, 2)}\n` };
}

async function readText(path: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(path, 'utf8').catch(() => '');
}

/** What was chosen, what was written, and what to do now. */
async function told(terminal: Terminal, choices: Choices, files: Files): Promise<string> {
  const { commandOf } = await import('./reporters.ts');
  const { pathWord } = await import('../report/next.ts');
  const shown = (path: string) => relative(terminal.cwd, path);
  const { survey, task, proposal, details, input } = choices;
  const detail = details.length === 0 ? '' : `: ${details.join(', ')}`;
  const key = proposal.key === undefined ? 'no field names a record' : `records are named by ${proposal.key}`;
  const from =
    input === undefined || survey === undefined
      ? 'example rows, since no --input was given'
      : `${input}: ${survey.records} records${survey.bad === 0 ? '' : `, ${survey.bad} rows are none`}`;
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
  ];
  return `${lines.join('\n')}\n`;
}
