import { Argument, Command, Option } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import { checkRecords, count, fieldsOf } from './check-records.ts';
import { exit, type ExitCode } from './exit.ts';
import { filesFolder, refusedFiles } from './image-folder.ts';
import { addPipelineOptions, headerOf, inputOption, load, openInput, type PipelineFlags } from './prepare.ts';
import { printError, wantsColor, writeOut, type Terminal } from './terminal.ts';

interface CheckFlags extends PipelineFlags {
  readonly format: 'text' | 'json' | 'github';
}

export function checkCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = new Command('check')
    .summary('Tell every mistake, without a call')
    .description('Tell every mistake in pipeline files and their input, without a call')
    .addArgument(new Argument('<file...>', 'pipeline files'))
    .addOption(inputOption());
  return addPipelineOptions(command)
    .addOption(
      new Option('--format <format>', 'text on stderr; json or github annotations on stdout')
        .choices(['text', 'json', 'github'])
        .default('text'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ pipe check pipelines/*.yaml
  $ pipe check translate.yaml --input rows.csv     the columns and every record, too`,
    )
    .action(async (files: readonly string[], flags: CheckFlags) => done(await check(terminal, files, flags)));
}

async function check(terminal: Terminal, files: readonly string[], flags: CheckFlags): Promise<ExitCode> {
  const opened =
    (await refusedFiles(flags)) ??
    (flags.input === undefined ? undefined : await openInput(terminal, flags.input, flags));
  const source = opened?.ok === true ? opened.value : undefined;
  if (source?.replayable === false && files.length > 1) {
    await source.close();
    const hint = 'check one pipeline against it, or name a file';
    await printError(terminal, `${source.path} can be read only once`, hint);
    return exit.usage;
  }
  const diagnostics: Diagnostic[] = opened?.ok === false ? [opened.error] : [];
  const columns = source && (headerOf(source) ?? (await fieldsOf(source)));
  const sound: string[] = [];
  for (const file of files) {
    const { plan, diagnostics: found } = await load(terminal, file, flags, columns);
    diagnostics.push(...found);
    const records = source === undefined ? undefined : await checkRecords(plan, source, filesFolder(flags));
    diagnostics.push(...(records?.mistakes ?? []));
    if (plan === undefined || records?.bad === true) continue;
    const counted = records === undefined ? '' : `, ${count(records.checked, 'record')}`;
    sound.push(`${file}: ok, ${count(plan.steps.length, 'step')}${counted}\n`);
  }
  const { formatDiagnostics } = await import('../diagnostic/format.ts');
  const color = flags.format === 'text' && wantsColor(terminal, terminal.stderr);
  const text = formatDiagnostics(diagnostics, { format: flags.format, color, cwd: terminal.cwd });
  if (flags.format === 'text') {
    terminal.stderr.write(`${withoutCommands(printable(sound.join(''), 'lines'))}${text}`);
  } else await writeOut(terminal, text);
  return diagnostics.some(({ severity }) => severity === 'error') ? exit.usage : exit.success;
}
