import type { JsonObject, JsonValue } from '../../json/json.ts';
import { escapedText } from '../handlebars/text.ts';

/** The little of JavaScript that is an assertion of ours, known by its text alone: it is never executed. */
export function assertionOfCode(code: string, path: string, isStructured: boolean): JsonObject | undefined {
  return lengthOf(code) ?? (isStructured ? comparison(code, path) : undefined);
}

/** `output.length <= 100`, the most common of all code. */
function lengthOf(code: string): JsonObject | undefined {
  const found = /^\s*output\.length\s*(<=|<|>=|>)\s*(\d+)\s*;?\s*$/.exec(code);
  const count = Number(found?.[2]);
  if (found === null) return undefined;
  if (found[1] === '<=') return { max_length: count };
  if (found[1] === '<') return count > 0 ? { max_length: count - 1 } : undefined;
  const least = found[1] === '>' ? count + 1 : count;
  return least > 0 ? { min_length: least } : undefined;
}

const place = /^\s*output((?:\.[A-Za-z_]\w*)+)\s*===\s*([^]*?)\s*;?\s*$/;

/** `output.topic === 'order'`. With `==`, JavaScript takes more for the same than a test does. */
function comparison(code: string, path: string): JsonObject | undefined {
  const [, members = '', said = ''] = place.exec(code) ?? [];
  const value = literalOf(said);
  // A list and a text have a length that is no field of theirs.
  if (value === undefined || members.endsWith('.length')) return undefined;
  return { path: `${path}${members}`, equals: typeof value === 'string' ? escapedText(value) : value };
}

/** A literal without an escape, and without what promptfoo would fill in. */
function literalOf(code: string): JsonValue | undefined {
  const text = /^'([^'\\\r\n]*)'$|^"([^"\\\r\n]*)"$/.exec(code);
  if (text !== null) return /\{[{%#]/.test(code) ? undefined : (text[1] ?? text[2] ?? '');
  if (/^(?:true|false|null|-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?)$/.test(code))
    return JSON.parse(code) as JsonValue;
  return undefined;
}
