import { basename, join } from 'node:path';
import type { JsonObject } from '../../json/json.ts';
import type { Plan } from '../../plan.ts';
import { failure, success, type Result } from '../../result.ts';
import type { StopReason } from '../../run/events.ts';
import { errorCode, nodeFileSystem } from '../../run/file-system.ts';
import { unreadJournal } from '../../run/journal/damage.ts';
import { readHead, type CallHead, type RecordHead } from '../../run/journal/heads.ts';
import { readWholeHistory, type History } from '../../run/journal/history.ts';
import { openJournalReader } from '../../run/journal/reader.ts';
import { scanLines, type ScannedLine } from '../../run/journal/scan-lines.ts';
import { isHeld } from '../../run/lock.ts';
import { isMadeUp, type RunSummary } from '../../run/run-summary.ts';
import { createUsageLedger } from '../../run/usage-ledger.ts';
import { builtInPrices } from '../../usage/prices.ts';
import { chooseRecords, readChosen, type ChosenRecord, type ShownRecords } from './chosen.ts';
import type { IsCopied } from './copied-fields.ts';
import { createErrorGroups, type ErrorExample, type ErrorGroupsFold } from './error-groups.ts';
import type { RecordCounts, RunFigures } from './figures.ts';
import { createResults, type ResultsFold } from './results.ts';
import { createStepCalls, type StepCallsFold } from './step-calls.ts';
import { createStories, type StoriesFold } from './stories.ts';
import { storyFailure, type RecordStory } from './story.ts';
import { createTimelineFold, type TimelineFold } from './timeline.ts';

export interface PastRun {
  /** Absolute. */
  readonly folder: string;
  readonly summary: RunSummary;
  /** Its pipeline, where that is still what it was: its steps are then told in their order, those without a call too. */
  readonly plan?: Pick<Plan, 'steps' | 'prices'>;
}

export interface ReadRun {
  readonly figures: RunFigures;
  /** In input order. */
  readonly stories: readonly RecordStory[];
}

/**
 * What a run's folder tells, whoever is at work on it: two passes over its journal, which hold little more than the
 * records to be shown. Fails with what is wrong with the journal.
 */
export async function readRunFigures(
  run: PastRun,
  shown: ShownRecords,
  isCopied?: IsCopied,
): Promise<Result<ReadRun, StopReason>> {
  const path = join(run.folder, 'journal.jsonl');
  const atWork = run.summary.state === 'running' && (await isHeld(run.folder));
  const history = await readWholeHistory(nodeFileSystem, path, run.summary, { goesOn: atWork });
  if (!history.ok) return history;
  try {
    const chosen = await lookUp(path, history.value, shown);
    const folds: Folds = {
      calls: createStepCalls(),
      errors: createErrorGroups(),
      results: createResults(isCopied),
      timeline: createTimelineFold(),
      stories: createStories(chosen),
      isTimed: true,
    };
    await scan(path, history.value, folds);
    return success({
      figures: figuresOf(run, atWork, history.value, folds),
      stories: folds.stories.stories(),
    });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return failure(unreadJournal(path, error));
  }
}

interface Folds {
  readonly calls: StepCallsFold;
  readonly errors: ErrorGroupsFold;
  readonly results: ResultsFold;
  readonly timeline: TimelineFold;
  readonly stories: StoriesFold;
  /** Whether every call so far has told when it ended. */
  isTimed: boolean;
}

async function lookUp(path: string, history: History, shown: ShownRecords): Promise<readonly ChosenRecord[]> {
  const reader = await openJournalReader(nodeFileSystem, path);
  try {
    return await readChosen(chooseRecords(history, shown), history, reader);
  } finally {
    await reader.close();
  }
}

/** Of a run that goes on, what has come since the first pass is left out. */
async function scan(path: string, history: History, folds: Folds): Promise<void> {
  const file = await nodeFileSystem.openToRead(path);
  try {
    await scanLines(file, (line) => {
      if (line.offset >= history.length) return false;
      take(line, history, folds);
      return true;
    });
  } finally {
    await file.close();
  }
}

function take(line: ScannedLine, history: History, folds: Folds): void {
  const { calls, timeline, stories } = folds;
  const head = readHead(line.bytes);
  if (head === undefined) return;
  if (head.type === 'run' || head.type === 'resumed') timeline.session();
  else if (head.type === 'call') {
    if (wasMade(head)) {
      calls.add(head);
      const { at, duration, limited, usage } = head;
      if (at === null) folds.isTimed = false;
      else timeline.call({ at, duration, limited: limited ?? 0, retries: usage.retries });
    }
    if (stories.wants(head.key)) stories.call(head.key, line.bytes);
  } else if (head.type === 'tool') {
    if (stories.wants(head.key)) stories.call(head.key, line.bytes);
  } else if (head.type === 'record') {
    timeline.record();
    // Of a record that was run again, the last line counts.
    if (history.index.place(head.sequence).offset === line.offset + head.body) takeRecord(line, head, folds);
  }
}

/** A call that the budget or the run's end held back has a line too, and nothing was asked. */
function wasMade({ ok, usage }: CallHead): boolean {
  return ok || usage.requests > 0;
}

function takeRecord({ bytes }: ScannedLine, head: RecordHead, { errors, results, stories }: Folds): void {
  if (stories.wants(head.key)) stories.record(bytes);
  if (head.outcome === 'succeeded') {
    const { output } = JSON.parse(bytes.toString()) as JsonObject;
    if (output !== undefined) results.add(output);
  }
  if (head.failure === undefined) return;
  errors.add(head.failure, () => {
    const row = JSON.parse(bytes.toString()) as JsonObject & Pick<ErrorExample, 'index' | 'line'>;
    const { message, status, request_id, step } = storyFailure(row);
    return { index: row.index, line: row.line, key: head.key, step, message, status, request_id };
  });
}

function figuresOf(
  { folder, summary, plan = { steps: [], prices: builtInPrices } }: PastRun,
  atWork: boolean,
  history: History,
  { calls, errors, results, timeline, isTimed }: Folds,
): RunFigures {
  const { state, reason, name, pipe, pipeline, files, vars, overrides, input, selection, replay } = summary;
  const ledger = createUsageLedger(plan, history.usage);
  const usage = ledger.report();
  return {
    format: 1,
    run: basename(folder),
    folder,
    state: state === 'running' && !atWork ? 'killed' : state,
    reason,
    simulated: isMadeUp(summary),
    replayed: replay !== null,
    name,
    pipe,
    pipeline,
    files,
    vars,
    overrides,
    input,
    selection,
    models: ledger.resolvedModels(),
    started: summary.started,
    finished: summary.finished,
    duration_ms: summary.duration,
    sessions: Math.max(summary.sessions, history.sessions),
    counts: countsOf(summary, history),
    results: results.figures(),
    tool_calls: history.tool_calls,
    usage,
    cost_usd: usage.total.cost_usd,
    budget: summary.budget,
    calls: { total: calls.total(), by_step: calls.byStep(Object.keys(usage.by_step)) },
    latency: calls.histogram(),
    time: (isTimed ? timeline.timeline() : undefined) ?? null,
    errors: errors.groups(),
  };
}

function countsOf({ counts }: RunSummary, { outcomes }: History): RecordCounts {
  return counts ?? { total: null, ...outcomes, pending: null };
}
