import type { JsonValue, Pointer } from '../json/json.ts';
import { sourceSpan } from './character-map.ts';
import type { CharacterMap } from './character-map.ts';
import type { Span } from './diagnostic.ts';
import { lineTable } from './lines.ts';
import type { Source } from './source.ts';

/** A value that knows its place: `start` and `end` are offsets in the file, `end` exclusive. */
export type LocatedValue = LocatedScalar | LocatedList | LocatedMap;

export interface LocatedScalar extends Span {
  readonly kind: 'scalar';
  readonly value: null | boolean | number | string;
  /** For texts: where each character stands; undefined where that can't be told. */
  readonly characters?: () => CharacterMap | undefined;
}

export interface LocatedList extends Span {
  readonly kind: 'list';
  readonly items: readonly LocatedValue[];
}

export interface LocatedMap extends Span {
  readonly kind: 'map';
  readonly pairs: ReadonlyMap<string, LocatedPair>;
}

export interface LocatedPair {
  readonly key: Span;
  readonly value: LocatedValue;
}

/** The source of a parsed file. A value that an alias or a merge key brings in stands where its anchor stands. */
export function locatedSource(path: string, text: string, root: LocatedValue): Source {
  const positionOf = lineTable(text);
  return {
    path,
    text,
    value: plainValue(root, new Map()),
    locate(pointer, part = 'value', span) {
      const place = spanOf(root, pointer, part, span);
      return { start: positionOf(place.start), end: positionOf(place.end) };
    },
  };
}

/** The source of a text without structure, such as a partial: a span is one of the text itself. */
export function textSource(path: string, text: string): Source {
  const positionOf = lineTable(text);
  return {
    path,
    text,
    value: null,
    locate(_pointer, _part, span = { start: 0, end: text.length }) {
      return { start: positionOf(span.start), end: positionOf(Math.max(span.start, span.end)) };
    },
  };
}

function spanOf(root: LocatedValue, pointer: Pointer, part: 'key' | 'value', span?: Span): Span {
  let value = root;
  let key: Span | undefined;
  for (const segment of pointer) {
    const next = childOf(value, segment);
    // What is missing is told by the name of what it is missing from.
    if (next === undefined) return key ?? value;
    ({ key, value } = next);
  }
  if (key !== undefined && (part === 'key' || isEmpty(value))) return key;
  if (part === 'value' && span !== undefined && value.kind === 'scalar') {
    const characters = value.characters?.();
    if (characters !== undefined) return sourceSpan(characters, span);
  }
  return value;
}

function childOf(
  value: LocatedValue,
  segment: string | number,
): { key?: Span; value: LocatedValue } | undefined {
  if (value.kind === 'map') return value.pairs.get(String(segment));
  if (value.kind === 'scalar' || !/^\d+$/u.test(String(segment))) return undefined;
  const item = value.items[Number(segment)];
  return item && { value: item };
}

/** Whether the value was left out, as in `prompt:`. */
function isEmpty(value: LocatedValue): boolean {
  return value.kind === 'scalar' && value.value === null && value.start === value.end;
}

/** One JSON value for a located value, however often aliases repeat it. Names are own properties, `__proto__` too. */
function plainValue(located: LocatedValue, made: Map<LocatedValue, JsonValue>): JsonValue {
  if (located.kind === 'scalar') return located.value;
  let value = made.get(located);
  if (value === undefined) {
    value =
      located.kind === 'list'
        ? located.items.map((item) => plainValue(item, made))
        : Object.fromEntries(
            Array.from(located.pairs, ([name, pair]) => [name, plainValue(pair.value, made)]),
          );
    made.set(located, value);
  }
  return value;
}
