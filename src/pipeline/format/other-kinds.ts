import type { Pointer } from '../../json/json.ts';
import { providers } from '../../models/registry.ts';
import { stepTypes } from '../../steps/registry.ts';

/** A section whose keys depend on a key in it: a step on its `type`, a model on its `provider`. */

export function isStep(place: Pointer): boolean {
  return place.length === 2 && place[0] === 'steps';
}

/** The types of step that have a key of their own of this name. */
export function typesWith(key: string): readonly string[] {
  return [...stepTypes.values()]
    .filter(({ properties }) => Object.hasOwn(properties, key))
    .map(({ type }) => type);
}

/** The keys that not every step has. */
export function keysOfTypes(): readonly string[] {
  return [...new Set([...stepTypes.values()].flatMap(({ properties }) => Object.keys(properties)))];
}

/** The providers whose models have this parameter. */
export function providersWith(parameter: string): readonly string[] {
  return [...providers.values()]
    .filter(({ parameters }) => Object.hasOwn(parameters, parameter))
    .map(({ provider }) => provider);
}
