import type { JsonObject } from '../json/json.ts';
import type { Plan, PlanFile } from '../plan.ts';
import type { Count } from '../records/record-source.ts';
import type { Usage } from '../usage/usage.ts';
import { version } from '../version.ts';
import { ingredientsOf, type StepIngredients } from './ingredients.ts';
import type { RunFinished, StopReason } from './events.ts';
import type { BudgetReport, Counts, ToolCounts, UsageReport } from './totals.ts';

/** What a run is made of, as run.json tells it from the start. */
export interface RunMeta {
  readonly plan: Plan;
  readonly input: RunInput;
  /** The records taken of the input, as `--limit` and its like say; absent: all. */
  readonly selection?: JsonObject;
  /** How many records the input has, where that is known: by it, selections that say the same are known as such. */
  readonly available?: Count;
  readonly simulated: boolean;
  /** The options of the simulator, as given to `--simulate`. */
  readonly simulator?: string;
  /** Whether the run holds the lock of its pipeline. */
  readonly locked?: boolean;
  /** What answers in place of the models; absent: they are asked. */
  readonly replay?: ReplayMeta;
  /** The file that the run records in, absolute. */
  readonly record?: string;
  /** The folder that paths of images are relative to, absolute; absent: no file is sent. */
  readonly images?: string;
  /** The file of `--output`, absolute. */
  readonly output?: string;
}

export interface ReplayMeta {
  /** Files and folders, absolute. */
  readonly paths: readonly string[];
  /** Whether tools are run all the same. */
  readonly live_tools: boolean;
  /** Whether entries that nothing uses fail the run. */
  readonly strict: boolean;
  /** Whether the simulator had made up answers that are recorded there; absent: no. */
  readonly simulated?: boolean;
}

export interface RunInput {
  /** Absolute; "-" for stdin; null where the records came from no file. */
  readonly path: string | null;
  /** Null where the bytes come once, until all of them have come. */
  readonly sha256: string | null;
  /** The name of the format by which it is read; absent where the records came from no file. */
  readonly format?: string;
}

/** How a run ended, as its folder keeps it. */
export interface RunEnd {
  readonly state: RunFinished['state'];
  readonly reason?: StopReason;
  readonly counts: Counts;
  readonly tool_calls: ToolCounts;
  readonly usage: UsageReport;
  readonly budget?: BudgetReport;
  /** For each model asked for, those that answered. */
  readonly models: { readonly [model: string]: readonly string[] };
  /** Milliseconds. */
  readonly duration: number;
}

