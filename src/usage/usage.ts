/**
 * What calls cost. Everything is a sum over HTTP requests, failed and retried ones included: they were paid for.
 * A number that nobody told us is null, never 0.
 */
export interface Usage {
  /** HTTP requests sent, whatever came back. */
  readonly requests: number;
  /** Of these, the requests beyond a call's first. */
  readonly retries: number;
  /** Calls answered by the cache: no request, no cost. */
  readonly cached_requests: number;
  /** Requests that may have been charged for but whose usage never came: the sums below are then lower bounds. */
  readonly unmetered_requests: number;
  /** Tokens; `input_tokens` includes the cached ones, `output_tokens` the reasoning ones. */
  readonly input_tokens: number | null;
  readonly cached_input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly total_tokens: number | null;
  /** US dollars; null where the model's price is unknown. */
  readonly cost_usd: number | null;
}
