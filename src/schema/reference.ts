import type { JsonSchema, JsonValue } from '../json/json.ts';
import { parsePointer, valueAt } from '../json/pointer.ts';

/** What a `$ref` of the form `#/…` leads to; undefined for one that leads nowhere, to a name or to another file. */
export function resolveLocal(reference: string, root: JsonSchema): JsonValue | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return undefined;
  return valueAt(root, parsePointer(percentDecoded(reference)));
}

/** A stray `%` stands for itself here: whoever checks the schema has told of it. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
