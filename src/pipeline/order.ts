import type { Location } from '../diagnostic/diagnostic.ts';
import type { Report } from './report.ts';

/** A step waits for another: because a template of it reads that step, or because its `needs` names it. */
export interface Dependency {
  readonly on: string;
  readonly place: Location;
}

export interface StepOrder {
  /** Each step after those it depends on, otherwise as in the file. */
  readonly ids: readonly string[];
  /** Steps that wait for each other, which has been reported. */
  readonly loops: readonly (readonly string[])[];
}

/**
 * Orders the steps. Loops are reported, each once, where it closes. `dependencies` has every step as a key, and leads to
 * such steps only.
 */
export function orderSteps(
  dependencies: ReadonlyMap<string, readonly Dependency[]>,
  report: Report,
): StepOrder {
  const ordered = new Set<string>();
  const loops = new Map<string, readonly string[]>();
  for (const first of dependencies.keys()) {
    // The way down to the steps waited for, on a stack of its own: a file may chain more steps than Node's would hold.
    const way: { readonly id: string; next: number }[] = ordered.has(first) ? [] : [{ id: first, next: 0 }];
    const open = new Set([first]);
    for (let visit = way.at(-1); visit !== undefined; visit = way.at(-1)) {
      const dependency = dependencies.get(visit.id)?.[visit.next];
      visit.next += 1;
      if (dependency === undefined) {
        way.pop();
        open.delete(visit.id);
        ordered.add(visit.id);
      } else if (open.has(dependency.on)) {
        const ids = way.map(({ id }) => id);
        const loop = ids.slice(ids.indexOf(dependency.on));
        // A template may read the same step more than once.
        if (!loops.has(loop.join(' '))) reportLoop([...loop, dependency.on], dependency.place, report);
        loops.set(loop.join(' '), loop);
      } else if (!ordered.has(dependency.on)) {
        way.push({ id: dependency.on, next: 0 });
        open.add(dependency.on);
      }
    }
  }
  return { ids: [...ordered], loops: [...loops.values()] };
}

function reportLoop(loop: readonly string[], place: Location, report: Report): void {
  const isOwn = loop.length === 2;
  report.add({
    severity: 'error',
    code: 'dependency-loop',
    message: isOwn
      ? `step \`${loop[0]}\` waits for itself`
      : `steps wait for each other: ${loop.map((id) => `\`${id}\``).join(' → ')}`,
    hint: isOwn
      ? 'a step can read the steps before it, not its own output'
      : 'take one of these references out',
    place,
  });
}
