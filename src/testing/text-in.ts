import type { JsonObject } from '../json/json.ts';

/** A key that the format holds to a text. */
export function textIn(spec: JsonObject, key: string): string {
  const text = spec[key];
  return typeof text === 'string' ? text : '';
}
