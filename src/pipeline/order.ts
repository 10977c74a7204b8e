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
 * Orders the steps. Loops are reported, each once, but only one of those that go through the reference that is marked:
 * without that one, the others are gone too. `dependencies` has every step as a key, and leads to such steps only.
 */
export function orderSteps(
  dependencies: ReadonlyMap<string, readonly Dependency[]>,
  report: Report,
): StepOrder {
  const ordered = new Set<string>();
  const marked = new Set<Dependency>();
  const positions = new Map([...dependencies.keys()].map((id, index) => [id, index]));
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
        const closed = [...loop, dependency.on];
        const odd = oddOne(closed, dependencies, positions) ?? dependency;
        // A template may read the same step more than once.
        if (!loops.has(loop.join(' ')) && !marked.has(odd)) reportLoop(closed, odd.place, report);
        loops.set(loop.join(' '), loop);
        marked.add(odd);
      } else if (!ordered.has(dependency.on)) {
        way.push({ id: dependency.on, next: 0 });
        open.add(dependency.on);
      }
    }
  }
  return { ids: [...ordered], loops: [...loops.values()] };
}

/** Steps are written after those that they read: where only one of a loop reads a later one, that is hardly meant. */
function oddOne(
  loop: readonly string[],
  dependencies: ReadonlyMap<string, readonly Dependency[]>,
  positions: ReadonlyMap<string, number>,
): Dependency | undefined {
  const positionOf = (id: string) => positions.get(id) ?? 0;
  const later = loop.slice(1).flatMap((on, index) => {
    const reader = loop[index] ?? '';
    const read = dependencies.get(reader)?.find((dependency) => dependency.on === on);
    return read !== undefined && positionOf(on) > positionOf(reader) ? [read] : [];
  });
  return later.length === 1 ? later[0] : undefined;
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
