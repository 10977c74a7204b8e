/** US dollars for a million tokens. `cached_input` is what input tokens served from the provider's prompt cache cost. */
export interface Price {
  readonly input: number;
  readonly output: number;
  readonly cached_input?: number;
}

/** Prices by model name; a name that is not there has no known price. */
export interface PriceTable {
  /** The day these prices were read, as YYYY-MM-DD. */
  readonly date: string;
  readonly models: { readonly [name: string]: Price };
}
