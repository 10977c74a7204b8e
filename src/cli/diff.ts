import { Argument, Command, Option } from 'commander';
import type { Comparison } from '../comparison/compare.ts';
import type { UnknownPath } from '../comparison/allowed-fields.ts';
import type { AllowedPath } from '../comparison/field-path.ts';
import type { Side } from '../comparison/side.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { exit, type ExitCode } from './exit.ts';
import { collect, positiveInteger } from './options.ts';
import { openSide } from './diff-sides.ts';
import { refuseCommand, refuseCommandUse } from './refuse.ts';
import { printDiagnostics, printError, wantsColor, writeOut, type Terminal } from './terminal.ts';

interface DiffFlags {
  readonly key?: string;
  readonly format: 'text' | 'json' | 'markdown' | 'html';
  readonly allow?: readonly string[];
  readonly limit?: number;
  readonly all?: boolean;
}

export function diffCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('diff')
    .summary('Tell what changed between two runs')
    .description('Tell what changed between two runs, or two files of rows')
    .addArgument(new Argument('<before>', "a run's folder, its name in runs/, or a file of rows"))
    .addArgument(new Argument('<after>', 'the run or file of rows that it is compared with'))
    .option('--key <field>', 'the field that names each row of a file; records of a run have their keys')
    .option('--allow <path>', 'a field that may differ, such as reply or ticket.*; several times', collect)
    .addOption(
      new Option('--format <format>', 'text, json, markdown for a pull request, or html')
        .choices(['text', 'json', 'markdown', 'html'])
        .default('text'),
    )
    .option(
      '--limit <n>',
      'changed records that are shown, what --allow does not name first (default: 20, html: 200)',
      positiveInteger,
    )
    .option('--all', 'show all changed records')
    .addHelpText(
      'after',
      `
Examples:
  $ pipe diff tickets-20260131T235958Z-0a1b tickets-20260201T080000Z-2c3d
  $ pipe diff golden.jsonl tickets-20260201T080000Z-2c3d --key id --allow reply
  $ pipe diff before.csv after.csv --key id --format json
  $ pipe diff main branch --format markdown | gh pr comment --body-file -

Records are matched by their keys. What a table holds is compared as text.
JSON holds every change: {same, changed: [{key, fields: {name: {a, b}}}], ...}.
Exit codes: 0 the same, but for what --allow names; 1 outputs or outcomes
differ; 2 wrong usage. Tokens, cost and time are told, and are no difference.`,
    )
    .action(async (before: string, after: string, flags: DiffFlags) =>
      done(await diff(terminal, before, after, flags)),
    );
}

