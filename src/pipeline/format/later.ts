import type { Pointer } from '../../json/json.ts';

/** Keys that the file will have at its top in a later version of the format. */
const laterKeys: ReadonlySet<string> = new Set(['tests']);

/** Whether the format will have this key, or hardly another, in a later version. */
export function isLaterKey(name: string, place: Pointer): boolean {
  return laterKeys.has(name) && place.length === 0;
}
