import { didYouMean } from '../../diagnostic/suggest.ts';
import { isObject, type JsonObject, type Pointer } from '../../json/json.ts';
import { listText, pathText } from '../words.ts';
import { nearestPlace, type KeyPlace } from './key-places.ts';
import { laterKey } from './later.ts';
import { ourWord } from './other-words.ts';

/** What to tell of a key that has no place where it stands. */
export interface UnknownKey {
  readonly name: string;
  readonly code: 'unknown-key' | 'not-yet';
  readonly message: string;
  readonly hint: string;
  /** The key of the same place that was most likely meant. */
  readonly meant?: string;
}

/** `schema` is that of the section in which the key stands, `places` are those where it may belong. */
export function unknownKey(pointer: Pointer, schema: JsonObject, places: readonly KeyPlace[]): UnknownKey {
  const name = String(pointer.at(-1));
  const place = pointer.slice(0, -1);
  const later = laterKey(name, place);
  if (later !== undefined) {
    return {
      name,
      code: 'not-yet',
      message: later,
      hint: `remove it, or keep it as a note named \`x-${name}\``,
    };
  }
  const where = place.length === 0 ? 'a pipeline file' : `\`${pathText(place)}\``;
  const own = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  return {
    name,
    code: 'unknown-key',
    message: `\`${name}\` is not a key of ${where}`,
    ...guess(name, place, own, places),
  };
}

function guess(
  name: string,
  place: Pointer,
  own: readonly string[],
  places: readonly KeyPlace[],
): { readonly hint: string; readonly meant?: string } {
  if (/^(\w+[_-])?api[_-]?key$/iu.test(name)) {
    const remedy = 'set the environment variable MISTRAL_API_KEY, or name another in `model.api_key_env`';
    return { hint: `keep keys out of the file: ${remedy}` };
  }
  const elsewhere = nearestPlace(name, place, places);
  if (elsewhere !== undefined) return { hint: `it belongs ${elsewhere}` };
  const meant = ourWord(name, own) ?? didYouMean(name, own);
  if (meant !== undefined) return { hint: `did you mean \`${meant}\`?`, meant };
  return { hint: distantHint(name, place, places) ?? ownHint(own) };
}

/** A key of another place that may have been meant. */
function distantHint(name: string, place: Pointer, places: readonly KeyPlace[]): string | undefined {
  const keys = places.flatMap(({ keys }) => keys);
  // At the top and in a step people write what belongs deeper; elsewhere a likeness is chance.
  const isOuter = place.length === 0 || (place.length === 2 && place[0] === 'steps');
  const meant = ourWord(name, keys) ?? (isOuter ? didYouMean(name, keys) : undefined);
  const there = meant === undefined ? undefined : nearestPlace(meant, place, places);
  return there === undefined ? undefined : `did you mean \`${meant}\`, ${there}?`;
}

function ownHint(own: readonly string[]): string {
  return `the ${own.length === 1 ? 'only key here is' : 'keys here are'} ${listText(own)}`;
}
