import { isObject, type Pointer } from '../../json/json.ts';
import { providers } from '../../models/registry.ts';
import { stepTypes } from '../../steps/registry.ts';
import { modelSection, stepModelSection } from './model-section.ts';
import { fileSection } from './sections.ts';
import { stepSection } from './step-section.ts';
import { assertionSection, testFileSection, testSection } from './test-sections.ts';

/** Which format a file, or a part of one, has: tests may stand in a pipeline, too. */
export type Form = 'pipeline' | 'tests';

/** A place of the file that has fixed keys. `*` in its path stands for any name, or any item of a list. */
export interface KeyPlace {
  readonly path: readonly string[];
  readonly keys: readonly string[];
}

/** Every place of the format that has fixed keys. Made only when a key is unknown: most files need none of it. */
export function keyPlaces(form: Form): readonly KeyPlace[] {
  if (form === 'tests') return placesIn(testFileSection(testSection(assertionSection)), []);
  const models = [...providers.values()].flatMap((provider) =>
    placesIn(modelSection(provider), ['model']).concat(
      placesIn(stepModelSection(provider), ['steps', '*', 'model']),
    ),
  );
  const steps = [...stepTypes.values()].flatMap((type) => placesIn(stepSection(type, {}), ['steps', '*']));
  return [...placesIn(fileSection({}, {}, {}), []), ...models, ...steps];
}

function placesIn(schema: unknown, path: readonly string[]): readonly KeyPlace[] {
  if (!isObject(schema)) return [];
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [
    ...(properties.length === 0 ? [] : [{ path, keys: properties.map(([name]) => name) }]),
    ...properties.flatMap(([name, property]) => placesIn(property, [...path, name])),
    ...placesIn(schema['additionalProperties'], [...path, '*']),
    ...placesIn(schema['items'], [...path, '*']),
  ];
}

/** Where a key belongs. */
export interface Belonging {
  /** At the top of the file, or under a section. */
  readonly words: string;
  /** The key that holds it, where that is one beside it. */
  readonly child?: string;
}

/**
 * Where a key belongs that stands `here`. Undefined where it could belong to several sections, and to none of them that
 * is next to this place.
 */
export function nearestPlace(key: string, here: Pointer, places: readonly KeyPlace[]): Belonging | undefined {
  const found = places
    .filter(({ keys }) => keys.includes(key))
    .map(({ path }) => ({ path, shared: sharedLength(path, here) }))
    // What is much deeper was hardly meant.
    .filter(({ path, shared }) => path.length - shared <= 3)
    .map(({ path, shared }) => ({ path, distance: path.length + here.length - 2 * shared }))
    .filter(({ distance }) => distance > 0)
    .sort((one, other) => one.distance - other.distance);
  const sections = new Set(found.map(({ path }) => path.at(-1)));
  const [nearest] = found;
  if (nearest === undefined || (sections.size > 1 && nearest.distance > 1)) return undefined;
  if (nearest.path.length === 0) return { words: 'at the top of the file' };
  const shared = sharedLength(nearest.path, here);
  const path = nearest.path.map((part, index) => {
    if (index < shared) return String(here[index]);
    return part === '*' ? anyIn(nearest.path[index - 1]) : part;
  });
  const isChild = nearest.distance === 1 && shared === here.length;
  return { words: `under \`${path.join('.')}\``, ...(isChild && { child: path.at(-1) ?? '' }) };
}

function sharedLength(path: readonly string[], here: Pointer): number {
  const end = path.findIndex((part, index) => {
    const other = here[index];
    return other === undefined || (part !== '*' && part !== other);
  });
  return end === -1 ? path.length : end;
}

function anyIn(parent: string | undefined): string {
  const names: { readonly [parent: string]: string } = {
    steps: '<id>',
    prices: '<model>',
    messages: '<turn>',
    content: '<part>',
    tools: '<tool>',
    tests: '<test>',
    assert: '<assertion>',
  };
  return names[parent ?? ''] ?? '<name>';
}
