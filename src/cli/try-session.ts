import { resolve } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { printable } from '../diagnostic/printable.ts';
import type { JsonValue } from '../json/json.ts';
import type { Plan } from '../plan.ts';
import { answersAfter, type LastAnswers } from '../report/trial/last-answers.ts';
import { failure, success, type Result } from '../result.ts';
import type { RunOptions } from '../run/options.ts';
import type { SimulatorOptions } from '../simulator/options.ts';
import type { Trial, TrialListener } from '../trial/trial.ts';
import { cacheFolder } from './cache-folder.ts';
import { unknownStep } from './chosen-step.ts';
import { exit, exitCodeOfReason, type ExitCode } from './exit.ts';
import { filesFolder } from './image-folder.ts';
import { prepareRecord, type OneRecord } from './one-record.ts';
import { openRecordingsOf, type RecordingsOfRun } from './recordings.ts';
import { watchReader } from './reader.ts';
import { refuseCommand } from './refuse.ts';
import { commandOf } from './reporters.ts';
import { createRounds } from './rounds.ts';
import { unlessAborted } from './signals.ts';
import { startSimulator } from './simulation.ts';
import { printDiagnostics, type Terminal } from './terminal.ts';
import type { TryFlags } from './try-flags.ts';

/** One record that is run again and again, each time as the files then are. */
export interface TrySession {
  /** Nothing is asked once the signal has aborted, whose reason is a `StopReason`. */
  round(interrupted: AbortSignal): Promise<TryRound>;
  close(): Promise<void>;
}

export interface TryRound {
  readonly code: ExitCode;
  /** Those that it is made of, as far as could be told, absolute. */
  readonly files: readonly string[];
}

export interface TrySessionOptions {
  readonly simulated?: SimulatorOptions;
  /** What `--input-json -` has read. */
  readonly json?: string;
}

/** What the rounds before have left. */
interface Before {
  answers: LastAnswers;
  row: JsonValue | undefined;
}

/** A round that nothing speaks against. */
interface ReadyTrial {
  readonly plan: Plan;
  readonly record: OneRecord;
  readonly recordings: RecordingsOfRun;
  readonly warnings: readonly Diagnostic[];
}

