/** A failed record, as far as a group of errors tells of it. */
export interface ErrorExample {
  readonly index: number;
  /** In the input, from 1. */
  readonly line: number;
  readonly key: string;
  /** Null where the record itself was at fault. */
  readonly step: string | null;
  readonly message: string;
  readonly status: number | null;
  readonly request_id: string | null;
}

/** Records that failed with the same code. */
export interface ErrorGroup {
  readonly code: string;
  readonly count: number;
  /** In which steps, the most frequent first; null for records that were at fault themselves. */
  readonly steps: readonly { readonly step: string | null; readonly count: number }[];
  /** The first that ended. */
  readonly examples: readonly ErrorExample[];
}

const examplesAtMost = 3;

export interface ErrorGroupsFold {
  /** `example` is asked for only where it is kept. */
  add(failure: { readonly step: string | null; readonly code: string }, example: () => ErrorExample): void;
  /** The largest first. */
  groups(): readonly ErrorGroup[];
}

interface OpenGroup {
  count: number;
  readonly steps: Map<string | null, number>;
  readonly examples: ErrorExample[];
}

export function createErrorGroups(): ErrorGroupsFold {
  const groups = new Map<string, OpenGroup>();
  return {
    add({ step, code }, example) {
      const group: OpenGroup = groups.get(code) ?? { count: 0, steps: new Map(), examples: [] };
      groups.set(code, group);
      group.count += 1;
      group.steps.set(step, (group.steps.get(step) ?? 0) + 1);
      if (group.examples.length < examplesAtMost) group.examples.push(example());
    },
    groups: () =>
      [...groups]
        .map(([code, { count, steps, examples }]) => ({
          code,
          count,
          steps: [...steps].map(([step, count]) => ({ step, count })).sort((a, b) => b.count - a.count),
          examples,
        }))
        .sort((one, other) => other.count - one.count),
  };
}
