import { Argument, Command, Option } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { shownPath } from '../diagnostic/placed.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import type { Plan } from '../plan.ts';
import { checkRecords, count, fieldsOf } from './check-records.ts';
import { checkTests, hasTests } from './check-tests.ts';
import { exit, type ExitCode } from './exit.ts';
import { repositoryRoot } from './github.ts';
import { filesFolder, refusedFiles } from './image-folder.ts';
import {
  addPipelineOptions,
  headerOf,
  inputOption,
  load,
  lockedOption,
  openInput,
  type PipelineFlags,
} from './prepare.ts';
import { columnsOf, printError, type Terminal, wantsColor, writeOut } from './terminal.ts';

interface CheckFlags extends PipelineFlags {
  readonly locked?: boolean;
  readonly format: 'text' | 'json' | 'github';
}

export function checkCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = new Command('check')
    .summary('Tell every mistake, without a call')
    .description('Tell every mistake in pipelines, their tests and their input, without a call')
    .addArgument(new Argument('<file...>', 'pipeline files, or their files of tests'))
    .addOption(inputOption());
  return addPipelineOptions(command)
    .addOption(lockedOption())
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
  $ pipe check translate.yaml --input rows.csv  its columns and records, too
  $ pipe check translate.yaml --locked          what has changed since pipe lock`,
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
  const { isTestFile, testFilesOf, withoutPipeline } = await import('../testing/files.ts');
  const checked = new Set<string>();
  for (const file of files) {
    const found = await testFilesOf(file, terminal.cwd);
    // A pipeline and its tests are checked together, whichever of them is named.
    if (checked.has(found.pipeline)) continue;
    checked.add(found.pipeline);
    const lone = await withoutPipeline(file, found, terminal.cwd);
    if (lone !== undefined) {
      diagnostics.push(lone);
      continue;
    }
    const pipeline = isTestFile(file) ? shownPath(found.pipeline, terminal.cwd) : file;
    const { plan, source: text, diagnostics: mistakes } = await load(terminal, pipeline, flags, columns);
    diagnostics.push(...mistakes);
    const tests = hasTests(text, found) ? await checkTests(terminal, file) : undefined;
    diagnostics.push(...(tests?.diagnostics ?? []));
    const drifts = plan !== undefined && flags.locked === true ? await lockDrifts(plan, pipeline) : [];
    diagnostics.push(...drifts);
    const records = source === undefined ? undefined : await checkRecords(plan, source, filesFolder(flags));
    diagnostics.push(...(records?.mistakes ?? []));
    const isHeld = drifts.every(({ severity }) => severity === 'warning');
    if (plan === undefined || records?.bad === true || tests?.bad === true || !isHeld) continue;
    const counted = records === undefined ? '' : `, ${count(records.checked, 'record')}`;
    const tested = tests === undefined ? '' : `, ${count(tests.checked, 'test')}`;
    const held = flags.locked === true ? ', as locked' : '';
    sound.push(`${pipeline}: ok, ${count(plan.steps.length, 'step')}${tested}${counted}${held}\n`);
  }
  const { formatDiagnostics } = await import('../diagnostic/format.ts');
  const color = flags.format === 'text' && wantsColor(terminal, terminal.stderr);
  const text = formatDiagnostics(diagnostics, {
    format: flags.format,
    color,
    ...columnsOf(terminal.stderr),
    cwd: terminal.cwd,
    root: repositoryRoot(terminal),
  });
  if (flags.format === 'text') {
    terminal.stderr.write(`${withoutCommands(printable(sound.join(''), 'lines'))}${text}`);
  } else await writeOut(terminal, text);
  return diagnostics.some(({ severity }) => severity === 'error') ? exit.usage : exit.success;
}

async function lockDrifts(plan: Plan, file: string): Promise<readonly Diagnostic[]> {
  const { holdLock } = await import('../lockfile/hold.ts');
  return (await holdLock(plan, file)).diagnostics;
}
