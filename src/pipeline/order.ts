import type { Location } from '../diagnostic/diagnostic.ts';
import type { Report } from './report.ts';

/** A step waits for another: because a template of it reads that step, or because its `needs` names it. */
export interface Dependency {
  readonly on: string;
  readonly place: Location;
}

/**
 * The steps in an order in which each comes after those it depends on, otherwise in the file's. Loops are reported, each
 * where it begins. `dependencies` has every step as a key, and leads to such steps only.
 */
export function orderSteps(
  dependencies: ReadonlyMap<string, readonly Dependency[]>,
  report: Report,
): readonly string[] {
  const ordered = new Set<string>();
  const path: string[] = [];
  const visit = (id: string): void => {
    path.push(id);
    for (const { on, place } of dependencies.get(id) ?? []) {
      const loop = path.indexOf(on);
      if (loop !== -1) reportLoop([...path.slice(loop), on], place, report);
      else if (!ordered.has(on)) visit(on);
    }
    path.pop();
    ordered.add(id);
  };
  for (const id of dependencies.keys()) if (!ordered.has(id)) visit(id);
  return [...ordered];
}

function reportLoop(loop: readonly string[], place: Location, report: Report): void {
  const [first] = loop;
  report.add({
    severity: 'error',
    code: 'dependency-loop',
    message:
      loop.length === 2
        ? `step \`${first}\` waits for itself`
        : `steps wait for each other: ${loop.map((id) => `\`${id}\``).join(' → ')}`,
    hint:
      loop.length === 2
        ? 'a step can read the steps before it, not its own output'
        : 'take one of these references out',
    place,
  });
}
