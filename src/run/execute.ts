import { failure, type Result } from '../result.ts';
import { createShared } from '../tools/shared.ts';
import { conclude, type Intaken } from './conclude.ts';
import type { RecordFinished, Resumed, RunFinished, StopReason, ToolFinished } from './events.ts';
import type { UnfinishedFolder } from './folder.ts';
import { withGrace } from './grace.ts';
import { createImages } from './images.ts';
import type { History } from './journal/history.ts';
import { createRecordIndex } from './journal/record-index.ts';
import { surroundings } from './options.ts';
import { internalError, notWritten, unexpected } from './reasons.ts';
import { beginRecordings, type BegunRecordings } from './recordings/run-recordings.ts';
import { refusedStart, runsTools } from './requirements.ts';
import { hasBudget, isOvershot, isUncounted, openBudget, overshot, uncounted } from './run-budget.ts';
import { runRecords, type Execution } from './run-records.ts';
import { redactOutcomes, secretsOf } from './secrets.ts';
import { refusedTools } from './ready-tools.ts';
import { createUsageLedger, type UsageLedger } from './usage-ledger.ts';
import { threadsOf } from './workers/thread.ts';
import { createWorkers } from './workers/workers.ts';

/** A run from its first event to its last. */
export async function execute(execution: Execution): Promise<void> {
  const { plan, options, stop, bell, tell } = execution;
  const { folder } = options;
  const history = folder?.history;
  const { elapsed } = surroundings(options);
  const isReplayed = options.replay !== undefined;
  const total = options.total ?? null;
  const ledger = createUsageLedger(plan, history?.usage);
  const began = elapsed();
  tell({
    type: 'run_started',
    pipeline: plan.name,
    total,
    concurrency: plan.limits.concurrency,
    ...(folder !== undefined && { folder: folder.path }),
    simulated: options.simulator !== undefined,
    ...(isReplayed && { replayed: true }),
    ...(!isReplayed && hasBudget(plan) && { budget: plan.budget }),
    ...(history !== undefined && { resumed: resumedBy(history, ledger) }),
  });

  const { counts } = folder?.index ?? createRecordIndex();
  const outcomes = folder === undefined ? { ...counts } : undefined;
  const finished = (record: RecordFinished) => {
    if (outcomes !== undefined) outcomes[record.outcome] += 1;
    tell(record);
  };
  // With a journal, a record counts as finished when it is written there: what is told is what can be resumed from.
  const started = await folder?.startJournal({
    recorded: finished,
    failed: (error) => stop.request(notWritten(folder.path, error), 'everything'),
    drained: bell.ring,
  });
  const journal = started?.ok === true ? started.value : undefined;
  const tool_calls = { ...(history?.tool_calls ?? { total: 0, failed: 0 }) };
  const toolFinished = (event: ToolFinished) => {
    tool_calls.total += 1;
    if (!event.ok) tool_calls.failed += 1;
    tell(event);
  };
  let replayed_calls = 0;
  const replayed = () => {
    replayed_calls += 1;
  };
  // What is replayed costs nothing.
  const budget = isReplayed
    ? undefined
    : openBudget(plan, history, (held) => tell({ type: 'budget_held', held }));
  if (budget !== undefined && isUncounted(plan, history)) tell({ type: 'notice', message: uncounted });
  const images = createImages(options.files);
  const secrets = secretsOf(plan, options);
  const tools = {
    env: options.env,
    shared: createShared(),
    redact: redactOutcomes(secrets),
    signal: execution.signal,
  };
  const workers = createWorkers({
    count: options.workers ?? 0,
    start: threadsOf(options),
    broke: (error) => stop.request(internalError(error), 'calls'),
  });
  const recordings = await beginRecordings({
    replay: options.replay,
    record: options.record,
    folder,
    secrets,
    failed: (error) => stop.request(notWritten(folder?.path ?? '', error), 'everything'),
  }).catch((error: unknown) => failure(unexpected(error)));
  let refused = refusedBy(started) ?? refusedBy(recordings) ?? refusedStart(plan, options);
  let intaken: Intaken = { taken: 0, exhausted: false };
  let ended: number | undefined;
  try {
    // An interrupt does not wait until the tools are ready.
    if (runsTools(options)) refused ??= await refusedTools(plan, { ...tools, signal: stop.signal });
    if (refused === undefined && !stop.halted('calls')) {
      const all = {
        began,
        ledger,
        budget,
        images,
        journal,
        recordings: recordings.ok ? recordings.value.use : undefined,
        finished,
        toolFinished,
        replayed,
        tools,
        workers,
      };
      await runRecords(execution, all, (records) => {
        ended = elapsed();
        intaken = records;
      });
    }
  } catch (error) {
    stop.request(unexpected(error), 'everything');
  }
  try {
    const closed = Promise.all([tools.shared.close(), workers.close(), options.cache?.close()]);
    await withGrace(closed, execution.signal, surroundings(options).sleep);
  } catch (error) {
    stop.request(unexpected(error), 'everything');
  }
  await journal?.close();

  const spent = budget?.report();
  if (spent !== undefined && isOvershot(spent, history)) tell({ type: 'notice', message: overshot });
  const reason = refused ?? stop.reason;
  const usage = ledger.report();
  const concluded = conclude({
    plan,
    total,
    known: history?.index.size ?? 0,
    intaken,
    outcomes: outcomes ?? counts,
    tool_calls,
    replayed_calls: history === undefined ? undefined : replayed_calls,
    files: images.used ? options.files : undefined,
    reason,
    usage,
    ...(spent !== undefined && { budget: spent }),
    duration: (ended ?? elapsed()) - began,
  });
  const end =
    recordings.ok && refused === undefined ? await withRecordings(concluded, recordings.value) : concluded;
  if (recordings.ok) await recordings.value.close().catch(() => undefined);
  const kept = await folder?.finish({ ...end, models: ledger.resolvedModels() });
  tell(kept === undefined || kept.ok ? end : unfinished(end, kept.error));
}

/** A local reason that came before is where it began. */
function unfinished(end: RunFinished, { reason, unwritten }: UnfinishedFolder): RunFinished {
  return { ...end, unwritten, ...(end.reason?.kind !== 'local' && { state: 'stopped', reason }) };
}

function refusedBy(begun: Result<unknown, StopReason> | undefined): StopReason | undefined {
  return begun?.ok === false ? begun.error : undefined;
}

/** The end with what its recordings came to. A recording that cannot be written leaves a run that can be resumed. */
async function withRecordings(end: RunFinished, recordings: BegunRecordings): Promise<RunFinished> {
  const { counts, state } = end;
  const finished = await recordings
    .finish(state === 'completed' && counts.pending === 0)
    .catch((error: unknown) => failure(unexpected(error)));
  if (!finished.ok)
    return end.reason?.kind === 'local' ? end : { ...end, state: 'stopped', reason: finished.error };
  const { failed, ...reports } = finished.value;
  return { ...end, ...reports, failed: end.failed || failed };
}

function resumedBy({ outcomes }: History, ledger: UsageLedger): Resumed {
  return { kept: outcomes.succeeded + outcomes.skipped, usage: ledger.report().total };
}
