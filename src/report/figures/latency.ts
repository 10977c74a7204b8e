/** Durations of calls, counted so that a million of them take no more room than a thousand. */
export interface Latencies {
  /** Whole milliseconds. */
  add(milliseconds: number): void;
  readonly count: number;
  /** Null where there are none. */
  readonly least: number | null;
  readonly most: number | null;
  /** By nearest rank, exact up to 127 ms, within 1 % above; null where there are none. `share`: from 0 to 1. */
  percentile(share: number): number | null;
  /** How many stand in each bin: at or above its edge and below the next one. The last edge belongs to the last bin. */
  counts(edges: readonly number[]): readonly number[];
}

/** Up to here each millisecond has a bucket of its own; above, each doubling has half as many. */
const exact = 128;
const perDoubling = exact / 2;

export function createLatencies(): Latencies {
  const buckets = new Map<number, number>();
  let count = 0;
  let least = Infinity;
  let most = -Infinity;

  return {
    add(milliseconds) {
      const whole = Math.max(0, Math.round(milliseconds));
      const bucket = bucketOf(whole);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      count += 1;
      least = Math.min(least, whole);
      most = Math.max(most, whole);
    },
    get count() {
      return count;
    },
    get least() {
      return count === 0 ? null : least;
    },
    get most() {
      return count === 0 ? null : most;
    },
    percentile(share) {
      if (count === 0) return null;
      const rank = Math.max(1, Math.ceil(share * count));
      // The last of all is known to the millisecond.
      if (rank === count) return most;
      let before = 0;
      for (const [bucket, inBucket] of [...buckets].sort(([one], [other]) => one - other)) {
        before += inBucket;
        if (before >= rank) return Math.min(most, Math.max(least, middleOf(bucket)));
      }
      return most;
    },
    counts(edges) {
      const bins = edges.slice(1).map(() => 0);
      for (const [bucket, inBucket] of buckets) {
        const value = Math.min(most, Math.max(least, middleOf(bucket)));
        const above = edges.findIndex((edge) => value < edge);
        const bin = Math.min(bins.length, above === -1 ? bins.length : above) - 1;
        bins[Math.max(0, bin)] = (bins[Math.max(0, bin)] ?? 0) + inBucket;
      }
      return bins;
    },
  };
}

function bucketOf(milliseconds: number): number {
  if (milliseconds < exact) return milliseconds;
  const doublings = Math.floor(Math.log2(milliseconds / exact)) + 1;
  const within = Math.floor(milliseconds / 2 ** doublings) - perDoubling;
  return exact + (doublings - 1) * perDoubling + within;
}

/** The middle of a bucket, in milliseconds. */
function middleOf(bucket: number): number {
  if (bucket < exact) return bucket;
  const doublings = Math.floor((bucket - exact) / perDoubling) + 1;
  const within = (bucket - exact) % perDoubling;
  return Math.floor((perDoubling + within + 0.5) * 2 ** doublings);
}

const steps = [1, 2, 5];

/** Edges of bins that are equally wide to the eye on a scale of powers, from a round number to a round number. */
export function binEdges(least: number, most: number, bins: number): readonly number[] {
  const low = roundDown(Math.max(1, least));
  const high = Math.max(roundUp(most), low * 10);
  const factor = (high / low) ** (1 / bins);
  return Array.from({ length: bins + 1 }, (_, at) => (at === bins ? high : rounded(low * factor ** at)));
}

/** Four digits are more than an eye tells apart. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (steps.findLast((step) => step * power <= value) ?? 1);
}

function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return power * (steps.find((step) => step * power >= value) ?? 10);
}