async function diff(terminal: Terminal, before: string, after: string, flags: DiffFlags): Promise<ExitCode> {
  const misused = await misuseOf(before, after, flags);
  if (misused !== undefined) return refuseCommandUse(terminal, flags, misused.message, misused.hint);
  const allow = await allowedPaths(flags.allow ?? []);
  const a = await openSide(terminal, before, flags.key);
  const b = await openSide(terminal, after, flags.key);
  const mistakes = [allow, a, b].flatMap((part) => (part.ok ? [] : [part.error]));
  if (!allow.ok || !a.ok || !b.ok) {
    return refuseCommand(terminal, flags, mistakes);
  }
  const sides = [a.value, b.value];
  if (flags.key !== undefined && sides.every(({ run }) => run !== undefined)) {
    const message = '`--key` is for files of rows, and both of these are runs';
    return refuseCommandUse(terminal, flags, message, 'leave it out');
  }
  await printDiagnostics(terminal, [...sides.flatMap(unfinished), ...sides.flatMap(unknownSkips)]);
  const [{ compareSides }, { errorCode, inWords }] = await Promise.all([
    import('../comparison/compare.ts'),
    import('../run/file-system.ts'),
  ]);
  try {
    const compared = await compareSides(a.value, b.value, { allow: allow.value });
    if (!compared.ok) return await refuseCommand(terminal, flags, compared.error);
    try {
      await printDiagnostics(terminal, compared.value.unknownPaths.map(unknownPath));
      await show(terminal, compared.value, flags);
      return compared.value.differs ? exit.failures : exit.success;
    } finally {
      await compared.value.close();
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    await printError(terminal, `the comparison could not go on: ${inWords(error)}`, undefined, 'disk');
    return exit.local;
  }
}

async function misuseOf(
  before: string,
  after: string,
  { limit, all, format, key }: DiffFlags,
): Promise<{ readonly message: string; readonly hint?: string } | undefined> {
  if (before === '-' && after === '-') return { message: 'both sides cannot be read from stdin' };
  if (key === '') return { message: '`--key` has no name', hint: 'give the field that names each row' };
  if (limit !== undefined && all === true) return { message: '--limit and --all say two things: keep one' };
  if ((limit !== undefined || all === true) && format === 'json')
    return { message: '--format json has every change: leave out --limit and --all' };
  return undefined;
}

async function allowedPaths(texts: readonly string[]) {
  const { parseAllowedPath } = await import('../comparison/field-path.ts');
  const { failure, success } = await import('../result.ts');
  const paths: AllowedPath[] = [];
  for (const text of texts) {
    const path = parseAllowedPath(text);
    if (!path.ok) {
      const hint = 'write one such as reply, ticket.topic or ticket.*';
      const error: Diagnostic = { severity: 'error', code: 'usage', message: `--allow: ${path.error}`, hint };
      return failure(error);
    }
    paths.push(path.value);
  }
  return success(paths);
}

function unknownPath({ text, nearest }: UnknownPath): Diagnostic {
  return {
    severity: 'warning',
    code: 'unknown-field',
    message: `--allow: no record of either side has a field \`${text}\``,
    ...(nearest !== undefined && { hint: `did you mean \`--allow ${nearest}\`?` }),
  };
}

/** What a run has skipped is taken for records that it does not have, where nothing tells of them. */
function unknownSkips({ name, run }: Side): readonly Diagnostic[] {
  if (run?.skippedUnknown !== true) return [];
  return [
    {
      severity: 'warning',
      code: 'no-journal',
      message: `\`journal.jsonl\` of the run \`${name}\`, which alone tells the records that it skipped, is not there`,
      hint: 'records that the other run has and this one skipped are told as added or removed',
    },
  ];
}

/** What a run has not come to yet is missing on its side. */
function unfinished({ name, run }: Side): readonly Diagnostic[] {
  if (run === undefined || run.summary.state === 'completed') return [];
  const { state, counts } = run.summary;
  const pending =
    counts === null || counts.pending === 0 ? '' : `: ${counts.pending} of its records are pending`;
  const stands = run.isKilled === true ? 'was killed' : `is ${state}`;
  const isAtWork = state === 'running' && run.isKilled !== true;
  return [
    {
      severity: 'warning',
      code: 'unfinished-run',
      message: `the run \`${name}\` ${stands}${pending}`,
      hint: isAtWork
        ? 'this compares what its last session has left: wait until it has ended, and compare again'
        : `\`pipe resume ${name}\` finishes it`,
    },
  ];
}

const usualLimit = { text: 20, html: 200 } as const;

async function show(terminal: Terminal, comparison: Comparison, flags: DiffFlags): Promise<void> {
  for await (const text of await textsOf(terminal, comparison, flags)) {
    // Who has closed his end, as `head` does, wants to hear no more.
    if (!terminal.stdout.writable) return;
    await writeOut(terminal, text);
  }
}

async function textsOf(
  terminal: Terminal,
  comparison: Comparison,
  { format, limit, all }: DiffFlags,
): Promise<AsyncIterable<string>> {
  const most = (usual: number) => (all === true ? Infinity : (limit ?? usual));
  const { stdout } = terminal;
  switch (format) {
    case 'json': {
      const { comparisonJson } = await import('../report/comparison/json.ts');
      return comparisonJson(comparison);
    }
    case 'text': {
      const { comparisonText } = await import('../report/comparison/text.ts');
      const output = {
        color: wantsColor(terminal, stdout),
        columns: stdout.columns || 80,
        isTerminal: stdout.isTTY,
      };
      return comparisonText(comparison, { output, limit: most(usualLimit.text) });
    }
    case 'markdown': {
      const { comparisonMarkdown } = await import('../report/comparison/markdown.ts');
      return comparisonMarkdown(comparison, { limit: most(Infinity) });
    }
    case 'html': {
      const { comparisonHtml } = await import('../report/comparison/html.ts');
      return comparisonHtml(comparison, { limit: most(usualLimit.html) });
    }
  }
}
