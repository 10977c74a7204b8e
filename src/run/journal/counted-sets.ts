import type { CountedIn } from '../usage-ledger.ts';

/**
 * Which rows of the usage count a record, for records beyond number: most have gone through the same steps, so that each
 * set is kept once, and a record keeps its number. 0 is the set of none.
 */
export interface CountedSets {
  /** Not to be changed. */
  get(number: number): CountedIn;
  /** The number of the set with these rows too. */
  with(number: number, step: string, model: string): number;
}

interface NumberedSet extends CountedIn {
  /** The numbers of the sets with a row more, by its step and model. */
  readonly next: Map<string, Map<string, number>>;
}

export function createCountedSets(): CountedSets {
  const none = newSet([], []);
  const sets = [none];
  const numbers = new Map([[nameOf(none), 0]]);

  function at(number: number): NumberedSet {
    return sets[number] ?? none;
  }

  function numbered(set: NumberedSet): number {
    const name = nameOf(set);
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, sets.length);
    return sets.push(set) - 1;
  }

  return {
    get: at,
    with(number, step, model) {
      const { steps, models, next } = at(number);
      if (steps.has(step) && models.has(model)) return number;
      const ofStep = next.get(step) ?? new Map<string, number>();
      const known = ofStep.get(model);
      if (known !== undefined) return known;
      const grown = numbered(newSet([...steps, step], [...models, model]));
      next.set(step, ofStep.set(model, grown));
      return grown;
    },
  };
}

function newSet(steps: readonly string[], models: readonly string[]): NumberedSet {
  return { steps: new Set(steps), models: new Set(models), next: new Map() };
}

/** Equal sets have equal names, in whatever order they came about. */
function nameOf({ steps, models }: CountedIn): string {
  return JSON.stringify([[...steps].sort(), [...models].sort()]);
}
