import { isAlias, isCollection, isScalar, parseDocument, type Node } from 'yaml';
import type { Location } from '../diagnostic/diagnostic.ts';
import type { JsonValue } from '../json/json.ts';
import { pointerText } from '../json/pointer.ts';
import { isSame } from '../assertions/texts.ts';
import { writtenLike } from './written.ts';
import type { SuiteResult } from './result.ts';

/** An expected value that is to be what came. */
export interface Update {
  readonly place: Location;
  readonly value: JsonValue;
}

/** What is not written, and why: a sentence. */
export interface Refusal {
  readonly place: Location;
  readonly why: string;
}

export interface Updates {
  readonly updates: readonly Update[];
  readonly refusals: readonly Refusal[];
}

/**
 * The values that `equals` expects and that something else came for. Only what is written out is replaced: a template stays,
 * and so does what several records answer differently.
 */
export function updatesFor({ tests }: Pick<SuiteResult, 'tests'>): Updates {
  const found = new Map<
    string,
    { readonly place: Location; readonly values: JsonValue[]; readonly spec: JsonValue }
  >();
  for (const { test, records } of tests) {
    for (const { place, kind, got } of records.flatMap(({ failures }) => failures)) {
      const assertion = test.assertions.find((other) => other.place === place);
      if (kind !== 'equals' || got === undefined || assertion === undefined) continue;
      const id = `${place.source.path}#${pointerText(place.pointer)}`;
      const entry = found.get(id) ?? { place, values: [], spec: assertion.spec };
      entry.values.push(got);
      found.set(id, entry);
    }
  }
  const updates: Update[] = [];
  const refusals: Refusal[] = [];
  for (const { place, values, spec } of found.values()) {
    const [value = null, ...others] = values;
    const why = hasTemplate(spec)
      ? 'it is a template'
      : others.some((other) => !isSame(other, value))
        ? 'its records answer differently'
        : hasTemplate(value)
          ? 'the answer has `{{` in it, which would begin a template'
          : undefined;
    if (why === undefined) updates.push({ place, value });
    else refusals.push({ place, why });
  }
  return { updates, refusals };
}

function hasTemplate(value: JsonValue): boolean {
  return JSON.stringify(value).includes('{{');
}

/**
 * A YAML file with these values in place of what it has: all else stays as it is, byte by byte. What cannot be replaced
 * without harm to anything else is refused.
 */
export function updateText(
  text: string,
  updates: readonly Update[],
): { readonly text: string; readonly done: readonly Update[]; readonly refusals: readonly Refusal[] } {
  let now = text;
  const done: Update[] = [];
  const refusals: Refusal[] = [];
  for (const update of updates) {
    const changed = replaced(now, update);
    if (changed === undefined) refusals.push({ place: update.place, why: 'other places share its value' });
    else {
      now = changed;
      done.push(update);
    }
  }
  return { text: now, done, refusals };
}

function replaced(text: string, { place, value }: Update): string | undefined {
  const document = parseDocument(text, { merge: true });
  const node = document.getIn(place.pointer, true) as Node | undefined;
  const range = node?.range;
  if (node === undefined || range === undefined || range === null || isAlias(node)) return undefined;
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) return undefined;
  const [start, end] = range;
  const before = text.slice(start, end);
  // A block ends with its line.
  const tail = /\s*$/u.exec(before)?.[0] ?? '';
  const changed = `${text.slice(0, start)}${writtenLike(node, value)}${tail}${text.slice(end)}`;
  return saysElse(document.toJS() as JsonValue, changed, place, value) ? undefined : changed;
}

/** Whether the changed text says anything but what it is to say. */
function saysElse(before: JsonValue, text: string, { pointer }: Location, value: JsonValue): boolean {
  const document = parseDocument(text, { merge: true });
  if (document.errors.length > 0) return true;
  const now = document.toJS() as JsonValue;
  return !isSame(now, withValue(before, pointer, value));
}

function withValue(whole: JsonValue, [first, ...rest]: Location['pointer'], value: JsonValue): JsonValue {
  if (first === undefined) return value;
  if (Array.isArray(whole)) {
    return whole.map((item: JsonValue, at) => (at === first ? withValue(item, rest, value) : item));
  }
  const object = whole as { readonly [name: string]: JsonValue };
  return { ...object, [first]: withValue(object[first] ?? null, rest, value) };
}
