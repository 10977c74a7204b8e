/** Milliseconds from the last byte of a request to the first of its answer. */
export interface Latency {
  readonly median: number;
  /** What one answer in a hundred exceeds; equal to the median where every answer takes the same time. */
  readonly p99: number;
}

export type Fault = 'rate_limited' | 'server_error' | 'dropped' | 'malformed' | 'truncated';

/** The share of requests, from 0 to 1, that meet each fault. Together at most 1. */
export type FaultRates = { readonly [fault in Fault]: number };

export interface SimulatorOptions {
  /** Another seed draws other latencies and other faults. Default: 0. */
  readonly seed?: number;
  /** Default: none at all. */
  readonly latency?: Latency;
  /** Default: none. */
  readonly faults?: Partial<FaultRates>;
  /** Requests answered in any minute, all models together; 0: no model is on the plan. Null, the default: any number. */
  readonly requests_per_minute?: number | null;
  /** The same of tokens, those of the prompt and of the answer. */
  readonly tokens_per_minute?: number | null;
  /** Seconds told in the Retry-After of a drawn 429; null: no 429 has one. Default: 1. */
  readonly retry_after?: number | null;
  /** Answers 401 to a request without a bearer token; any token will do. Default: false. */
  readonly require_key?: boolean;
  /** Default: 127.0.0.1, which only this machine can reach. */
  readonly host?: string;
  /** Default: 0, which takes any free port. */
  readonly port?: number;
  /** Milliseconds of a clock, by which the minutes of a quota pass. Default: Date.now. */
  readonly now?: () => number;
}

export type Settings = Required<SimulatorOptions> & { readonly faults: FaultRates };

export function withDefaults(options: SimulatorOptions): Settings {
  const { faults, retry_after } = options;
  return {
    seed: options.seed ?? 0,
    latency: options.latency ?? { median: 0, p99: 0 },
    faults: {
      rate_limited: faults?.rate_limited ?? 0,
      server_error: faults?.server_error ?? 0,
      dropped: faults?.dropped ?? 0,
      malformed: faults?.malformed ?? 0,
      truncated: faults?.truncated ?? 0,
    },
    requests_per_minute: options.requests_per_minute ?? null,
    tokens_per_minute: options.tokens_per_minute ?? null,
    retry_after: retry_after === undefined ? 1 : retry_after,
    require_key: options.require_key ?? false,
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    now: options.now ?? Date.now,
  };
}
