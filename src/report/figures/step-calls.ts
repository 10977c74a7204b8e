import type { CallHead } from '../../run/journal/heads.ts';
import { binEdges, createLatencies, type Latencies } from './latency.ts';

/** How the calls of one step went. */
export interface StepCalls {
  /** That ended, over all sessions. */
  readonly calls: number;
  readonly failed: number;
  /** Answered by pipe's own cache. */
  readonly cached: number;
  /** Beyond the first of a record in this step: repairs of structured answers, rounds of tools. */
  readonly further_calls: number;
  /** Requests beyond a call's first. */
  readonly retries: number;
  /** Of the requests, those that a 429 answered; null where the journal does not tell it of every call. */
  readonly limited: number | null;
  /** Of calls that a model answered; null where none did. */
  readonly latency: LatencyFigures | null;
}

/** Milliseconds from a call's begin to its end: waits for its turn and retries included. */
export interface LatencyFigures {
  readonly p50_ms: number;
  readonly p90_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
}

/** How long the calls of each step took: bins between the same edges for all of them. */
export interface Histogram {
  /** Milliseconds; one more than there are bins. */
  readonly edges_ms: readonly number[];
  readonly by_step: { readonly [step: string]: readonly number[] };
}

export interface StepCallsFold {
  add(call: CallHead): void;
  /** Steps in this order, then those that only the journal knows. */
  byStep(order: readonly string[]): { readonly [step: string]: StepCalls };
  /** Of all steps together. */
  total(): StepCalls;
  /** Null where no call was answered by a model. */
  histogram(): Histogram | null;
}

interface OpenCalls {
  calls: number;
  failed: number;
  cached: number;
  further_calls: number;
  retries: number;
  limited: number | null;
  readonly latencies: Latencies;
}

const bins = 28;

export function createStepCalls(): StepCallsFold {
  const steps = new Map<string, OpenCalls>();
  const all = openCalls();

  return {
    add(call) {
      const step = steps.get(call.step) ?? openCalls();
      steps.set(call.step, step);
      for (const open of [step, all]) count(open, call);
    },
    byStep: (order) =>
      Object.fromEntries(
        [...new Set([...order, ...steps.keys()])].map((id) => [id, closed(steps.get(id) ?? openCalls())]),
      ),
    total: () => closed(all),
    histogram() {
      const { least, most } = all.latencies;
      if (least === null || most === null) return null;
      const edges_ms = binEdges(least, most, bins);
      const rows = [...steps].filter(([, { latencies }]) => latencies.count > 0);
      return {
        edges_ms,
        by_step: Object.fromEntries(rows.map(([id, { latencies }]) => [id, latencies.counts(edges_ms)])),
      };
    },
  };
}

function openCalls(): OpenCalls {
  return {
    calls: 0,
    failed: 0,
    cached: 0,
    further_calls: 0,
    retries: 0,
    limited: 0,
    latencies: createLatencies(),
  };
}

function count(open: OpenCalls, { ok, call, usage, limited, duration }: CallHead): void {
  const isCached = usage.cached_requests > 0;
  open.calls += 1;
  if (!ok) open.failed += 1;
  if (isCached) open.cached += 1;
  if (call > 1) open.further_calls += 1;
  open.retries += usage.retries;
  open.limited = open.limited === null || limited === null ? null : open.limited + limited;
  if (ok && !isCached) open.latencies.add(duration);
}

function closed({ latencies, ...calls }: OpenCalls): StepCalls {
  const { most } = latencies;
  const at = (share: number): number => latencies.percentile(share) ?? 0;
  const latency = most === null ? null : { p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99), max_ms: most };
  return { ...calls, latency };
}
