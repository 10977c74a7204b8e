import { join, resolve } from 'node:path';
import { Argument, Command } from 'commander';
import { shownPath } from '../diagnostic/placed.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import type { FailedRecord } from '../report/failures.ts';
import type { FileSystem } from '../run/file-system.ts';
import type { MergedRun } from '../run/merge/merge.ts';
import { exit, type ExitCode } from './exit.ts';
import { findRun, runsFolder } from './find-run.ts';
import { checkOutput, type RunOutput } from './output.ts';
import { overwritten } from './overwriting.ts';
import { commandOf } from './reporters.ts';
import { shownPaths } from './shown-paths.ts';
import { printDiagnostics, wantsColor, writeOut, type Terminal } from './terminal.ts';

interface MergeFlags {
  readonly runDir?: string;
  readonly output?: string;
  readonly quiet?: boolean;
}

export function mergeCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  return new Command('merge')
    .summary('Join the runs of all shards into one')
    .description('Join the runs of all --shard i/n of an input into one')
    .addArgument(new Argument('<run...>', 'their folders, or names in runs/'))
    .option('--run-dir <dir>', 'the folder of the whole (default: a new one in runs/)')
    .option('--output <file>', 'write the result rows here too: .jsonl, .csv, .tsv or .json; - for stdout')
    .option('--quiet', 'say nothing but what is wrong')
    .addHelpText(
      'after',
      `
Examples:
  $ pipe run tickets.yaml --input rows.csv --shard 1/2 --run-dir shards/1
  $ pipe run tickets.yaml --input rows.csv --shard 2/2 --run-dir shards/2
  $ pipe merge shards/* --run-dir whole --output replies.csv

The whole is a run like any other: its records are in input order, its counts
and usage are the sums, and pipe resume runs its failed records again. Each
shard has to be there once and completed, of the same pipeline, input and flags;
none is changed.
Exit codes: 0 merged, 2 refused, 5 a local failure.`,
    )
    .action(async (runs: readonly string[], flags: MergeFlags) => done(await merge(terminal, runs, flags)));
}

async function merge(terminal: Terminal, runs: readonly string[], flags: MergeFlags): Promise<ExitCode> {
  const output = await checkOutput(flags.output, '');
  if (!output.ok) return refuse(terminal, [output.error]);
  const found = await Promise.all(
    runs.map(async (run) => ({ run, folder: await findRun(terminal.cwd, run) })),
  );
  const lost = found.flatMap(({ folder }) => (folder.ok ? [] : [folder.error]));
  if (lost.length > 0) return refuse(terminal, lost);
  const sources = found.flatMap(({ run, folder }) => (folder.ok ? { name: run, folder: folder.value } : []));
  const [{ mergeRuns }, { readRun }] = await Promise.all([
    import('../run/merge/merge.ts'),
    import('../run/read-summary.ts'),
  ]);
  const first = await readRun(sources[0]?.folder ?? '');
  const place =
    flags.runDir === undefined
      ? { runsDir: join(terminal.cwd, runsFolder), name: first.ok ? first.value.name : 'run' }
      : resolve(terminal.cwd, flags.runDir);
  const taken =
    output.value.kind === 'file'
      ? await overwritten('--output', output.value.path, {
          cwd: terminal.cwd,
          ...(typeof place === 'string' && { runDir: place }),
        })
      : undefined;
  if (taken !== undefined) return refuse(terminal, [taken]);
  const merged = await mergeRuns(sources, place, { pid: terminal.pid });
  if (!merged.ok) {
    const { kind, reasons } = merged.error;
    return refuse(terminal, reasons, kind === 'input' ? exit.usage : exit.local);
  }
  await printDiagnostics(terminal, merged.value.warnings);
  const unwritten = await writeMerged(terminal, merged.value.folder, output.value);
  if (flags.quiet !== true) await tell(terminal, merged.value, runs.length, flags.output);
  return unwritten === undefined ? exit.success : refuse(terminal, [unwritten], exit.local);
}

