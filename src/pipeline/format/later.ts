import type { Pointer } from '../../json/json.ts';

/** Step types of later versions, each with the keys that belong to it. */
const laterTypes: ReadonlyMap<string, readonly string[]> = new Map([
  ['structured', ['schema', 'method', 'repair']],
  ['tools', ['tools', 'tool_choice', 'max_rounds']],
]);

const laterKeys: ReadonlySet<string> = new Set([
  'budget',
  'cache',
  'tests',
  'requests_per_minute',
  'tokens_per_minute',
]);

/** What to say of a key that the format will have in a later version; undefined for any other. */
export function laterKey(name: string, place: Pointer): string | undefined {
  if (laterKeys.has(name)) return `\`${name}\` is not in this version of pipe yet`;
  if (place[0] !== 'steps' || place.length !== 2) return undefined;
  for (const [type, keys] of laterTypes) {
    if (keys.includes(name)) {
      return `\`${name}\` is for steps of type \`${type}\`, which are not in this version of pipe yet`;
    }
  }
  return undefined;
}

export function isLaterType(type: string): boolean {
  return laterTypes.has(type);
}
