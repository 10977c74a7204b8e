import { Command } from 'commander';
import { version } from '../version.ts';
import { cacheCommand } from './cache.ts';
import { checkCommand } from './check.ts';
import { diffCommand } from './diff.ts';
import type { ExitCode } from './exit.ts';
import { collect } from './options.ts';
import { lockCommand } from './lock.ts';
import { mergeCommand } from './merge.ts';
import { planCommand } from './plan.ts';
import { renderCommand } from './render.ts';
import { reportCommand } from './report.ts';
import { resumeCommand } from './resume.ts';
import { runCommand } from './run.ts';
import { schemaCommand } from './schema.ts';
import { simulatorCommand } from './simulator.ts';
import { testCommand } from './test.ts';
import type { Terminal } from './terminal.ts';

/**
 * The whole command line. Each command imports what it needs only when it runs, so that `--help` and mistakes in the
 * flags are told at once. `done` receives the exit code.
 */
export function buildProgram(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const program = new Command('pipe')
    .description('Run version-controlled prompt pipelines over every row of a file.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      'after',
      `
Examples:
  $ pipe run translate.yaml --input rows.jsonl --simulate    try it: no key, no cost
  $ pipe check *.yaml --input rows.jsonl                     every mistake, before any call
  $ pipe plan translate.yaml --input rows.jsonl              what it would cost, before any call
  $ pipe run translate.yaml --input rows.jsonl --output out.csv
  $ pipe resume                                              finish the newest run

The key is read from MISTRAL_API_KEY.
Exit codes: 0 all records succeeded, 1 some failed, 2 wrong usage or an invalid file,
3 stopped by the provider, 4 by the budget, 5 a local failure, 130 interrupted.`,
    );
  program.commandsGroup('Run:');
  program.addCommand(runCommand(terminal, done)).addCommand(resumeCommand(terminal, done));
  program.addCommand(mergeCommand(terminal, done));
  program.commandsGroup('Look before you run:');
  program.addCommand(checkCommand(terminal, done)).addCommand(renderCommand(terminal, done));
  program.addCommand(planCommand(terminal, done)).addCommand(lockCommand(terminal, done));
  program.commandsGroup('Test:');
  program.addCommand(testCommand(terminal, done));
  program.commandsGroup('Look at what a run did:');
  program.addCommand(reportCommand(terminal, done)).addCommand(diffCommand(terminal, done));
  program.commandsGroup('Tools:');
  program.addCommand(schemaCommand(terminal, done)).addCommand(simulatorCommand(terminal, done));
  program.addCommand(cacheCommand(terminal, done));
  program.helpCommand('help [command]', 'print the help of a command');
  for (const command of withSubcommands(program)) {
    command.exitOverride();
    refuseRepeated(command);
    command.showHelpAfterError(`(${helpHint(command)})`);
    command.configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
    });
  }
  return program;
}

/** The second of two values would win in silence. */
function refuseRepeated(command: Command): void {
  for (const option of command.options) {
    if (option.parseArg === collect) continue;
    let given = false;
    command.on(`option:${option.name()}`, () => {
      if (given) command.error(`error: option '${option.long}' is given twice: keep one`);
      given = true;
    });
  }
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function helpHint(command: Command): string {
  const has = command.parent === null ? [] : command.commands.map((below) => below.name());
  const names = has.length === 0 ? '' : `it has ${has.join(' and ')}; `;
  return `${names}${fullName(command)} --help tells what there is`;
}

/** As it is typed: pipe cache stats. */
function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}
