import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import type { Pointer } from '../json/json.ts';
import type { Override } from './overrides.ts';
import { valueAt } from '../json/pointer.ts';

/** Where the mistakes of a file come together. */
export interface Report {
  add(diagnostic: Diagnostic): void;
  /** Whether an error is among them. */
  failed(): boolean;
  /** Each told once, and one that a flag made told of the flag. */
  all(): readonly Diagnostic[];
}

export function createReport(file: Source, overrides: readonly Override[]): Report {
  const told = new Map<string, Diagnostic>();
  return {
    add(diagnostic) {
      const placed = ofFlag(diagnostic, file, overrides);
      told.set(identity(placed), placed);
    },
    failed: () => [...told.values()].some(({ severity }) => severity === 'error'),
    all: () => [...told.values()],
  };
}

/** A mistake in what a flag put there has no line in the file. */
function ofFlag(diagnostic: Diagnostic, file: Source, overrides: readonly Override[]): Diagnostic {
  const { place, ...rest } = diagnostic;
  if (place === undefined || !('source' in place) || place.source !== file) return diagnostic;
  const override = overrides.findLast(({ pointer, leftOut }) => {
    if (isAbove(pointer, place.pointer)) return true;
    // That a key is missing is told of the map that should have it.
    if (leftOut && diagnostic.code === 'required-key') return isSame(place.pointer, pointer.slice(0, -1));
    return isAbove(place.pointer, pointer) && valueAt(file.value, place.pointer) === undefined;
  });
  return override === undefined ? diagnostic : { ...rest, message: `\`${override.flag}\`: ${rest.message}` };
}

function isAbove(upper: Pointer, lower: Pointer): boolean {
  return upper.length <= lower.length && upper.every((part, index) => String(part) === String(lower[index]));
}

function isSame(one: Pointer, other: Pointer): boolean {
  return one.length === other.length && isAbove(one, other);
}

function identity({ severity, code, message, place }: Diagnostic): string {
  const where =
    place === undefined || !('source' in place)
      ? place
      : [place.source.path, place.pointer, place.part, place.span];
  return JSON.stringify([severity, code, message, where ?? null]);
}
