import type { Outcome } from './side.ts';

/** Failed records with one code, of those that both sides have. */
export interface FailureSummary {
  readonly code: string;
  /** Records that fail with it on each side. */
  readonly a: number;
  readonly b: number;
  /** Records that fail so in `a` and succeed in `b`. */
  readonly fixed: number;
  /** Records that succeed in `a` and fail so in `b`. */
  readonly new: number;
}

type Failed = Extract<Outcome, { readonly code: string }>;

export interface FailureTally {
  /** A record that both sides have. */
  add(a: Outcome, b: Outcome): void;
  /** The codes with the most failures first. */
  summaries(): readonly FailureSummary[];
}

export function tallyFailures(): FailureTally {
  const codes = new Map<string, { code: string; a: number; b: number; fixed: number; new: number }>();

  function entryOf(code: string) {
    const entry = codes.get(code) ?? { code, a: 0, b: 0, fixed: 0, new: 0 };
    codes.set(code, entry);
    return entry;
  }

  return {
    add(a, b) {
      if (isFailed(a)) {
        const entry = entryOf(a.code);
        entry.a += 1;
        if ('output' in b) entry.fixed += 1;
      }
      if (isFailed(b)) {
        const entry = entryOf(b.code);
        entry.b += 1;
        if ('output' in a) entry.new += 1;
      }
    },
    summaries: () => [...codes.values()].sort((one, other) => other.a + other.b - one.a - one.b),
  };
}

function isFailed(outcome: Outcome): outcome is Failed {
  return 'code' in outcome;
}
