import { Argument, Command, Option } from 'commander';
import { withoutCommands } from '../diagnostic/printable.ts';
import { exit, type ExitCode } from './exit.ts';
import type { InitFlags } from './init/flags.ts';
import { taskFlag, taskNames } from './init/task-names.ts';
import { printDiagnostics, printError, type Terminal } from './terminal.ts';

export function initCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('init')
    .summary('Write a first pipeline, from rows of your own')
    .description('Write a first pipeline, with a schema proposed from rows of your own')
    .addArgument(new Argument('[name]', 'its name, or its file (default: named after the rows)'))
    .option('--input <rows>', 'your rows: .csv, .tsv, .jsonl or .json (default: example rows are written)')
    .addOption(
      new Option(
        '--task <task>',
        'what the model is to do (default: by the flags below; classify where a column holds labels; else extract)',
      )
        .choices(taskNames)
        .argParser(taskFlag),
    )
    .option('--text <field>', 'the field that the prompt reads (default: the one with the longest texts)')
    .option('--labels <list>', 'of classify: the labels, separated by commas; "b, c" in quotes is one')
    .option('--facts <list>', 'of extract: what to take out, separated by commas')
    .option('--language <name>', 'of translate: the language to translate to (default: English)')
    .option('--model <name>', 'the model (default: mistral-small-latest)')
    .option('--yes', 'ask nothing, and take what is proposed')
    .option('--force', 'write over files that stand already')
    .addHelpText(
      'after',
      `
On a terminal it asks what the flags leave open; Enter takes what is proposed,
\`?\` explains, \`back\` asks the question before again. Nothing is written before
the last one is answered. Beside the pipeline it writes its first tests, with a
row or two of yours, and has git ignore the folders with data. Labels are taken
from a column named label, category, topic, sentiment, intent, type or alike.

Examples:
  $ pipe init
  $ pipe init --input tickets.csv
  $ pipe init triage --input rows.csv --task classify --labels order,other --yes`,
    )
    .action(async (name: string | undefined, flags: InitFlags) => done(await init(terminal, name, flags)));
}

async function init(terminal: Terminal, name: string | undefined, flags: InitFlags): Promise<ExitCode> {
  const { mistakenName, standingInWords } = await import('./init/targets.ts');
  const mistake = mistakenName(name);
  if (mistake !== undefined) {
    await printError(terminal, mistake.message, mistake.hint);
    return exit.usage;
  }
  const { choose } = await import('./init/choices.ts');
  const isAsked = terminal.stdin.isTTY && terminal.stderr.isTTY && flags.yes !== true;
  const { openQuestions } = await import('./init/questions.ts');
  const questions = isAsked ? openQuestions(terminal) : undefined;
  const chosen = await choose({ terminal, name, flags, questions });
  questions?.close();
  if (!chosen.ok) {
    if (chosen.error !== 'broken-off') {
      await printDiagnostics(terminal, [chosen.error]);
      return exit.usage;
    }
    terminal.stderr.write('\nbroken off: nothing was written\n');
    return exit.interrupted;
  }
  const { filesFor } = await import('./init/files.ts');
  const files = await filesFor(terminal, chosen.value);
  const paths = files.fresh.map(({ path }) => path);
  const there = flags.force === true ? undefined : await standingInWords(terminal.cwd, paths);
  if (there !== undefined) {
    await printError(terminal, there, 'choose another name, or add --force to write over it', 'exists');
    return exit.usage;
  }
  const { writeFiles } = await import('./init/write.ts');
  const written = await writeFiles([...files.fresh, ...files.changed]);
  if (!written.ok) {
    await printError(terminal, written.error, undefined, 'unwritable');
    return exit.local;
  }
  if (flags.model !== undefined) await warnOfModel(terminal, flags.model);
  const { told } = await import('./init/told.ts');
  terminal.stderr.write(withoutCommands(await told(terminal, chosen.value, files)));
  return exit.success;
}

/** Another model than is known may be meant: the pipeline is written all the same. */
async function warnOfModel(terminal: Terminal, name: string): Promise<void> {
  const { doubtedModel } = await import('./init/model-name.ts');
  const doubt = doubtedModel(name);
  if (doubt === undefined) return;
  const hint = `did you mean \`${doubt.meant}\`?`;
  await printDiagnostics(terminal, [
    { severity: 'warning', code: 'misspelt-model', message: doubt.why, hint },
  ]);
}
