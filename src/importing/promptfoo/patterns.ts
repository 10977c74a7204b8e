import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';

/** A pattern that JavaScript has, with its `u` flag; a template is none. */
export function pattern(source: string): JsonObject | undefined {
  if (/\{\{|\\\{\\\{/.test(source)) return undefined;
  try {
    return { matches: new RegExp(source, 'u').source === '' ? '(?:)' : source };
  } catch {
    return undefined;
  }
}

export function quoted(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** A text in capitals or not: `[pP][aA][rR][iI][sS]`. */
export function anyCase(text: string): string {
  return Array.from(text)
    .map((character) => {
      const [lower, upper] = [character.toLowerCase(), character.toUpperCase()];
      return lower === upper || upper.length > character.length ? quoted(character) : `[${lower}${upper}]`;
    })
    .join('');
}

export function without(source: string): string {
  return `^(?![^]*(?:${source}))`;
}

/** So many words, or from `min` to `max` of them: what stands between white space, as promptfoo counts. */
export function words(value: JsonValue | undefined): string | undefined {
  const { min, max } = isObject(value) ? value : { min: exactly(value), max: exactly(value) };
  if (![min, max].every((one) => one === undefined || isCount(one))) return undefined;
  const least = isCount(min) ? min : 0;
  if ((min === undefined && max === undefined) || (isCount(max) && max < least)) return undefined;
  const first = least > 0 ? `(?=${beginning(least)})` : '';
  return `^${first}${isCount(max) ? `(?!${beginning(max + 1)})` : ''}`;
}

/** A cell has a number as text. */
function exactly(value: JsonValue | undefined): JsonValue {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : (value ?? null);
}

/** Longer answers are not searched. */
function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 50_000;
}

/** What begins with at least so many words. */
function beginning(count: number): string {
  return `\\s*${count > 1 ? `(?:\\S+\\s+){${count - 1}}` : ''}\\S`;
}
