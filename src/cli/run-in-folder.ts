import { resolve } from 'node:path';
import type { Batched } from '../batched.ts';
import type { Reporter } from '../report/reporter.ts';
import type { RunEvent } from '../run/events.ts';
import type { RunFolder } from '../run/folder.ts';
import { outputClosed, outputFailed } from '../run/reasons.ts';
import { cacheFolder } from './cache-folder.ts';
import { exit, exitCodeOf, type ExitCode } from './exit.ts';
import { filesFolder } from './image-folder.ts';
import { hasPartOfInput, keepAsPart } from './kept-input.ts';
import { networkOptions } from './network-options.ts';
import { holdNewSpace } from './new-space.ts';
import { openFolder, type OpenedFolder } from './open-folder.ts';
import { selectionOf } from './prepare.ts';
import { watchReader, type Reader } from './reader.ts';
import type { ReadyRun } from './ready-run.ts';
import { refuseFor } from './refuse.ts';
import { commandOf, createReporters } from './reporters.ts';
import { openRows, type Rows } from './rows.ts';
import { runAnew } from './run-command.ts';
import { endOf } from './run-end.ts';
import { listenForInterrupts, type Interrupts } from './signals.ts';

export async function runInFolder(run: ReadyRun): Promise<ExitCode> {
  const { terminal } = run;
  const opened = await openFolder(run);
  if (opened.ok) return follow(run, opened.value);
  const code = opened.error.kind === 'input' ? exit.usage : exit.local;
  return refuseFor(terminal, run.flags, opened.error, code);
}

/** Runs, and gives the signals and stdout back at the end. */
async function follow(run: ReadyRun, opened: OpenedFolder): Promise<ExitCode> {
  const { terminal, flags, output } = run;
  const interrupts = listenForInterrupts();
  const letSpaceGrow = holdNewSpace();
  const dataOnStdout = output.kind === 'stdout' || flags.stream === true;
  const left = (failure?: Error) =>
    interrupts.stop(failure === undefined ? outputClosed : outputFailed('stdout', failure));
  const reader = dataOnStdout ? watchReader(terminal.stdout, left) : undefined;
  const { source } = run.prepared;
  // A Ctrl-C ends whoever writes the input as well: what ends now has not come to its end. Nothing more of it is wanted.
  if (!source.replayable)
    interrupts.drain.addEventListener('abort', () => void source.close(), { once: true });
  try {
    return await tell(run, opened, interrupts, reader);
  } finally {
    reader?.release();
    interrupts.release();
    letSpaceGrow();
    // Where it did not come to a run.
    if (opened.kind === 'folder') await opened.results.release();
  }
}

/** Tells of the run, and leaves the rows where they were asked for. */
async function tell(
  run: ReadyRun,
  opened: OpenedFolder,
  interrupts: Interrupts,
  reader: Reader | undefined,
): Promise<ExitCode> {
  const { terminal, file, flags, prepared, output } = run;
  const { plan, source } = prepared;
  const { meantModel } = await import('../run/meant-model.ts');
  const reporter = await createReporters(terminal, {
    ...flags,
    inputPath: flags.input,
    plan,
    anew: runAnew({
      command: commandOf(terminal),
      file,
      flags,
      meant: (wrong) => meantModel(wrong, plan.prices),
      isCut: (folder) => hasPartOfInput(resolve(terminal.cwd, folder)),
    }),
    warnings: prepared.warnings,
    ...(flags.output !== undefined && { outputPath: flags.output }),
  });
  let rows: Rows | undefined;
  let code: ExitCode = exit.local;
  try {
    rows = await openRows({ terminal, interrupts, output, results: opened.results, plan, source });
    const batches =
      opened.kind === 'done'
        ? [opened.results.events]
        : (await begin(run, opened.results, interrupts, reporter)).inBatches();
    const warn = (sentence: string) => reporter.message(sentence);
    for await (const events of batches) {
      for (const event of events) {
        const writing = rows.on(event, warn);
        let told: RunEvent = event;
        if (event.type === 'run_finished') {
          if (event.reason?.code === 'input_broken' && opened.kind === 'folder')
            await keepAsPart(opened.results.path);
          const end = await endOf({ event, writing, reader, output, interrupts, reporter });
          code = exitCodeOf(end);
          told = end;
        } else if (writing !== undefined) await writing;
        // Who reads no more, as `head` does, has seen enough; or has died, which whoever waits for the rows has to know.
        if (interrupts.drain.reason !== outputClosed) reporter.on(told);
        else if (told.type === 'run_finished') reporter.endUnread(told);
      }
    }
  } finally {
    reporter.finish();
    await rows?.close();
    await reporter.leave();
  }
  return code;
}

/** Begins the run, or goes on with it. */
async function begin(
  { terminal, flags, prepared, pins, simulator, recordings }: ReadyRun,
  folder: RunFolder,
  interrupts: Interrupts,
  reporter: Reporter,
): Promise<Batched<RunEvent>> {
  const { plan, source, total } = prepared;
  const [{ runPipeline }, { selectRecords, selectedCount }, { openCache }] = await Promise.all([
    import('../run/run.ts'),
    import('../records/selection.ts'),
    import('../run/cache/cache.ts'),
  ]);
  const selection = selectionOf(flags);
  const files = filesFolder(flags);
  const warn = (message: string) => reporter.message(`warning: ${message}`);
  return runPipeline(plan, selectRecords(source.read(plan.input.schema), selection, total), {
    env: terminal.env,
    folder,
    cache: openCache({ folder: cacheFolder(terminal.cwd), warn }),
    ...(files !== undefined && { files }),
    ...(pins !== undefined && { pins }),
    ...(flags.stream === true && { stream: true }),
    total: total === undefined ? null : selectedCount(total, selection),
    drain: interrupts.drain,
    abort: interrupts.abort,
    ...(simulator !== undefined && { simulator }),
    ...recordings,
    ...(flags.workers !== undefined && { workers: flags.workers, nodeOptions: networkOptions(terminal) }),
    ...(flags.failFast !== undefined && { failFast: flags.failFast }),
    ...(flags.maxFailures !== undefined && { maxFailures: flags.maxFailures }),
  });
}
