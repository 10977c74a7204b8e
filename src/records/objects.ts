import { inspect } from 'node:util';
import { bounded } from '../diagnostic/printable.ts';
import { parseJson } from '../json/exact.ts';
import { maximumDepth } from '../json/inspect.ts';
import { isObject } from '../json/json.ts';
import type { RowFault } from './bad.ts';
import { faultOfValue, notAnObject } from './json-record.ts';
import type { RecordItem } from './record.ts';

/**
 * Records of a program's own, which come from no file: a record's line is its number, from 1. An object counts for what
 * `JSON.stringify` makes of it when its turn comes: a `Date` is its text, a field that is undefined is absent, and what the
 * program does with the object later changes nothing. One that JSON cannot say whole, such as with a bigint, a NaN or a
 * Map in it, fails alone, as a bad row of a file does.
 */
export async function* recordsOf(
  values: Iterable<object> | AsyncIterable<object>,
): AsyncGenerator<RecordItem, void, undefined> {
  let index = 0;
  for await (const value of values) {
    yield recordOf(value, index);
    index += 1;
  }
}

/** Of a value that is no record, so many characters are kept for people to see. */
const shown = 2000;

function recordOf(value: object, index: number): RecordItem {
  const line = index + 1;
  const bad = (error: RowFault): RecordItem => {
    const raw = bounded(inspect(value, { breakLength: Infinity }), shown);
    return { ok: false, index, line, raw, error };
  };
  const unsaid = faultOf(value, '', 0);
  if (unsaid !== undefined) return bad(unsaid);
  const parsed = parseJson(JSON.stringify(value));
  if (!parsed.ok) return bad(parsed.error);
  return isObject(parsed.value)
    ? { ok: true, index, line, value: parsed.value }
    : bad(faultOfValue(parsed.value));
}

/** What `JSON.stringify` would throw for, or leave out, or change without a word. `path`: empty for the record itself. */
function faultOf(value: unknown, path: string, depth: number): RowFault | undefined {
  if (depth > maximumDepth) {
    const message = `the value is nested deeper than ${maximumDepth} levels, or holds itself`;
    return { code: 'too_deep', message };
  }
  const said = ownWords(value);
  const kind = kindBeyondJson(said);
  if (kind !== undefined) return beyondJson(kind, path);
  if (typeof said !== 'object' || said === null) return undefined;
  for (const [name, member] of Object.entries(said)) {
    if (member === undefined && !Array.isArray(said)) continue;
    const fault = faultOf(member, path === '' ? name : `${path}.${name}`, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** What an object says to stand for it in JSON, as a `Date` does. */
function ownWords(value: unknown): unknown {
  const isAsked = typeof value === 'object' && value !== null && 'toJSON' in value;
  return isAsked && typeof value.toJSON === 'function' ? (value.toJSON() as unknown) : value;
}

/** What a value is that JSON has no words for; undefined where it has. */
function kindBeyondJson(value: unknown): string | undefined {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : String(value);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const kind = Object.prototype.toString.call(value).slice('[object '.length, -1);
    return kind === 'Object' ? undefined : `a ${kind}`;
  }
  return ['bigint', 'function', 'symbol'].includes(typeof value) ? `a ${typeof value}` : undefined;
}

function beyondJson(kind: string, path: string): RowFault {
  if (path === '') return notAnObject(kind);
  const message = `\`${path}\` is ${kind}, which JSON cannot say; give a text, a number, a list, an object or null in its place`;
  return { code: 'invalid_json', message };
}
