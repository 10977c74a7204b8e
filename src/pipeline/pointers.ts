import type { JsonObject, JsonValue, Pointer } from '../json/json.ts';

/** The value at a pointer; undefined where it leads nowhere. */
export function valueAt(value: JsonValue, pointer: Pointer): JsonValue | undefined {
  let here: JsonValue | undefined = value;
  for (const part of pointer) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, part)) return undefined;
    here = (here as JsonObject)[part];
  }
  return here;
}
