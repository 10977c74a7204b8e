import { Argument, Command, Option } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Plan } from '../plan.ts';
import type { RecordSource } from '../records/open.ts';
import { exit, type ExitCode } from './exit.ts';
import { addPipelineOptions, inputOption, load, openInput, type PipelineFlags } from './prepare.ts';
import { printError, wantsColor, writeOut, type Terminal } from './terminal.ts';

interface CheckFlags extends PipelineFlags {
  readonly format: 'text' | 'json' | 'github';
}

/** Of the mistakes in records, so many are told; a file with a wrong column has one in every row. */
const mostRecordMistakes = 50;

export function checkCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = new Command('check')
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
  if (flags.input === '-' && files.length > 1) {
    await printError(
      terminal,
      'stdin can be read only once',
      'Check one pipeline against it, or name a file',
    );
    return exit.usage;
  }
  const opened = flags.input === undefined ? undefined : await openInput(terminal, flags.input, flags);
  const source = opened?.ok === true ? opened.value : undefined;
  const diagnostics: Diagnostic[] = opened?.ok === false ? [opened.error] : [];
  const sound: string[] = [];
  for (const file of files) {
    const { plan, diagnostics: found } = await load(terminal, file, flags, source);
    diagnostics.push(...found);
    if (plan === undefined) continue;
    const records = source === undefined ? undefined : await checkRecords(plan, source);
    diagnostics.push(...(records?.mistakes ?? []));
    if (records !== undefined && records.mistakes.length > 0) continue;
    const counted = records === undefined ? '' : `, ${count(records.checked, 'record')}`;
    sound.push(`${file}: ok, ${count(plan.steps.length, 'step')}${counted}\n`);
  }
  const { formatDiagnostics } = await import('../diagnostic/format.ts');
  const color = flags.format === 'text' && wantsColor(terminal, terminal.stderr);
  const text = formatDiagnostics(diagnostics, { format: flags.format, color, cwd: terminal.cwd });
  if (flags.format === 'text') terminal.stderr.write(`${text}${sound.join('')}`);
  else await writeOut(terminal, text);
  return diagnostics.some(({ severity }) => severity === 'error') ? exit.usage : exit.success;
}

interface CheckedRecords {
  readonly checked: number;
  readonly mistakes: readonly Diagnostic[];
}

/** What would fail each record before a call: rows that are none, fields against the schema, keys. */
async function checkRecords(plan: Plan, source: RecordSource): Promise<CheckedRecords> {
  const { createKeys } = await import('../run/keys.ts');
  const { examine } = await import('../run/examine.ts');
  const keys = createKeys(plan.input.key);
  const mistakes: Diagnostic[] = [];
  let checked = 0;
  let bad = 0;
  for await (const item of source.read(plan.input.schema)) {
    if ('broken' in item) {
      mistakes.push(item.broken);
      continue;
    }
    checked += 1;
    const record = examine(item, keys.keyOf(item), plan);
    if (record.ok) continue;
    bad += 1;
    const { code, message } = record.error.error;
    if (bad > mostRecordMistakes) continue;
    const place = { path: source.path, line: item.line };
    mistakes.push({ severity: 'error', code: code.replaceAll('_', '-'), message, place });
  }
  if (bad > mostRecordMistakes) {
    const message = `${count(bad, 'record')} of ${checked} would fail; the first ${mostRecordMistakes} are told`;
    mistakes.push({ severity: 'error', code: 'bad-records', message, place: { path: source.path, line: 1 } });
  }
  return { checked, mistakes };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
