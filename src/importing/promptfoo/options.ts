import type { Source } from '../../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import type { Notes } from '../notes.ts';

/** What of `evaluateOptions` a pipeline says as well. */
export function limitsOf(options: JsonValue | undefined): { readonly limits?: JsonObject } {
  const most = isObject(options) ? options['maxConcurrency'] : undefined;
  return isConcurrency(most) ? { limits: { concurrency: most } } : {};
}

function isConcurrency(most: JsonValue | undefined): most is number {
  return typeof most === 'number' && Number.isInteger(most) && most >= 1 && most <= 10_000;
}

const remedies: ReadonlyMap<string, string> = new Map([
  ['maxConcurrency', 'set `limits.concurrency`, a whole number from 1 to 10000'],
  ['repeat', 'a record is asked once: run it again by `pipe run … --no-cache`, and see `pipe diff`'],
  ['delay', 'set `limits.requests_per_minute`'],
  ['cache', 'set `cache: false`, or run it by `pipe run … --no-cache`'],
  ['timeoutMs', 'set `model.timeout`, the most that one attempt may take'],
  ['showProgressBar', 'run it by `pipe run … --quiet`'],
]);

/** Tells each option that has no place in a pipeline. */
export function tellOptions(source: Source, notes: Notes): void {
  const options = isObject(source.value) ? source.value['evaluateOptions'] : undefined;
  if (!isObject(options)) return;
  for (const key of Object.keys(options)) {
    if (key === 'maxConcurrency' && isConcurrency(options[key])) continue;
    notes.tell(
      { source, pointer: ['evaluateOptions', key], part: 'key' },
      `\`${key}\` of \`evaluateOptions\` has no counterpart and is left out`,
      remedies.get(key) ?? 'leave it',
    );
  }
}
