import type { JsonObject, JsonValue } from '../json/json.ts';

/** The JSON text of a value with the names of every object sorted: equal values give equal texts. */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return canonicalList(value as readonly JsonValue[]);
  return canonicalObject(value as JsonObject);
}

// Texts are put together piece by piece: every call's question is, and lists of pieces take twice as long.

function canonicalList(items: readonly JsonValue[]): string {
  let text = '';
  for (const item of items) text += text === '' ? canonicalJson(item) : `,${canonicalJson(item)}`;
  return `[${text}]`;
}

function canonicalObject(object: JsonObject): string {
  let text = '';
  for (const name of Object.keys(object).sort()) {
    const member = `${JSON.stringify(name)}:${canonicalJson(object[name] ?? null)}`;
    text += text === '' ? member : `,${member}`;
  }
  return `{${text}}`;
}
