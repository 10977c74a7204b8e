import { Option, type Command } from 'commander';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Columns } from '../pipeline/columns.ts';
import type { LoadedPipeline } from '../pipeline/pipeline.ts';
import type { Plan } from '../plan.ts';
import type { RecordSource, Survey } from '../records/open.ts';
import type { Selection } from '../records/selection.ts';
import { failure, success, type Result } from '../result.ts';
import { refusedFiles } from './image-folder.ts';
import { collect, positiveInteger, shard, wholeNumber, type Shard } from './options.ts';
import type { Terminal } from './terminal.ts';

/** What run, check and render share: one pipeline file, what overrides it, and the input. */
export interface PipelineFlags {
  readonly input?: string;
  readonly inputFormat?: string;
  /** The copy of an input that came once, in the folder of the run that is gone on with: it is read in the input's place. */
  readonly spool?: string;
  readonly var?: readonly string[];
  readonly set?: readonly string[];
  readonly model?: string;
  readonly concurrency?: number;
  readonly budgetUsd?: number;
  /** False where no answer is to come from the cache. */
  readonly cache?: boolean;
  readonly files?: string;
}

export interface SelectionFlags {
  readonly limit?: number;
  readonly offset?: number;
  readonly sample?: number;
  readonly seed?: number;
  readonly shard?: Shard;
}

export function inputOption(): Option {
  return new Option(
    '--input <rows>',
    'the records: .jsonl, .csv, .tsv or .json, gzipped or not, or - for stdin',
  );
}

export function lockedOption(): Option {
  return new Option('--locked', 'refuse what differs from what pipe lock has pinned');
}

export function simulateOption(
  description = 'answer from a local simulator, such as --simulate=latency=300ms,errors=2%',
): Option {
  return new Option('--simulate [options]', description);
}

/** Asked for at the last: a misspelt `--input` is to be told as such, not as missing. */
export function requireInput(command: Command): Command {
  return command.addOption(inputOption()).hook('preAction', () => {
    if (command.opts<PipelineFlags>().input !== undefined) return;
    command.error("error: required option '--input <rows>' not specified");
  });
}

export function addPipelineOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--input-format <format>', 'read the input as this, whatever its name').choices(
        inputFormats,
      ),
    )
    .option('--var <name=value>', 'set a variable of the pipeline (repeatable)', collect)
    .option(
      '--set <path=value>',
      'set any key of the pipeline file, such as retry.attempts=2; null leaves it out',
      collect,
    )
    .option('--model <name>', 'use this model in every step')
    .option('--files <dir>', "where paths of images begin (default: the input's)");
}

export function addSelectionOptions(command: Command): Command {
  return command
    .option('--limit <n>', 'only the first n records', positiveInteger)
    .option('--offset <n>', 'leave out the first n records', wholeNumber)
    .option('--sample <n>', 'n records drawn at random, in input order', positiveInteger)
    .option('--seed <n>', 'what --sample draws by (default: 0)', wholeNumber)
    .option('--shard <i/n>', 'every nth record, from the ith: 1/4 to 4/4 together are the whole', shard);
}

/** Kept here as words so that `--help` need not load the formats; a test holds it equal to the registry. */
export const inputFormats = ['jsonl', 'csv', 'tsv', 'json', 'errors'] as const;

export function selectionOf(flags: SelectionFlags): Selection {
  return {
    ...(flags.shard !== undefined && { shard: flags.shard }),
    ...(flags.offset !== undefined && { offset: flags.offset }),
    ...(flags.sample !== undefined && { sample: { size: flags.sample, seed: flags.seed ?? 0 } }),
    ...(flags.limit !== undefined && { limit: flags.limit }),
  };
}

export interface Prepared {
  readonly plan: Plan;
  readonly source: RecordSource;
  /** What a first pass over the input has told; absent for what can be read only once, such as stdin. */
  readonly total?: Survey;
  readonly warnings: readonly Diagnostic[];
}

/** Opens the input and checks the pipeline against it. All mistakes of both are told, and nothing is paid for yet. */
export async function prepare(
  terminal: Terminal,
  file: string,
  input: string,
  flags: PipelineFlags,
): Promise<Result<Prepared, readonly Diagnostic[]>> {
  const opened = (await refusedFiles(flags)) ?? (await openInput(terminal, input, flags));
  const { plan, diagnostics } = await load(
    terminal,
    file,
    flags,
    opened.ok ? headerOf(opened.value) : undefined,
  );
  if (!opened.ok) return failure([...diagnostics, opened.error]);
  const total = await opened.value.survey();
  if (total?.ok === false) return failure([...diagnostics, total.error]);
  if (plan === undefined) {
    await opened.value.close();
    return failure(diagnostics);
  }
  if (total === undefined) return success({ plan, source: opened.value, warnings: diagnostics });
  return success({ plan, source: opened.value, total: total.value, warnings: diagnostics });
}

export async function openInput(
  terminal: Terminal,
  path: string,
  { inputFormat, spool }: PipelineFlags,
): Promise<Result<RecordSource, Diagnostic>> {
  if (spool !== undefined) {
    const { openSpool } = await import('../records/spooled.ts');
    return openSpool({ path: spool, format: inputFormat ?? 'jsonl' });
  }
  if (path === '-' && terminal.stdin.isTTY) {
    terminal.stderr.write('reading records from the keyboard, a line each; end them with Ctrl-D\n');
  }
  const { openRecords } = await import('../records/open.ts');
  return openRecords({
    path,
    stdin: terminal.stdin,
    ...(inputFormat !== undefined && { format: inputFormat }),
  });
}

export function headerOf({ path, columns }: RecordSource): Columns | undefined {
  return columns && { path, names: columns };
}

/** Loads a pipeline as the flags change it, against what is known of the input's fields. */
export async function load(
  terminal: Terminal,
  file: string,
  { var: vars, set: sets, model, concurrency, budgetUsd, cache }: PipelineFlags,
  columns: Columns | undefined,
): Promise<LoadedPipeline> {
  const { loadPipeline } = await import('../pipeline/pipeline.ts');
  return loadPipeline(file, {
    cwd: terminal.cwd,
    ...(vars !== undefined && { vars }),
    ...(sets !== undefined && { sets }),
    ...(model !== undefined && { model }),
    ...(concurrency !== undefined && { concurrency }),
    ...(budgetUsd !== undefined && { budgetUsd }),
    ...(cache === false && { cache }),
    ...(columns !== undefined && { columns }),
  });
}
