import type { JsonObject } from '../json/json.ts';
import type { Plan, PlanFile } from '../plan.ts';
import type { Usage } from '../usage/usage.ts';
import { version } from '../version.ts';
import type { Counts, RunFinished, StopReason, ToolCounts, UsageReport } from './events.ts';

/** What a run is made of, as run.json tells it from the start. */
export interface RunMeta {
  readonly plan: Plan;
  readonly input: RunInput;
  /** The records taken of the input, as `--limit` and its like say; absent: all. */
  readonly selection?: JsonObject;
  readonly simulated: boolean;
  /** The folder that paths of images are relative to, absolute; absent: no file is sent. */
  readonly images?: string;
}

export interface RunInput {
  /** Absolute; "-" for stdin; null where the records came from no file. */
  readonly path: string | null;
  readonly sha256: string | null;
}

/** How a run ended, as its folder keeps it. */
export interface RunEnd {
  readonly state: RunFinished['state'];
  readonly reason?: StopReason;
  readonly counts: Counts;
  readonly tool_calls: ToolCounts;
  readonly usage: UsageReport;
  /** For each model asked for, those that answered. */
  readonly models: { readonly [model: string]: readonly string[] };
  /** Milliseconds. */
  readonly duration: number;
}

/** What run.json says. */
export interface RunSummary {
  /** Of this file and the others in the folder; a change that an older reader would misread makes it 2. */
  readonly format: 1;
  readonly state: 'running' | RunFinished['state'];
  readonly reason: StopReason | null;
  /** The version of pipe. */
  readonly pipe: string;
  readonly name: string;
  /** Null where the plan was made of no file. */
  readonly pipeline: PlanFile | null;
  /** Partials, schemas and the like. */
  readonly files: readonly PlanFile[];
  readonly input: RunInput;
  /** Null where all records were taken. */
  readonly selection: JsonObject | null;
  /** The folder that paths of images are relative to; null where no file is sent. */
  readonly images: string | null;
  readonly vars: JsonObject;
  readonly overrides: readonly string[];
  readonly simulated: boolean;
  readonly models: { readonly [model: string]: readonly string[] };
  /** Null until the run has ended. */
  readonly counts: Counts | null;
  readonly tool_calls: ToolCounts | null;
  readonly usage: Usage | null;
  readonly cost_usd: number | null;
  /** UTC, as 2026-01-31T23:59:59.000Z. */
  readonly started: string;
  readonly finished: string | null;
  /** Milliseconds. */
  readonly duration: number | null;
}

/** Times are in milliseconds since the epoch; without `end` the run is on. */
export function summaryOf(
  meta: RunMeta,
  started: number,
  end?: RunEnd & { readonly finished: number },
): RunSummary {
  const { plan, input, selection, simulated, images } = meta;
  const [pipeline, ...files] = plan.files;
  return {
    format: 1,
    state: end?.state ?? 'running',
    reason: end?.reason ?? null,
    pipe: version,
    name: plan.name,
    pipeline: pipeline ?? null,
    files,
    input: { path: input.path, sha256: input.sha256 },
    selection: selection ?? null,
    images: images ?? null,
    vars: plan.vars,
    overrides: plan.overrides,
    simulated,
    models: end?.models ?? {},
    counts: end?.counts ?? null,
    tool_calls: end?.tool_calls ?? null,
    usage: end?.usage.total ?? null,
    cost_usd: end?.usage.total.cost_usd ?? null,
    started: new Date(started).toISOString(),
    finished: end === undefined ? null : new Date(end.finished).toISOString(),
    duration: end?.duration ?? null,
  };
}
