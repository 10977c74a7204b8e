import { Command } from 'commander';
import { paintFor } from '../report/output.ts';
import { version } from '../version.ts';
import { cacheCommand } from './cache.ts';
import { checkCommand } from './check.ts';
import { completeCommand } from './complete.ts';
import { completionCommand } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { diffCommand } from './diff.ts';
import { refuseEmptyPaths } from './empty-paths.ts';
import type { ExitCode } from './exit.ts';
import { importCommand } from './import.ts';
import { initCommand } from './init.ts';
import { collect } from './options.ts';
import { lockCommand } from './lock.ts';
import { mergeCommand } from './merge.ts';
import { planCommand } from './plan.ts';
import { commandLines } from './overview.ts';
import { renderCommand } from './render.ts';
import { reportCommand } from './report.ts';
import { resumeCommand } from './resume.ts';
import { runCommand } from './run.ts';
import { runsCommand } from './runs.ts';
import { schemaCommand } from './schema.ts';
import { simulatorCommand } from './simulator.ts';
import { testCommand } from './test.ts';
import { tryCommand } from './try.ts';
import { usageHint } from './usage-hint.ts';
import { wantsColor, type Terminal } from './terminal.ts';

type MakeCommand = (terminal: Terminal, done: (code: ExitCode) => void) => Command;

/** The commands by what someone wants to do, in the order of a pipeline's life: `pipe --help` lists them so. */
const groups: readonly (readonly [string, readonly MakeCommand[]])[] = [
  ['Start', [initCommand, importCommand, doctorCommand]],
  ['Write prompts', [checkCommand, renderCommand, tryCommand, testCommand, lockCommand]],
  ['Run', [planCommand, runCommand, resumeCommand, mergeCommand]],
  ['Look at what ran', [runsCommand, reportCommand, diffCommand]],
  ['Tools', [schemaCommand, simulatorCommand, cacheCommand, completionCommand]],
];

function overview(program: Command, terminal: Terminal): string {
  const paint = paintFor({ color: wantsColor(terminal, terminal.stdout) });
  const columns = terminal.stdout.isTTY ? terminal.stdout.columns : 80;
  return `Usage: pipe ${program.usage()}
${program.description()}

${commandLines(program, columns, (text) => paint('bold', text)).join('\n')}

  $ pipe init --input rows.csv                       a pipeline for your rows
  $ pipe run rows.yaml --input rows.csv --simulate   try it: no key, no cost

pipe help <command> tells the rest. The key is read from MISTRAL_API_KEY.
Exit codes: 0 all records succeeded, 1 some failed, 2 wrong usage or an invalid
file, 3 stopped by the provider, 4 by the budget, 5 a local failure, 130 Ctrl-C.
`;
}

/**
 * The whole command line. Each command imports what it needs only when it runs, so that `--help` and mistakes in the
 * flags are told at once. `done` receives the exit code.
 */
export function buildProgram(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const program = new Command('pipe')
    .usage('<command> [options]')
    .description('Run version-controlled prompt pipelines over every row of a file.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help');
  program.configureHelp({ formatHelp: () => overview(program, terminal) });
  for (const [group, makers] of groups) {
    for (const make of makers) program.addCommand(make(terminal, done).helpGroup(group));
  }
  program.addCommand(completeCommand(terminal, done, program), { hidden: true });
  program.addHelpCommand(
    new Command('help').argument('[command]').description('Print the help of a command').helpGroup('Tools'),
  );
  for (const command of withSubcommands(program)) {
    command.exitOverride();
    refuseRepeated(command);
    refuseEmptyPaths(command);
    command.showHelpAfterError(`(${helpHint(command)})`);
    command.configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      outputError(text, write) {
        write(text);
        const hint = usageHint(text, command);
        if (hint !== undefined) write(`(${hint})\n`);
      },
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
