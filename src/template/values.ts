import type { JsonValue } from '../json/json.ts';

/** Whether `{{#if}}` takes the value for true: not for null, false, 0, "" and the empty list, as Handlebars has it. */
export function isTruthy(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  return value !== false && value !== 0 && value !== '';
}

/** How a value stands in text: null as nothing, text as it is, lists and objects as JSON. Undefined: nested too deeply. */
export function textOf(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  return typeof value === 'object' ? jsonOf(value) : String(value);
}

/** Undefined where the value is nested deeper than JSON.stringify's recursion can go, some thousand levels. */
export function jsonOf(value: JsonValue): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether two JSON values say the same: no conversion of kinds, the order of an object's names does not count. */
export function isEqual(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  // A list of pairs instead of recursion: records may be nested deeper than the stack.
  const pairs: [JsonValue | undefined, JsonValue | undefined][] = [[one, other]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [left, right] = pair;
    if (left === right) continue;
    if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null)
      return false;
    if (Array.isArray(left) !== Array.isArray(right)) return false;
    const names = Object.keys(left);
    if (names.length !== Object.keys(right).length) return false;
    for (const name of names) {
      if (!Object.hasOwn(right, name)) return false;
      pairs.push([ownValue(left, name), ownValue(right, name)]);
    }
  }
  return true;
}

/** An own property of a list or object: nothing is ever read from a prototype. */
export function ownValue(value: object, name: string): JsonValue | undefined {
  if (!Object.hasOwn(value, name)) return undefined;
  const found = (value as { readonly [name: string]: unknown })[name];
  // A scope is made by callers: what JSON cannot say is not there.
  return isJsonKind(found) ? (found as JsonValue) : undefined;
}

function isJsonKind(value: unknown): boolean {
  const type = typeof value;
  return type !== 'function' && type !== 'symbol' && type !== 'bigint';
}
