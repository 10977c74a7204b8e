import { join } from 'node:path';
import { Argument, Command, Option } from 'commander';
import { shownPath } from '../diagnostic/placed.ts';
import { printable, withoutCommands } from '../diagnostic/printable.ts';
import type { Estimate } from '../estimate/estimate.ts';
import type { Plan } from '../plan.ts';
import type { InputBroken, RecordItem } from '../records/record.ts';
import { cacheFolder } from './cache-folder.ts';
import { tooDear } from './cost-gate.ts';
import { exit, type ExitCode } from './exit.ts';
import { runsFolder } from './find-run.ts';
import { foreignEncoding } from './foreign-encoding.ts';
import { filesFolder } from './image-folder.ts';
import { collect, dollars, positiveInteger } from './options.ts';
import {
  addPipelineOptions,
  addSelectionOptions,
  prepare,
  requireInput,
  selectionOf,
  type Prepared,
} from './prepare.ts';
import type { PlanFlags } from './plan-flags.ts';
import { recordingConflict } from './recordings.ts';
import { openSources, type PlanSources } from './plan-sources.ts';
import { commandOf, outputOf } from './reporters.ts';
import { refuseCommand } from './refuse.ts';
import { listenForInterrupts } from './signals.ts';
import { printDiagnostics, printError, writeOut, type Terminal } from './terminal.ts';

export function planCommand(terminal: Terminal, done: (code: ExitCode) => void): Command {
  const command = requireInput(
    new Command('plan')
      .summary('Tell what a run would ask and cost')
      .description('Tell what a run would ask, use and cost, without a call')
      .addArgument(new Argument('<file>', 'the pipeline file')),
  )
    .option('--against <run>', 'compare with what this run asked: what a change calls again, and why')
    .option('--max-usd <x>', 'exit with 4 where the run may cost more than this', dollars);
  return addSelectionOptions(addPipelineOptions(command))
    .option('--concurrency <n>', 'calls under way at one time', positiveInteger)
    .option('--record <file>', 'as a run that records there: what the file holds is not asked for')
    .option(
      '--replay <path>',
      'what these recordings hold is known, too; may be given several times',
      collect,
    )
    .option('--no-cache', 'as a run that asks the model for every answer')
    .addOption(
      new Option('--format <format>', 'text, or one JSON object').choices(['text', 'json']).default('text'),
    )
    .addHelpText(
      'after',
      `
Requests are rendered as far as they are known and counted by Mistral's
tokenizer; the cache answers what it can. How long answers are, how often tools
are called and how long it takes is learned from earlier runs of the pipeline in
runs/. What nobody can tell is told as such: null in JSON, never 0. Nothing is
sent, run or written, and no key is needed.

Examples:
  $ pipe plan translate.yaml --input rows.jsonl
  $ pipe plan translate.yaml --input rows.jsonl --max-usd 5 --format json
  $ pipe plan translate.yaml --input rows.jsonl --against runs/night`,
    )
    .action(async (file: string, flags: PlanFlags) => done(await plan(terminal, file, flags)));
}

async function plan(terminal: Terminal, file: string, flags: PlanFlags): Promise<ExitCode> {
  // What the run would refuse has no plan.
  const conflict = recordingConflict(flags);
  if (conflict !== undefined) {
    await printError(terminal, conflict);
    return exit.usage;
  }
  const sources = await openSources(terminal, flags);
  if (!sources.ok) return refuseCommand(terminal, flags, sources.error);
  const prepared = await prepare(terminal, file, flags.input, flags);
  if (!prepared.ok) return refuseCommand(terminal, flags, prepared.error);
  await printDiagnostics(terminal, prepared.value.warnings);
  return planPrepared(terminal, file, flags, prepared.value, sources.value);
}

