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
  for (const name of sorted(Object.keys(object))) {
    const member = `${JSON.stringify(name)}:${canonicalJson(object[name] ?? null)}`;
    text += text === '' ? member : `,${member}`;
  }
  return `{${text}}`;
}

/** Sorts by code units, in place. Most objects have few names: to insert each where it goes is faster than `sort`. */
function sorted(names: string[]): string[] {
  if (names.length > 16) return names.sort();
  for (let at = 1; at < names.length; at += 1) {
    const name = names[at] ?? '';
    let to = at;
    for (let before = names[to - 1]; before !== undefined && before > name; before = names[to - 1]) {
      names[to] = before;
      to -= 1;
    }
    names[to] = name;
  }
  return names;
}
