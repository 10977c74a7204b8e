import type { JsonValue } from '../json/json.ts';

/** The values of a field, counted as long as they are so few and so short that each may be a class. */
export interface ClassCounts {
  add(value: JsonValue): void;
  /** False for good once a value was too long or one too many; the counts are then let go. */
  readonly areFew: boolean;
  /** Values that were counted. */
  readonly seen: number;
  /** By the value's JSON, in order of first sight. */
  readonly counts: ReadonlyMap<string, number>;
}

/** More of them are no classes: the field is a text or a measure. */
const mostClasses = 20;

/** `longest`: characters of a text that may be a class. */
export function countClasses(longest: number): ClassCounts {
  const counts = new Map<string, number>();
  let areFew = true;
  let seen = 0;
  return {
    add(value) {
      if (!areFew) return;
      seen += 1;
      const text = classText(value, longest);
      if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
      if (text !== undefined && counts.size <= mostClasses) return;
      areFew = false;
      counts.clear();
    },
    get areFew() {
      return areFew;
    },
    get seen() {
      return seen;
    },
    counts,
  };
}

/** Undefined for what no class is called. */
function classText(value: JsonValue, longest: number): string | undefined {
  if (typeof value === 'object' && value !== null) return undefined;
  // A table's cell may hold a list or an object.
  if (typeof value === 'string' && (value.length > longest || /[\r\n]|^[[{]/.test(value))) return undefined;
  return JSON.stringify(value);
}
