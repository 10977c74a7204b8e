import { isObject, type Pointer } from '../../json/json.ts';
import { providers } from '../../models/registry.ts';
import { stepTypes } from '../../steps/registry.ts';
import { modelSection, stepModelSection } from './model-section.ts';
import { fileSection } from './sections.ts';
import { stepSection } from './step-section.ts';

/** A place of the file that has fixed keys. `*` in its path stands for any name, or any item of a list. */
export interface KeyPlace {
  readonly path: readonly string[];
  readonly keys: readonly string[];
}

/** Every place of the format that has fixed keys. Made only when a key is unknown: most files need none of it. */
export function keyPlaces(): readonly KeyPlace[] {
  const files = [...providers.values()].flatMap((provider) =>
    [...stepTypes.values()].map((step) =>
      fileSection(modelSection(provider), stepSection(step, stepModelSection(provider))),
    ),
  );
  return files.flatMap((file) => placesIn(file, []));
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

/** The place with this key that is fewest steps up and down from `here`, as people write it; '' is the top. */
export function nearestPlace(key: string, here: Pointer, places: readonly KeyPlace[]): string | undefined {
  let best: { readonly path: readonly string[]; readonly distance: number } | undefined;
  for (const { path, keys } of places) {
    const shared = sharedLength(path, here);
    const distance = path.length + here.length - 2 * shared;
    if (keys.includes(key) && distance > 0 && (best === undefined || distance < best.distance)) {
      best = { path: [...here.slice(0, shared).map(String), ...path.slice(shared)], distance };
    }
  }
  return best?.path.map((part, index, path) => (part === '*' ? anyIn(path[index - 1]) : part)).join('.');
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
  };
  return names[parent ?? ''] ?? '<name>';
}
