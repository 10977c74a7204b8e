/** What happened in a span of time. */
export interface TimeBin {
  /** Calls that ended, those that were answered by the cache too. */
  readonly calls: number;
  /** Records that ended. */
  readonly records: number;
  /** Calls under way, on average, those that waited for their turn or for another attempt included. */
  readonly in_flight: number;
  /** Requests of the calls that ended here which a 429 had answered. */
  readonly limited: number;
  /** Their other requests beyond the first. */
  readonly retries: number;
}

/** The time of a run: that of its sessions laid end to end, without what lay between them. */
export interface Timeline {
  /** Of each bin, in milliseconds. */
  readonly bin_ms: number;
  /** To the end of the last call, in milliseconds. */
  readonly length_ms: number;
  /** Where each session begins, in milliseconds. */
  readonly sessions: readonly number[];
  readonly bins: readonly TimeBin[];
}

export interface TimedCall {
  /** Milliseconds since its session began. */
  readonly at: number;
  readonly duration: number;
  readonly limited: number;
  readonly retries: number;
}

/** Adds up what happened when, in bins that grow with the run, so that their number is bounded. */
export interface TimelineFold {
  call(call: TimedCall): void;
  /** A record ended right after the last call that was told. */
  record(): void;
  session(): void;
  /** Undefined where no call was told. */
  timeline(): Timeline | undefined;
}

const mostBins = 120;
/** Milliseconds; it doubles up to whole seconds. */
const firstWidth = 1000 / 64;

interface OpenBin {
  calls: number;
  records: number;
  /** Milliseconds of calls under way. */
  busy: number;
  limited: number;
  retries: number;
}

export function createTimelineFold(): TimelineFold {
  let width = firstWidth;
  let bins: OpenBin[] = [];
  const sessions: number[] = [];
  /** Where the session that is told began, and what was told last. */
  let offset = 0;
  let latest = 0;
  let calls = 0;

  function binAt(time: number): OpenBin {
    while (time >= width * mostBins) widen();
    const at = Math.floor(time / width);
    while (bins.length <= at) bins.push({ calls: 0, records: 0, busy: 0, limited: 0, retries: 0 });
    const bin = bins[at];
    if (bin === undefined) throw new Error('a bin that was just made is not there');
    return bin;
  }

  function widen(): void {
    width *= 2;
    bins = bins.flatMap((bin, at) => {
      if (at % 2 === 1) return [];
      const next = bins[at + 1];
      return [next === undefined ? bin : sum(bin, next)];
    });
  }

  return {
    call({ at, duration, limited, retries }) {
      calls += 1;
      const end = offset + at;
      latest = Math.max(latest, end);
      const bin = binAt(end);
      bin.calls += 1;
      bin.limited += limited;
      bin.retries += Math.max(0, retries - limited);
      // A call that a session was killed in has no line, so that none begins before its session.
      for (let from = Math.max(offset, end - duration); from < end;) {
        const until = Math.min(end, (Math.floor(from / width) + 1) * width);
        binAt(from).busy += until - from;
        from = until;
      }
    },
    record() {
      if (calls > 0) binAt(latest).records += 1;
    },
    session() {
      offset = latest;
      sessions.push(offset);
    },
    timeline() {
      if (calls === 0) return undefined;
      return {
        bin_ms: width,
        length_ms: latest,
        sessions,
        bins: bins.map(({ busy, calls, records, limited, retries }, at) => {
          // The last bin ends with the run.
          const span = Math.min(width, latest - at * width);
          return { calls, records, limited, retries, in_flight: span > 0 ? busy / span : 0 };
        }),
      };
    },
  };
}

function sum(one: OpenBin, other: OpenBin): OpenBin {
  return {
    calls: one.calls + other.calls,
    records: one.records + other.records,
    busy: one.busy + other.busy,
    limited: one.limited + other.limited,
    retries: one.retries + other.retries,
  };
}
