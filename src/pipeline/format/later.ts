import type { Pointer } from '../../json/json.ts';

/** Keys that the format will have in a later version: of the file, of its sections and of its steps. */
const laterKeys: ReadonlySet<string> = new Set([
  'budget',
  'cache',
  'tests',
  'requests_per_minute',
  'tokens_per_minute',
]);

/** Whether the format will have this key, or hardly another, in a later version. */
export function isLaterKey(name: string, place: Pointer): boolean {
  return laterKeys.has(name) && place.length <= 2;
}