export async function createTrySession(
  terminal: Terminal,
  file: string,
  flags: TryFlags,
  { simulated, json }: TrySessionOptions,
): Promise<Result<TrySession, Diagnostic>> {
  const started = simulated && (await startSimulator(simulated));
  if (started?.ok === false) {
    return failure({ severity: 'error', code: 'simulator-failed', message: started.error.message });
  }
  const simulator = started && { base_url: started.value.url };
  const rounds = createRounds(terminal);
  const before: Before = { answers: new Map(), row: undefined };
  const context = { command: `${commandOf(terminal)} try`, ...(json !== undefined && { json }) };

  async function round(interrupted: AbortSignal): Promise<TryRound> {
    await rounds.begin();
    const prepared = await unlessAborted(prepareRecord(terminal, file, flags, context), interrupted);
    if (prepared === undefined) return { code: exit.interrupted, files: [] };
    const replayed = (flags.replay ?? []).map((path) => resolve(terminal.cwd, path));
    const files = [...new Set([...prepared.files, ...replayed])];
    await rounds.end(files);
    const ready = prepared.record.ok ? await readyOf(prepared.record.value) : prepared.record;
    if (!ready.ok) return { code: await refuseCommand(terminal, flags, ready.error), files };
    return { code: await run(ready.value, interrupted), files };
  }

  async function readyOf(record: OneRecord): Promise<Result<ReadyTrial, readonly Diagnostic[]>> {
    const { step, replay } = flags;
    const unknown = step === undefined ? undefined : unknownStep(record.plan, step);
    if (unknown !== undefined) return failure([...record.warnings, unknown]);
    const [{ planUpTo }, { checkStart, runsTools }] = await Promise.all([
      import('../trial/part.ts'),
      import('../run/requirements.ts'),
    ]);
    const plan = step === undefined ? record.plan : planUpTo(record.plan, step);
    // Of one record, nothing that is recorded is dropped.
    const opened = await openRecordingsOf(terminal, { ...flags, limit: 1 });
    if (!opened.ok) return failure([...record.warnings, ...opened.error]);
    const { recordings } = opened.value;
    const warnings = [...record.warnings, ...opened.value.warnings];
    const lacking = checkStart(plan, {
      env: terminal.env,
      live: simulator === undefined && replay === undefined,
      tools: runsTools(recordings),
    });
    return lacking.length > 0
      ? failure([...warnings, ...lacking])
      : success({ plan, record, recordings, warnings });
  }

  async function run(ready: ReadyTrial, interrupted: AbortSignal): Promise<ExitCode> {
    const { outputClosed, outputFailed } = await import('../run/reasons.ts');
    const left = new AbortController();
    const isText = flags.format === 'text';
    // Without anybody who reads along, there is nothing to ask for.
    const reader = watchReader(isText ? terminal.stderr : terminal.stdout, (error) =>
      left.abort(error === undefined ? outputClosed : outputFailed(isText ? 'stderr' : 'stdout', error)),
    );
    try {
      return await tell(ready, AbortSignal.any([interrupted, left.signal]));
    } finally {
      reader.release();
    }
  }

  async function tell(ready: ReadyTrial, stopped: AbortSignal): Promise<ExitCode> {
    const { plan, record, warnings } = ready;
    const { answers, row: rowBefore } = before;
    const [{ runTrial }, { mistakesOf }, { printTrial, printTrialJson, viewTrial }] = await Promise.all([
      import('../trial/trial.ts'),
      import('../report/trial/mistakes.ts'),
      import('./try-report.ts'),
    ]);
    await printDiagnostics(terminal, warnings);
    const isText = flags.format === 'text';
    const follow = isText ? await viewTrial(terminal, record, answers) : () => deaf;
    const trial = await runTrial(plan, record.item, await optionsOf(ready, stopped), follow);
    const [row, mistakes, code] = [rowOf(trial, flags), mistakesOf(trial, record.place), codeOf(trial)];
    const ended = { trial, record, row, warnings, mistakes, code };
    if (isText)
      await printTrial(terminal, ended, rowBefore === undefined ? undefined : { row: rowBefore, answers });
    else await printTrialJson(terminal, ended);
    before.answers = answersAfter(answers, trial);
    before.row = row ?? rowBefore;
    return code;
  }

  async function optionsOf({ recordings }: ReadyTrial, stopped: AbortSignal): Promise<RunOptions> {
    const { openCache } = await import('../run/cache/cache.ts');
    const files = filesFolder(flags);
    const warn = (message: string) => terminal.stderr.write(`warning: ${printable(message)}\n`);
    return {
      env: terminal.env,
      cache: openCache({ folder: cacheFolder(terminal.cwd), warn }),
      ...(files !== undefined && { files }),
      ...(flags.format === 'text' && { stream: true }),
      // Nothing is left that could be gone on with: there is no reason to wait for what is in flight.
      abort: stopped,
      ...(simulator !== undefined && { simulator }),
      ...recordings,
    };
  }

  return success({ round, close: async () => started?.value.close() });
}

const deaf: TrialListener = { on: () => undefined, asked: () => undefined };

/** What stdout is for: the row, or what the chosen step has given. */
function rowOf({ record, steps }: Trial, { step: id }: TryFlags): JsonValue | undefined {
  if (record?.outcome !== 'succeeded') return undefined;
  return id === undefined ? record.output : (steps.find(({ step }) => step.id === id)?.value?.output ?? null);
}

/** Of one record, that it failed is never within the share that `fail.error_rate` allows. */
function codeOf({ finished, record }: Trial): ExitCode {
  if (finished?.reason !== undefined) return exitCodeOfReason(finished.reason);
  return record?.outcome === 'failed' ? exit.failures : exit.success;
}
