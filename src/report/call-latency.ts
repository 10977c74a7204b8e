import { formatDuration } from '../duration.ts';
import type { CallFinished } from '../run/events.ts';
import { createLatencies, type Latencies } from './figures/latency.ts';
import { clip, isolated } from './text.ts';

/** How long calls took that a model has answered, in milliseconds, waits and retries included. */
export interface CallLatency extends Percentiles {
  /** The step whose calls took the longest; absent where there is but one, or where it has made too few. */
  readonly slowest?: Percentiles & { readonly step: string };
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

/** Calls of which one in twenty is one at least. */
const enough = 20;
const longestStep = 30;

export interface CallLatencies {
  add(call: CallFinished): void;
  /** Undefined where there are too few calls to speak of one in twenty. */
  read(): CallLatency | undefined;
}

export function collectCallLatency(): CallLatencies {
  const all = createLatencies();
  const steps = new Map<string, Latencies>();
  return {
    add({ ok, usage, replayed, step, duration }) {
      if (!ok || replayed === true || usage.requests === 0) return;
      let ofStep = steps.get(step);
      if (ofStep === undefined) steps.set(step, (ofStep = createLatencies()));
      ofStep.add(duration);
      all.add(duration);
    },
    read() {
      const whole = percentilesOf(all);
      if (whole === undefined || steps.size === 1) return whole;
      // A step that was asked twice may be the slowest: then nobody can tell how slow it mostly is.
      const [first] = [...steps].sort(
        ([, one], [, other]) => median(other) - median(one) || other.count - one.count,
      );
      const percentiles = first && percentilesOf(first[1]);
      return { ...whole, ...(first && percentiles && { slowest: { step: first[0], ...percentiles } }) };
    },
  };
}

function median(latencies: Latencies): number {
  return latencies.percentile(0.5) ?? 0;
}

function percentilesOf(latencies: Latencies): Percentiles | undefined {
  const [p50, p95] = [latencies.percentile(0.5), latencies.percentile(0.95)];
  return latencies.count < enough || p50 === null || p95 === null ? undefined : { p50, p95 };
}

/** `p50 820 ms, p95 2.1 s a call, waits and retries included`, and the slowest step in a line of its own. */
export function latencyInWords({ slowest, ...all }: CallLatency): readonly string[] {
  return [
    `${percentilesInWords(all)} a call, waits and retries included`,
    ...(slowest === undefined
      ? []
      : [`slowest in ${isolated(clip(slowest.step, longestStep))}: ${percentilesInWords(slowest)}`]),
  ];
}

function percentilesInWords({ p50, p95 }: Percentiles): string {
  return `p50 ${formatDuration(p50)}, p95 ${formatDuration(p95)}`;
}