async function refuse(
  terminal: Terminal,
  reasons: readonly Diagnostic[],
  code: ExitCode = exit.usage,
): Promise<ExitCode> {
  const shown = (text: string) => shownPaths(text, terminal.cwd);
  await printDiagnostics(
    terminal,
    reasons.map((reason) => ({
      ...reason,
      message: shown(reason.message),
      ...(reason.hint !== undefined && { hint: shown(reason.hint) }),
    })),
  );
  return code;
}

/** Puts the rows where they are wanted; what failed then has left the merged run as it is. */
async function writeMerged(
  terminal: Terminal,
  folder: string,
  output: RunOutput,
): Promise<Diagnostic | undefined> {
  if (output.kind === 'none') return undefined;
  const [{ encodeRows, writeRows }, { nodeFileSystem }] = await Promise.all([
    import('../records/writers.ts'),
    import('../run/file-system.ts'),
  ]);
  async function* rows(): AsyncIterable<JsonValue> {
    for await (const { output } of linesOf(nodeFileSystem, join(folder, 'results.jsonl'))) {
      if (output !== undefined) yield output;
    }
  }
  if (output.kind === 'file') {
    const written = await writeRows(output.path, rows, { output: output.format });
    return written.ok ? undefined : written.error;
  }
  for await (const text of encodeRows(rows(), output.format.encoder([]))) {
    if (!terminal.stdout.writable) break;
    await writeOut(terminal, text);
  }
  return undefined;
}

/** What a run has written to a file of JSON lines. */
async function* linesOf(fileSystem: FileSystem, path: string): AsyncIterable<JsonObject> {
  const { fileLines } = await import('../run/journal/scan-lines.ts');
  for await (const line of fileLines(fileSystem, path)) yield JSON.parse(line.toString()) as JsonObject;
}

/** What the whole came to, as its run would have told it. */
async function tell(
  terminal: Terminal,
  { folder, summary, usage }: MergedRun,
  shards: number,
  outputPath: string | undefined,
): Promise<void> {
  const [{ formatSummary }, { collectFailures }, { formatAmount }, { nodeFileSystem }, { printable }] =
    await Promise.all([
      import('../report/summary.ts'),
      import('../report/failures.ts'),
      import('../report/numbers.ts'),
      import('../run/file-system.ts'),
      import('../diagnostic/printable.ts'),
    ]);
  const { name, counts, tool_calls, budget, duration, simulated, input } = summary;
  if (counts === null || tool_calls === null) throw new Error('a merged run has not counted its records');
  const failures = collectFailures();
  for await (const line of linesOf(nodeFileSystem, join(folder, 'errors.jsonl'))) {
    failures.add({
      type: 'record_finished',
      outcome: 'failed',
      sequence: 0,
      ...line,
    } as unknown as FailedRecord);
  }
  const shownFolder = shownPath(folder, terminal.cwd);
  const { total } = counts;
  const text = formatSummary(
    {
      started: { type: 'run_started', pipeline: name, total, concurrency: 0, folder: shownFolder, simulated },
      finished: {
        type: 'run_finished',
        state: 'completed',
        counts,
        tool_calls,
        usage,
        ...(budget !== null && { budget }),
        duration: duration ?? 0,
        failed: counts.failed > 0,
      },
      failures,
      done: 0,
      ofShards: true,
      cut: 0,
      further: 0,
      inputPath: input.path === null ? 'input' : shownPath(input.path, terminal.cwd),
      ...(outputPath !== undefined && { outputPath }),
      command: commandOf(terminal),
    },
    {
      columns: terminal.stderr.columns || 80,
      isTerminal: terminal.stderr.isTTY,
      color: wantsColor(terminal, terminal.stderr),
    },
  );
  terminal.stderr.write(`merged ${formatAmount(shards, 'shard')} into ${printable(shownFolder)}\n\n${text}`);
}
