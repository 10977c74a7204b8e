import type { Location } from '../../diagnostic/diagnostic.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import { fallbackModel } from '../model.ts';
import type { Notes } from '../notes.ts';
import { modelAt } from './provider.ts';

/** The provider that is to judge answers, where a configuration names one. */
export interface PlacedGrader {
  readonly provider: JsonValue;
  readonly place: Location;
}

export function graderIn(holder: JsonObject, place: Location): PlacedGrader | undefined {
  const provider = holder['provider'];
  return provider === undefined || provider === null
    ? undefined
    : { provider, place: { source: place.source, pointer: [...place.pointer, 'provider'] } };
}

/** As a judge's `model`. Undefined where it is told that pipe cannot ask it. */
export function judgeModel({ provider, place }: PlacedGrader, notes: Notes): JsonObject | undefined {
  // One for texts, beside those for embeddings and the like.
  const isByUse = isObject(provider) && provider['id'] === undefined && provider['text'] !== undefined;
  const [item, pointer] = isByUse
    ? [provider['text'] ?? null, [...place.pointer, 'text']]
    : [provider, place.pointer];
  const chosen = modelAt(item, pointer, place.source, notes);
  // A name alone would be one of the pipeline's provider.
  return chosen && { provider: fallbackModel.provider, ...chosen.model.keys };
}
