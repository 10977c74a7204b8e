/** US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** What input tokens served from the provider's prompt cache cost; absent: as much as any input. */
  readonly cached_input?: number;
}

/** Prices by model name; a name that is not there has no known price. */
export interface PriceTable {
  /** The day these prices were read, as YYYY-MM-DD. */
  readonly date: string;
  readonly models: { readonly [name: string]: Price };
  /** The names among them whose price the user gave. */
  readonly own?: ReadonlySet<string>;
}

const large: Price = { input: 0.5, cached_input: 0.05, output: 1.5 };
const medium: Price = { input: 1.5, cached_input: 0.15, output: 7.5 };
const small: Price = { input: 0.15, cached_input: 0.015, output: 0.6 };
const ministral3b: Price = { input: 0.1, cached_input: 0.01, output: 0.1 };
const ministral8b: Price = { input: 0.15, cached_input: 0.015, output: 0.15 };
const ministral14b: Price = { input: 0.2, cached_input: 0.02, output: 0.2 };
const codestral: Price = { input: 0.3, cached_input: 0.03, output: 0.9 };
const nemo: Price = { input: 0.15, cached_input: 0.015, output: 0.15 };
const magistral: Price = { input: 2, cached_input: 0.2, output: 5 };
const devstral: Price = { input: 0.4, cached_input: 0.04, output: 2 };

/**
 * Mistral's list prices (https://mistral.ai/pricing), cached input at 10 % of input. An alias stands beside the model
 * that it resolved to on that day: a moved alias is priced by the name that the answer gives, where that is known.
 */
export const builtInPrices: PriceTable = {
  date: '2026-08-01',
  models: {
    'mistral-large-latest': large,
    'mistral-large-2512': large,
    'mistral-medium-latest': medium,
    'mistral-medium-3-5': medium,
    'mistral-small-latest': small,
    'mistral-small-2603': small,
    'ministral-3b-latest': ministral3b,
    'ministral-3b-2512': ministral3b,
    'ministral-8b-latest': ministral8b,
    'ministral-8b-2512': ministral8b,
    'ministral-14b-latest': ministral14b,
    'ministral-14b-2512': ministral14b,
    'codestral-latest': codestral,
    'codestral-2508': codestral,
    'open-mistral-nemo': nemo,
    'open-mistral-nemo-2407': nemo,
    'magistral-medium-latest': magistral,
    'magistral-medium-2509': magistral,
    'devstral-2512': devstral,
  },
};

/** The table with a user's own prices: they replace a model's price as a whole, or add a model. */
export function withOverrides(table: PriceTable, overrides: { readonly [model: string]: Price }): PriceTable {
  const own = new Set([...(table.own ?? []), ...Object.keys(overrides)]);
  return { ...table, models: { ...table.models, ...overrides }, own };
}

/**
 * The price of an answer: of the model that gave it, which an alias resolves to; of the model that was asked where it did
 * not say (null), or its price is not known. A price of the user's own goes before a built-in one: who gives that of an
 * alias means what answers under it.
 */
export function priceOfAnswer(asked: string, answered: string | null, table: PriceTable): Price | undefined {
  const names = answered === null ? [asked] : [answered, asked];
  const name = names.find((each) => table.own?.has(each)) ?? names.find((each) => priceOf(each, table));
  return name === undefined ? undefined : priceOf(name, table);
}

/** The price of a model by its exact name; undefined where it is not known. */
export function priceOf(model: string, table: PriceTable): Price | undefined {
  return Object.hasOwn(table.models, model) ? table.models[model] : undefined;
}