async function planPrepared(
  terminal: Terminal,
  file: string,
  flags: PlanFlags,
  prepared: Prepared,
  sources: PlanSources,
): Promise<ExitCode> {
  const interrupts = listenForInterrupts();
  const interrupted = new Promise<'interrupted'>((resolve) => {
    interrupts.drain.addEventListener('abort', () => resolve('interrupted'), { once: true });
  });
  try {
    // An input that waits for whoever writes it may never come to its end.
    const estimated = await Promise.race([
      estimate(terminal, flags, prepared, sources, interrupts.drain),
      interrupted,
    ]);
    if (estimated === 'interrupted') return exit.interrupted;
    if (estimated.ok) return await tell(terminal, file, flags, prepared.plan, estimated.value);
    if (estimated.error === undefined) return exit.interrupted;
    return await refuseCommand(terminal, flags, [estimated.error]);
  } finally {
    interrupts.release();
  }
}

async function estimate(
  terminal: Terminal,
  flags: PlanFlags,
  { plan, source, total }: Prepared,
  { recordings, before }: PlanSources,
  stop: AbortSignal,
) {
  const [
    { estimateRun },
    { readEarlier },
    { createKnown },
    { openCache },
    { selectRecords },
    { createForeignTally },
  ] = await Promise.all([
    import('../estimate/estimate.ts'),
    import('../estimate/earlier.ts'),
    import('../estimate/known.ts'),
    import('../run/cache/cache.ts'),
    import('../records/selection.ts'),
    import('../records/encoding.ts'),
  ]);
  const warn = (message: string) => terminal.stderr.write(`warning: ${printable(message)}\n`);
  const cache = openCache({ folder: cacheFolder(terminal.cwd), warn, readOnly: true });
  const files = filesFolder(flags);
  const foreign = createForeignTally();
  const records = observed(source.read(plan.input.schema), (item) => foreign.add(item));
  try {
    const estimated = await estimateRun(plan, selectRecords(records, selectionOf(flags), total), {
      known: createKnown({ cache, recordings }),
      earlier: await readEarlier(plan, {
        folder: join(terminal.cwd, runsFolder),
        ...(before && { first: [before.path] }),
      }),
      ...(before && { before }),
      ...(files !== undefined && { files }),
      stopped: () => stop.aborted,
    });
    const rows = foreign.found();
    if (rows !== undefined) await printDiagnostics(terminal, [foreignEncoding(source.path, rows, 'warning')]);
    return estimated;
  } finally {
    await cache.close();
    await source.close();
  }
}

async function* observed(
  items: AsyncIterable<RecordItem | InputBroken>,
  see: (item: RecordItem) => void,
): AsyncGenerator<RecordItem | InputBroken, void, undefined> {
  for await (const item of items) {
    if (!('broken' in item)) see(item);
    yield item;
  }
}

async function tell(
  terminal: Terminal,
  file: string,
  flags: PlanFlags,
  { prices }: Plan,
  estimate: Estimate,
): Promise<ExitCode> {
  const refused = tooDear(estimate, prices, flags.maxUsd);
  if (flags.format === 'json') {
    const { formatEstimateJson } = await import('../report/estimate-json.ts');
    await writeOut(terminal, formatEstimateJson(estimate));
  } else {
    const [{ formatEstimate }, { checkCommandWords, runCommand }] = await Promise.all([
      import('../report/estimate-text.ts'),
      import('./run-command.ts'),
    ]);
    // What is too dear is to be held, not run as it is.
    const budget = refused === undefined ? undefined : flags.maxUsd;
    const run = runCommand(commandOf(terminal), file, {
      ...flags,
      ...(budget !== undefined && { budgetUsd: budget }),
    });
    const check = checkCommandWords(commandOf(terminal), file, flags);
    const text = formatEstimate(
      withShownRun(estimate, terminal.cwd),
      {
        check,
        ...(refused?.budgetHelps !== false && { run }),
        ...(budget !== undefined && { budget }),
      },
      outputOf(terminal, terminal.stdout),
    );
    await writeOut(terminal, withoutCommands(text));
  }
  if (refused === undefined) return exit.success;
  await printError(terminal, refused.message, refused.hint, 'too-dear');
  return exit.budget;
}

function withShownRun(estimate: Estimate, cwd: string): Estimate {
  const { comparison } = estimate;
  if (comparison === undefined) return estimate;
  return { ...estimate, comparison: { ...comparison, run: shownPath(comparison.run, cwd) } };
}
