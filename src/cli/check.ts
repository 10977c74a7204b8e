import { performance } from 'node:perf_hooks';
import { Argument, Command, Option } from 'commander';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import { checkFiles, type Checked, type CheckFlags } from './check-files.ts';
import { count } from './check-records.ts';
import { exit, type ExitCode } from './exit.ts';
import { repositoryRoot } from './github.ts';
import { addPipelineOptions, inputOption, lockedOption } from './prepare.ts';
import { columnsOf, printError, type Terminal, wantsColor, writeOut } from './terminal.ts';
import { watchConflict } from './watch-conflict.ts';

interface CheckCommandFlags extends CheckFlags {
  readonly watch?: boolean;
  readonly format: 'text' | 'json' | 'github' | 'sarif';
}

export function checkCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = new Command('check')
    .summary('Tell every mistake, without a call')
    .description('Tell every mistake in pipelines, their tests and their input, without a call')
    .addArgument(new Argument('<file...>', 'pipeline files, or their files of tests'))
    .addOption(inputOption());
  return addPipelineOptions(command)
    .addOption(lockedOption())
    .option('--watch', 'check again whenever a file of theirs changes, until Ctrl-C')
    .addOption(
      new Option('--format <format>', 'text on stderr; json, SARIF or GitHub annotations on stdout')
        .choices(['text', 'json', 'github', 'sarif'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ pipe check pipelines/*.yaml
  $ pipe check translate.yaml --input rows.csv  its columns and records, too
  $ pipe check translate.yaml --watch           again at each save
  $ pipe check translate.yaml --locked          what has changed since pipe lock
  $ pipe check pipelines/*.yaml --format sarif > pipe.sarif`,
    )
    .action(async (files: readonly string[], flags: CheckCommandFlags) =>
      done(await check(terminal, files, flags)),
    );
}

async function check(
  terminal: Terminal,
  files: readonly string[],
  flags: CheckCommandFlags,
): Promise<ExitCode> {
  if (flags.watch === true) return watch(terminal, files, flags);
  const checked = await checkFiles(terminal, files, flags);
  const { diagnostics, sound } = checked;
  if (flags.format === 'text') {
    const text = await textOf(terminal, checked);
    terminal.stderr.write(`${withoutCommands(printable(sound.join(''), 'lines'))}${text}`);
  } else {
    const { formatDiagnostics } = await import('../diagnostic/format.ts');
    const root = repositoryRoot(terminal);
    const options = { format: flags.format, color: false, cwd: terminal.cwd, root };
    await writeOut(terminal, formatDiagnostics(diagnostics, options));
  }
  return diagnostics.some(({ severity }) => severity === 'error') ? exit.usage : exit.success;
}

async function textOf(terminal: Terminal, { diagnostics }: Checked): Promise<string> {
  const { formatDiagnostics } = await import('../diagnostic/format.ts');
  return formatDiagnostics(diagnostics, {
    format: 'text',
    color: wantsColor(terminal, terminal.stderr),
    ...columnsOf(terminal.stderr),
    cwd: terminal.cwd,
  });
}

async function watch(
  terminal: Terminal,
  files: readonly string[],
  flags: CheckCommandFlags,
): Promise<ExitCode> {
  const conflict = watchConflict(flags);
  if (conflict !== undefined) {
    await printError(terminal, conflict);
    return exit.usage;
  }
  const { watchRounds } = await import('./watch.ts');
  return watchRounds(terminal, async () => {
    const began = performance.now();
    terminal.stderr.write(`checking at ${new Date().toTimeString().slice(0, 8)}\n`);
    const checked = await checkFiles(terminal, files, flags);
    const took = Math.max(1, Math.round(performance.now() - began));
    const isSound = checked.diagnostics.every(({ severity }) => severity === 'warning');
    const verdict = isSound ? `no mistakes in ${count(checked.sound.length, 'pipeline')} (${took} ms)\n` : '';
    terminal.stderr.write(`${await textOf(terminal, checked)}${verdict}`);
    return checked.paths;
  });
}
