import type { CompletionUsage } from './completion.ts';

/** What the simulator has done so far, so that what a client counts can be held against it. */
export interface SimulatorStats {
  /** HTTP requests received, whatever became of them. */
  readonly requests: number;
  /**
   * Requests that are over, by what they ended as: an HTTP status, `dropped` (connection reset), `malformed` (a 200
   * whose body cannot be used), `truncated` (a 200 that ended too soon), or `abandoned` (the client went away first).
   */
  readonly by_status: { readonly [status: string]: number };
  /** Tokens told in answers that were sent whole. */
  readonly input_tokens: number;
  readonly output_tokens: number;
}

export interface Counter {
  received(): void;
  ended(as: string, usage?: CompletionUsage): void;
  stats(): SimulatorStats;
}

export function createCounter(): Counter {
  let requests = 0;
  let input_tokens = 0;
  let output_tokens = 0;
  const by_status: Record<string, number> = {};
  return {
    received: () => {
      requests += 1;
    },
    ended: (as, usage) => {
      by_status[as] = (by_status[as] ?? 0) + 1;
      input_tokens += usage?.prompt_tokens ?? 0;
      output_tokens += usage?.completion_tokens ?? 0;
    },
    stats: () => ({ requests, by_status: { ...by_status }, input_tokens, output_tokens }),
  };
}
