import { Argument, Command, Option } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import type { Plan } from '../plan.ts';
import type { RecordSource } from '../records/open.ts';
import { exit, type ExitCode } from './exit.ts';
import type { Columns } from '../pipeline/columns.ts';
import { addPipelineOptions, headerOf, inputOption, load, openInput, type PipelineFlags } from './prepare.ts';
import { printError, wantsColor, writeOut, type Terminal } from './terminal.ts';

interface CheckFlags extends PipelineFlags {
  readonly format: 'text' | 'json' | 'github';
}

/** Of the mistakes in records, so many are told; a file with a wrong column has one in every row. */
const mostRecordMistakes = 20;

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
  const opened = flags.input === undefined ? undefined : await openInput(terminal, flags.input, flags);
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
    const records = source === undefined ? undefined : await checkRecords(plan, source);
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

const mostFields = 1000;

/** The fields that the records of a file without a header have, so that a name that none has is told. */
async function fieldsOf(source: RecordSource): Promise<Columns | undefined> {
  if (!source.replayable) return undefined;
  const names = new Set<string>();
  for await (const item of source.read()) {
    if (item.ok) for (const name of Object.keys(item.value)) names.add(name);
    if (names.size > mostFields) return undefined;
  }
  return names.size === 0 ? undefined : { path: source.path, names: [...names], from: 'records' };
}

interface CheckedRecords {
  readonly checked: number;
  readonly bad: boolean;
  readonly mistakes: readonly Diagnostic[];
}

/**
 * What would fail each record before its first answer: rows that are none, fields against the schema, keys, `when`s,
 * prompts that lack a field. Without a plan, only the rows themselves.
 */
async function checkRecords(plan: Plan | undefined, source: RecordSource): Promise<CheckedRecords> {
  const { createKeys } = await import('../run/keys.ts');
  const { previewRecord } = await import('../run/preview.ts');
  const keys = createKeys(plan?.input.key);
  const { path } = source;
  const mistakes: Diagnostic[] = [];
  const counts = { checked: 0, bad: 0, skipped: 0 };
  const add = (line: number, code: string, message: string) => {
    const place = { path, line };
    mistakes.push({ severity: 'error', code: code.replaceAll('_', '-'), message, place });
  };
  for await (const item of source.read(plan?.input.schema)) {
    if ('broken' in item) return { checked: counts.checked, bad: true, mistakes: [...mistakes, item.broken] };
    counts.checked += 1;
    const key = keys.keyOf(item);
    const previews = plan === undefined ? [] : previewRecord(plan, item, key).map(({ preview }) => preview);
    const errors =
      plan === undefined && !item.ok ? [item.error] : previews.filter(({ kind }) => kind === 'error');
    if (previews.length === 1 && previews[0]?.kind === 'skipped') counts.skipped += 1;
    if (errors.length === 0) continue;
    counts.bad += 1;
    if (counts.bad > mostRecordMistakes) continue;
    for (const error of errors) if ('code' in error) add(item.line, error.code, error.message);
  }
  if (counts.bad > mostRecordMistakes) {
    const message = `${count(counts.bad, 'record')} of ${counts.checked} would fail; the first ${mostRecordMistakes} are told`;
    mistakes.push({ severity: 'error', code: 'bad-records', message, place: { path, line: 1 } });
  }
  if (plan?.input.when !== undefined && counts.checked > 0 && counts.skipped === counts.checked) {
    const message = `\`input.when\` skips every record (${counts.checked})`;
    mistakes.push({ severity: 'warning', code: 'all-skipped', message, place: { path, line: 1 } });
  }
  return { checked: counts.checked, bad: counts.bad > 0, mistakes };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
