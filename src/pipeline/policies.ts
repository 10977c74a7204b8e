import type { Source } from '../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import type { ModelSettings } from '../models/contract.ts';
import type { PlanBudget, PlanLimits, PlanRetry } from '../plan.ts';
import { builtInPrices, withOverrides, type Price, type PriceTable } from '../usage/prices.ts';
import { durationAt } from './durations.ts';
import type { Report } from './report.ts';

/** Attempts and waits, from `retry` or from `model.max_retries`, which counts what comes after the first attempt. */
export function retryPolicy(file: JsonObject, source: Source, report: Report): PlanRetry {
  const retry = isObject(file['retry']) ? file['retry'] : {};
  const retries = isObject(file['model']) ? file['model']['max_retries'] : undefined;
  if (retries !== undefined && retry['attempts'] !== undefined) {
    report.add({
      severity: 'error',
      code: 'retries-twice',
      message: '`model.max_retries` and `retry.attempts` say the same thing in two ways',
      hint: 'keep one of them: `max_retries: N` is `attempts: N+1`',
      place: { source, pointer: ['model', 'max_retries'], part: 'key' },
    });
  }
  const duration = (key: string, usual: string): number =>
    durationAt(retry[key] ?? usual, { source, pointer: ['retry', key] }, report);
  return {
    attempts: retries === undefined ? Number(retry['attempts'] ?? 5) : Number(retries) + 1,
    max_delay: duration('max_delay', '60s'),
    outage: duration('outage', '5m'),
  };
}

/** Sound limits have the numbers that the format asks for. */
export function callLimits(file: JsonObject): PlanLimits {
  const { concurrency = 16, ...others } = numbersOf(file['limits']);
  return { concurrency, ...others };
}

export function runBudget(file: JsonObject): PlanBudget {
  return numbersOf(file['budget']);
}

/** Without the user's own `x-` keys. */
function numbersOf(section: JsonValue | undefined): { readonly [key: string]: number } {
  const keys = Object.entries(isObject(section) ? section : {});
  return Object.fromEntries(
    keys.flatMap(([key, value]) => (key.startsWith('x-') ? [] : [[key, Number(value)]])),
  );
}

/** The built-in prices with the file's over them. The older of the two dates holds where prices of both are used. */
export function priceTable(file: JsonObject, models: Iterable<ModelSettings>): PriceTable {
  const { date, ...others } = isObject(file['prices']) ? file['prices'] : {};
  // Sound prices have the numbers that the format asks for.
  const prices = Object.fromEntries(
    Object.entries(others).map(([name, price]) => [name, priceOf(price as JsonObject)]),
  );
  const table = withOverrides(builtInPrices, prices);
  const allOwn = [...models].every(({ name }) => Object.hasOwn(prices, name));
  return typeof date === 'string' && (allOwn || date < table.date) ? { ...table, date } : table;
}

function priceOf({ input, output, cached_input }: JsonObject): Price {
  return {
    input: Number(input),
    output: Number(output),
    ...(cached_input !== undefined && { cached_input: Number(cached_input) }),
  };
}
