import type { ErrorObject } from 'ajv';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../json/json.ts';
import { violationsOf, type Violation } from './schema/violations.ts';

/** What goes wrong because something was taken out is no mistake of its own; a few rounds settle it. */
const maximumRounds = 5;

/**
 * What a schema finds wrong with a value, which stands at `base`, and what is left of it when that is taken out:
 * undefined when that is nothing which the schema allows. Whether the root has the keys in `mayLack` is told, but does
 * not count here.
 */
export function soundPart(
  errorsOf: (value: JsonValue) => readonly ErrorObject[],
  value: JsonValue,
  base: Pointer,
  mayLack: readonly string[] = [],
): { readonly sound: JsonObject | undefined; readonly violations: readonly Violation[] } {
  const find = (value: JsonValue) => violationsOf(errorsOf(value), value, { object: 'a map' }, base);
  const grave = ({ kind, pointer, keys = [] }: Violation) =>
    !(kind === 'missing-key' && pointer.length === base.length && keys.every((key) => mayLack.includes(key)));

  const violations = find(value);
  let sound: JsonValue | undefined = value;
  let wrong = violations.filter(grave);
  for (let round = 0; wrong.length > 0 && round < maximumRounds; round += 1) {
    const pointers = wrong.map(({ pointer }) => pointer.slice(base.length));
    sound = without(sound, pointers);
    if (sound === undefined) break;
    wrong = find(sound).filter(grave);
  }
  return { sound: wrong.length === 0 && isObject(sound) ? sound : undefined, violations };
}

/** The value without what stands at these places below it; undefined where that is nothing. */
function without(value: JsonValue, places: readonly Pointer[]): JsonValue | undefined {
  // An item of a list takes the list with it, lest the others move up.
  const removals = places.map((place) => place.slice(0, place.findLastIndex(isName) + 1));
  if (removals.some((place) => place.length === 0)) return undefined;
  const below = new Map<string, Pointer[]>();
  for (const [part = '', ...rest] of removals) {
    const others = below.get(String(part)) ?? [];
    others.push(rest);
    below.set(String(part), others);
  }
  const left = (name: string, held: JsonValue): JsonValue | undefined => {
    const places = below.get(name);
    if (places === undefined) return held;
    return places.some((place) => place.length === 0) ? undefined : without(held, places);
  };
  if (Array.isArray(value)) return value.map((item: JsonValue, index) => left(String(index), item) ?? item);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, held]) => {
      const kept = left(name, held);
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}

function isName(part: string | number): boolean {
  return typeof part === 'string';
}