/** What run.json says. */
export interface RunSummary {
  /** Of this file and the others in the folder; a change that an older reader would misread makes it 2. */
  readonly format: 1;
  /** Of its own, by which its journal is known; absent in a run of an older pipe. */
  readonly id?: string;
  readonly state: 'running' | RunFinished['state'];
  readonly reason: StopReason | null;
  /** The version of pipe. */
  readonly pipe: string;
  readonly name: string;
  /** Null where the plan was made of no file. */
  readonly pipeline: PlanFile | null;
  /** Partials, schemas and the like. */
  readonly files: readonly PlanFile[];
  /** `format` is null where the records came from no file. */
  readonly input: {
    readonly path: string | null;
    readonly sha256: string | null;
    readonly format: string | null;
    /** The field that names the records; null where their content does; absent in a run of an older pipe. */
    readonly key?: string | null;
  };
  /** Null where all records were taken. */
  readonly selection: JsonObject | null;
  /** The folder that paths of images are relative to; null where no file is sent. */
  readonly images: string | null;
  readonly vars: JsonObject;
  readonly overrides: readonly string[];
  /** What the questions of each step are made of; absent in a run of an older pipe. */
  readonly steps?: { readonly [step: string]: StepIngredients };
  readonly simulated: boolean;
  /** The options of the simulator, as given to `--simulate`; null where there are none. */
  readonly simulator: string | null;
  /** Whether the run holds the lock of its pipeline; absent: no. */
  readonly locked?: boolean;
  /** Null where models are asked. */
  readonly replay: ReplayMeta | null;
  /** The file of `--record`, absolute; null where there is none. */
  readonly record: string | null;
  /** The file of `--output`, absolute; null where there is none. */
  readonly output: string | null;
  /** How often the run was begun: 1, and one more for each resume. */
  readonly sessions: number;
  readonly models: { readonly [model: string]: readonly string[] };
  /** Null until the run has ended. */
  readonly counts: Counts | null;
  readonly tool_calls: ToolCounts | null;
  readonly usage: Usage | null;
  readonly cost_usd: number | null;
  /** As in usage.json: sessions that were cut off, which make usage and cost lower bounds. Absent where there are none. */
  readonly crashed_sessions?: number;
  /** Null where the run has no budget, or has not ended. */
  readonly budget: BudgetReport | null;
  /** Of results.jsonl, by which it is known to be whole; null until the run has ended. */
  readonly results_bytes: number | null;
  /** The CRC-32 of results.jsonl; absent in a run of an older pipe. */
  readonly results_crc32?: number | null;
  /** Of journal.jsonl up to the end of the run; null until then, and where the disk refused what was to be written there. */
  readonly journal_bytes: number | null;
  /** UTC, as 2026-01-31T23:59:59.000Z. */
  readonly started: string;
  readonly finished: string | null;
  /** Milliseconds, of all sessions that came to an end of their own. */
  readonly duration: number | null;
}

/** Whether answers were made up: by the simulator in the run itself, or when they were recorded. */
export function isMadeUp({ simulated, replay }: Pick<RunSummary, 'simulated' | 'replay'>): boolean {
  return simulated || replay?.simulated === true;
}

/** What the files of a run are known by. */
export type FileSums = Pick<RunSummary, 'results_bytes' | 'results_crc32' | 'journal_bytes'>;

/** What earlier sessions of a run told. */
export type EarlierSessions = Pick<RunSummary, 'id' | 'started' | 'sessions' | 'duration'>;

/** `finished` is in milliseconds since the epoch; without `end` the run is on. */
export function summaryOf(
  meta: RunMeta,
  { id, started, sessions, duration }: EarlierSessions,
  end?: RunEnd & FileSums & { readonly finished: number },
): RunSummary {
  const {
    plan,
    input,
    selection,
    simulated,
    simulator,
    locked = false,
    replay,
    record,
    images,
    output,
  } = meta;
  const [pipeline, ...files] = plan.files;
  const crashed_sessions = end?.usage.crashed_sessions;
  return {
    format: 1,
    ...(id !== undefined && { id }),
    state: end?.state ?? 'running',
    reason: end?.reason ?? null,
    pipe: version,
    name: plan.name,
    pipeline: pipeline ?? null,
    files,
    input: {
      path: input.path,
      sha256: input.sha256,
      format: input.format ?? null,
      key: plan.input.key ?? null,
    },
    selection: selection ?? null,
    images: images ?? null,
    vars: plan.vars,
    overrides: plan.overrides,
    steps: ingredientsOf(plan),
    simulated,
    simulator: simulator ?? null,
    locked,
    replay: replay ?? null,
    record: record ?? null,
    output: output ?? null,
    sessions,
    models: end?.models ?? {},
    counts: end?.counts ?? null,
    tool_calls: end?.tool_calls ?? null,
    usage: end?.usage.total ?? null,
    cost_usd: end?.usage.total.cost_usd ?? null,
    ...(crashed_sessions !== undefined && { crashed_sessions }),
    budget: end?.budget ?? null,
    results_bytes: end?.results_bytes ?? null,
    results_crc32: end?.results_crc32 ?? null,
    journal_bytes: end?.journal_bytes ?? null,
    started,
    finished: end === undefined ? null : new Date(end.finished).toISOString(),
    duration: end === undefined ? duration : (duration ?? 0) + end.duration,
  };
}
