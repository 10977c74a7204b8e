import { basename, join } from 'node:path';
import type { Plan, PlanStep } from '../plan.ts';
import type { CallHead } from '../run/journal/heads.ts';
import { nodeFileSystem, type FileSystem } from '../run/file-system.ts';
import { ingredientsOf, type StepIngredients } from '../run/ingredients.ts';
import { isNamedAfter } from '../run/make-folder.ts';
import { newestRuns, type FoundRun } from '../run/newest-runs.ts';
import { readSummary } from '../run/read-summary.ts';
import type { RunSummary } from '../run/run-summary.ts';
import { foldHeads } from './journal-heads.ts';

/** What earlier runs tell of a step. */
export interface EarlierStep {
  /** Whether it asked something else then: its prompt, schema or tools have changed since. */
  readonly changed: boolean;
  /** Records that came to it, of all that came to their end. */
  readonly share: number;
  /** Calls that one record makes in it. */
  readonly calls: number;
  readonly input: {
    /** Tokens of all calls of one record, and of each call beyond its first; null where there were none. */
    readonly record: number;
    readonly later: number | null;
    /** Of the longest call. */
    readonly longest: number;
  };
  /** Tokens of one answer. */
  readonly output: { readonly least: number; readonly mean: number };
  /** Milliseconds of each call, the shortest first, without what its requests waited to be let out. */
  readonly durations: readonly number[];
}

export interface Earlier {
  /** The names of the runs that were read, the newest first. */
  readonly runs: readonly string[];
  /** Calls that were read. */
  readonly calls: number;
  readonly steps: ReadonlyMap<string, EarlierStep>;
  /** Runs that were passed over, since no model answered them. */
  readonly made_up: number;
}

/** Runs and bytes of each journal that are read at most. */
const mostRuns = 5;
const mostBytes = 32 * 2 ** 20;
const mostDurations = 10_000;

export interface EarlierOptions {
  /** The folder that runs are kept in, absolute. */
  readonly folder: string;
  /** Folders of runs that are read before all others, absolute. */
  readonly first?: readonly string[];
  readonly fileSystem?: FileSystem;
}

/**
 * Reads what the newest runs of this pipeline used. Simulated and replayed runs say nothing of what a model does. Of each
 * step, runs that asked the same count; where there are none, those that asked the same model.
 */
export async function readEarlier(plan: Plan, options: EarlierOptions): Promise<Earlier> {
  const { fileSystem = nodeFileSystem } = options;
  const now = ingredientsOf(plan);
  const same = new Map(plan.steps.map(({ id }) => [id, createSums()]));
  const alike = new Map(plan.steps.map(({ id }) => [id, createSums()]));
  const names: string[] = [];
  let made_up = 0;
  for await (const { path, summary } of runsOf(plan, options, fileSystem)) {
    if (names.length >= mostRuns) break;
    if (!summary.ok || summary.value.name !== plan.name || names.includes(basename(path))) continue;
    if (isMadeUp(summary.value)) {
      made_up += 1;
      continue;
    }
    const told = (step: PlanStep) =>
      (isSame(summary.value.steps?.[step.id], now[step.id]) ? same : alike).get(step.id);
    if (await readRun(path, plan, told, fileSystem)) names.push(basename(path));
  }
  const steps = new Map<string, EarlierStep>();
  for (const { id } of plan.steps) {
    const ofSame = same.get(id)?.told(false);
    const told = ofSame ?? alike.get(id)?.told(true);
    if (told !== undefined) steps.set(id, told);
  }
  const calls = [...same.values(), ...alike.values()].reduce((sum, { metered }) => sum + metered, 0);
  return { runs: calls === 0 ? [] : names, calls, steps, made_up };
}

/** Those that are to be read first, then what the folder keeps; `pipe run` names most of them after the pipeline. */
async function* runsOf(
  { name }: Plan,
  { folder, first = [] }: EarlierOptions,
  fileSystem: FileSystem,
): AsyncIterable<FoundRun> {
  for (const path of first) yield { path, summary: await readSummary(fileSystem, join(path, 'run.json')) };
  for await (const run of newestRuns(folder, fileSystem, (one) => isNamedAfter(one, name)))
    if (!first.includes(run.path)) yield run;
}

function isMadeUp({ simulated, replay }: RunSummary): boolean {
  return simulated || replay !== null;
}

function isSame(one: StepIngredients | undefined, other: StepIngredients | undefined): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}

/** Whether it had anything to tell. */
async function readRun(
  path: string,
  plan: Plan,
  sumsOf: (step: PlanStep) => Sums | undefined,
  fileSystem: FileSystem,
): Promise<boolean> {
  const steps = new Map(plan.steps.map((step) => [step.id, { step, sums: sumsOf(step) }]));
  let records = 0;
  let calls = 0;
  const read = await foldHeads(fileSystem, join(path, 'journal.jsonl'), mostBytes, (head) => {
    if (head.type === 'record' && head.outcome !== 'skipped') records += 1;
    if (head.type !== 'call') return;
    const told = steps.get(head.step);
    if (told === undefined || told.step.model.name !== head.model) return;
    calls += 1;
    told.sums?.add(head);
  });
  for (const { sums } of steps.values()) sums?.ended(records);
  return read.ok && calls > 0;
}

interface Sums {
  add(call: CallHead): void;
  /** A run has ended, with so many records of its own. */
  ended(records: number): void;
  readonly metered: number;
  told(changed: boolean): EarlierStep | undefined;
}

function createSums(): Sums {
  let all = 0;
  let calls = 0;
  let firsts = 0;
  let metered = 0;
  let input = 0;
  let longest = 0;
  let later = { calls: 0, input: 0 };
  let output = { sum: 0, least: Infinity };
  const durations: number[] = [];
  return {
    add({ ok, call, duration, waited, usage }) {
      calls += 1;
      if (call === 1) firsts += 1;
      const { input_tokens, output_tokens, requests } = usage;
      if (!ok || requests === 0 || input_tokens === null || output_tokens === null) return;
      metered += 1;
      input += input_tokens;
      longest = Math.max(longest, input_tokens);
      if (call > 1) later = { calls: later.calls + 1, input: later.input + input_tokens };
      output = { sum: output.sum + output_tokens, least: Math.min(output.least, output_tokens) };
      if (durations.length < mostDurations) durations.push(Math.max(0, duration - waited));
    },
    ended(records) {
      all += records;
    },
    get metered() {
      return metered;
    },
    told(changed) {
      if (metered === 0 || firsts === 0) return undefined;
      const perRecord = calls / firsts;
      return {
        changed,
        share: Math.min(1, all === 0 ? 1 : firsts / all),
        calls: perRecord,
        input: {
          record: (input / metered) * perRecord,
          later: later.calls === 0 ? null : later.input / later.calls,
          longest,
        },
        output: { least: output.least, mean: output.sum / metered },
        durations: durations.toSorted((one, other) => one - other),
      };
    },
  };
}
