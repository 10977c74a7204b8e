import { bounded } from '../diagnostic/printable.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { looksSecret } from './secret-looks.ts';

/** A record of the input, short enough to be read in a file. */
export interface Sample {
  readonly record: JsonObject;
  /** Fields of it that are not what they were: cut off, or hidden. */
  readonly changed: number;
}

/** Of an input's first records, those that examples are chosen from. */
export const mostSamples = 50;

/** Of one value, in characters. */
const longestValue = 200;

/** Stands for a text that looks like a secret. */
const hidden = '***';

/** A record with short values, and none that looks like a secret. */
export function sampleOf(fields: readonly (readonly [string, JsonValue])[]): Sample {
  let changed = 0;
  const record = Object.fromEntries(
    fields.map(([name, value]) => {
      const shown = shortened(name, value);
      if (JSON.stringify(shown) !== JSON.stringify(value)) changed += 1;
      return [name, shown];
    }),
  );
  return { record, changed };
}

function shortened(name: string, value: JsonValue): JsonValue {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'object') return shortenedMembers(name, value);
  if (typeof value === 'number') return looksSecret(name, String(value)) ? 0 : value;
  // The end of a long text is not looked at, since it is not shown.
  const text = value.slice(0, 2 * longestValue);
  if (looksSecret(name, text)) return hidden;
  if (value.length <= longestValue) return value;
  return bounded(text, longestValue);
}

/** Items of a list are known by its name. */
function shortenedMembers(name: string, value: JsonObject | readonly JsonValue[]): JsonValue {
  const isLong = JSON.stringify(value).length > longestValue;
  if (!isObject(value)) return isLong ? [] : value.map((item) => shortened(name, item));
  if (isLong) return {};
  const members = Object.entries(value).map(([own, member]) => [own, shortened(`${name} ${own}`, member)]);
  return Object.fromEntries(members);
}
