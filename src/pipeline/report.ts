import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import type { Pointer } from '../json/json.ts';
import type { Override } from './overrides.ts';
import { valueAt } from './pointers.ts';

/** Where the rooms' mistakes come together: each told once, and those that a flag made are told of the flag. */
export interface Report {
  add(diagnostic: Diagnostic): void;
  /** In the order of the files, and in each by place; those without a place come first. */
  all(): readonly Diagnostic[];
}

export function createReport(file: Source, overrides: readonly Override[]): Report {
  const told = new Map<string, Diagnostic>();
  return {
    add(diagnostic) {
      const placed = ofFlag(diagnostic, file, overrides);
      const { severity, code, message } = placed;
      told.set(JSON.stringify([severity, code, message, positionOf(placed)]), placed);
    },
    all() {
      const paths = [...new Set([...told.values()].map((diagnostic) => positionOf(diagnostic).path))];
      const order = (diagnostic: Diagnostic) => {
        const { path, offset } = positionOf(diagnostic);
        return [path === '' ? -1 : path === file.path ? 0 : paths.indexOf(path) + 1, offset] as const;
      };
      return [...told.values()].toSorted((one, other) => {
        const [onePath, oneOffset] = order(one);
        const [otherPath, otherOffset] = order(other);
        return onePath - otherPath || oneOffset - otherOffset;
      });
    },
  };
}

/** A mistake in what a flag put there has no line in the file: it is told with the flag. */
function ofFlag(diagnostic: Diagnostic, file: Source, overrides: readonly Override[]): Diagnostic {
  const { place, ...rest } = diagnostic;
  if (place === undefined || !('source' in place) || place.source !== file) return diagnostic;
  const override = overrides.findLast(({ pointer }) => {
    if (isAbove(pointer, place.pointer)) return true;
    return isAbove(place.pointer, pointer) && valueAt(file.value, place.pointer) === undefined;
  });
  return override === undefined ? diagnostic : { ...rest, message: `\`${override.flag}\`: ${rest.message}` };
}

function isAbove(upper: Pointer, lower: Pointer): boolean {
  return upper.length <= lower.length && upper.every((part, index) => String(part) === String(lower[index]));
}

function positionOf({ place }: Diagnostic): { readonly path: string; readonly offset: number } {
  if (place === undefined) return { path: '', offset: 0 };
  if (!('source' in place)) return { path: place.path, offset: place.line };
  const { source, pointer, part, span } = place;
  return { path: source.path, offset: source.locate(pointer, part, span).start.offset };
}
