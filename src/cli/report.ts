import { basename, join, resolve } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { shownPath } from '../diagnostic/placed.ts';
import type { Report } from '../report/figures/report.ts';
import { exit, type ExitCode } from './exit.ts';
import { findRun } from './find-run.ts';
import { wholeNumber } from './options.ts';
import { refuseFor } from './refuse.ts';
import { overwritten } from './overwriting.ts';
import { printDiagnostics, printError, writeOut, type Terminal } from './terminal.ts';

type Format = 'html' | 'md' | 'json';

interface ReportFlags {
  readonly output?: string;
  readonly format?: Format;
  readonly sample: number;
  readonly seed: number;
}

/** Failed records that are shown one by one, at most. */
const failuresShown = 2000;
const othersShown = 1000;

export function reportCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('report')
    .summary('Make a page of a run')
    .description('Make a page of what a run did: figures, errors, and its records one by one')
    .addArgument(new Argument('[run]', "the run's folder, or its name in runs/ (default: the newest there)"))
    .option(
      '--output <file>',
      "where to write it, or - for stdout (default: report.html in the run's folder)",
    )
    .addOption(
      new Option(
        '--format <format>',
        'html: one file that needs no other; md: for job summaries, json: the figures, both on stdout',
      ).choices(['html', 'md', 'json']),
    )
    .option(
      '--sample <n>',
      'records shown beside those that failed, drawn at random',
      wholeNumber,
      othersShown,
    )
    .option('--seed <n>', 'what --sample draws by', wholeNumber, 0)
    .addHelpText(
      'after',
      `
Examples:
  $ pipe report                  writes report.html into the newest run's folder
  $ pipe report runs/tickets-20260131T235958Z-0a1b --output tickets.html
  $ pipe report --format md >> "$GITHUB_STEP_SUMMARY"
  $ pipe report --format json | jq .calls.by_step

It works while a run goes on, and after one was killed. Nothing of the pipeline
is executed. The page loads nothing and sends nothing; it holds records and
answers: mind whom you show it.`,
    )
    .action(async (run: string | undefined, flags: ReportFlags) => done(await report(terminal, run, flags)));
}

async function report(terminal: Terminal, run: string | undefined, flags: ReportFlags): Promise<ExitCode> {
  const found = await findRun(terminal.cwd, run, 'report');
  if (!found.ok) {
    await printDiagnostics(terminal, [found.error]);
    return exit.usage;
  }
  const folder = found.value;
  const { readRun } = await import('../run/read-summary.ts');
  const summary = await readRun(folder);
  if (!summary.ok) return refuseFor(terminal, { format: 'text' }, summary.error);
  const format = flags.format ?? formatOf(flags.output);
  const taken =
    flags.output === undefined || flags.output === '-'
      ? undefined
      : await overwritten('--output', flags.output, { cwd: terminal.cwd });
  if (taken !== undefined) {
    await printDiagnostics(terminal, [taken]);
    return exit.usage;
  }
  const { makeReport } = await import('./make-report.ts');
  const made = await makeReport(
    terminal,
    { folder, summary: summary.value },
    {
      // The others show no record.
      failed: format === 'html' ? failuresShown : 0,
      others: format === 'html' ? flags.sample : 0,
      seed: flags.seed,
    },
  );
  if (!made.ok) {
    const code = made.error.kind === 'local' ? exit.local : exit.usage;
    return refuseFor(terminal, { format: 'text' }, made.error, code);
  }
  const text = await formatted(made.value, format);
  const output = flags.output ?? (format === 'html' ? join(folder, 'report.html') : '-');
  if (output === '-') {
    await writeOut(terminal, text);
    return exit.success;
  }
  return writeReport(terminal, output, text);
}

/** `--output summary.md` says what it is to be. */
function formatOf(output: string | undefined): Format {
  const name = basename(output ?? '').toLowerCase();
  if (name.endsWith('.md')) return 'md';
  return name.endsWith('.json') ? 'json' : 'html';
}

async function formatted(report: Report, format: Format): Promise<string> {
  switch (format) {
    case 'html':
      return (await import('../report/page/page.ts')).reportPage(report);
    case 'md':
      return (await import('../report/figures/markdown.ts')).reportMarkdown(report);
    case 'json':
      return (await import('../report/figures/json.ts')).reportJson(report);
  }
}

async function writeReport(terminal: Terminal, output: string, text: string): Promise<ExitCode> {
  const { replaceFile } = await import('../records/replace-file.ts');
  const path = resolve(terminal.cwd, output);
  async function* whole(): AsyncIterable<string> {
    yield text;
  }
  const failed = await replaceFile(path, whole(), false);
  if (failed !== undefined) {
    await printError(terminal, failed.message, failed.hint, failed.code);
    return exit.local;
  }
  terminal.stderr.write(`report  ${shownPath(path, terminal.cwd)}\n`);
  return exit.success;
}
