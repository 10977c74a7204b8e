import type { JsonObject, JsonValue } from '../../json/json.ts';
import { isLean, numbersIn, sayings, wholeBetween, type Make, type Making } from './making.ts';
import { listOf } from './settle.ts';

/** Items beyond those that are asked for. */
const usualExtra = 2;

/** More items are not made, however many are asked for. */
const mostItems = 1000;

/** How often another item is tried in the place of one that is there already. */
const mostTries = 32;

export function makeArray(
  parts: readonly JsonObject[],
  place: string,
  depth: number,
  making: Making,
  make: Make,
): readonly JsonValue[] {
  const contains = sayings(parts, 'contains');
  const contained = contains.length === 0 ? 0 : Math.max(1, ...numbersIn(parts, 'minContains'));
  const isNoneNeeded = numbersIn(parts, 'minContains').includes(0);
  const needed = isNoneNeeded ? 0 : contained;
  const fixed = Math.max(0, ...parts.map((part) => prefixOf(part).length));
  const least = Math.max(0, needed, ...numbersIn(parts, 'minItems'));
  const most = Math.min(mostItems, ...numbersIn(parts, 'maxItems'), ...closedLengths(parts));
  const isUnique = sayings(parts, 'uniqueItems').includes(true);

  const usual = isLean(making, depth) ? least : Math.max(least, Math.min(fixed, most), Math.min(1, most));
  const length = isLean(making, depth)
    ? least
    : wholeBetween(usual, Math.min(most, usual + usualExtra), making.draw(place, 'length'));

  // Whether an item counts as one that the list must contain is a fault of the list, which all of them share then.
  const salt = contains.length === 0 ? '' : String(making.draw(place, 'items'));
  const salted: Making = { ...making, draw: (at, purpose) => making.draw(at, `${purpose} ${salt}`) };
  const items: JsonValue[] = [];
  const known = new Set<string>();
  for (let index = 0; items.length < length && index < Math.min(length, mostItems); index += 1) {
    // What must be in it comes after what stands at a place of its own, or last where there is no room after that.
    const isContained = index >= Math.min(fixed, length - needed) && needed > 0;
    const schemas = [
      ...itemSchemas(parts, index),
      ...(isContained && index < fixed + needed ? contains : []),
    ];
    const item = makeOther(schemas, `${place}/${items.length}`, depth, salted, make, isUnique ? known : null);
    // A list of different things is as short as it may be where there are no more of them.
    if (item === undefined && items.length + (length - index - 1) >= least) continue;
    items.push(item ?? null);
  }
  return items;
}

/** An item that is not known yet; undefined where none was found. Without a set, any will do. */
function makeOther(
  schemas: readonly JsonValue[],
  place: string,
  depth: number,
  making: Making,
  make: Make,
  known: Set<string> | null,
): JsonValue | undefined {
  if (known === null) return make(schemas, place, depth + 1, making);
  for (let tried = 0; tried < mostTries; tried += 1) {
    const other: Making = { ...making, draw: (at, purpose) => making.draw(at, `${purpose} ${tried}`) };
    const item = make(schemas, place, depth + 1, other);
    const text = JSON.stringify(item);
    if (known.has(text)) continue;
    known.add(text);
    return item;
  }
  return undefined;
}

/** Items with a schema each: `prefixItems`, or `items` as a list as before 2020-12. */
function prefixOf(part: JsonObject): readonly JsonValue[] {
  return part['prefixItems'] === undefined ? listOf(part['items']) : listOf(part['prefixItems']);
}

/** The schema of every item after those with one of their own. */
function restOf(part: JsonObject): JsonValue | undefined {
  return Array.isArray(part['items']) ? part['additionalItems'] : part['items'];
}

/** Lengths beyond which a schema lets nothing follow. */
function closedLengths(parts: readonly JsonObject[]): readonly number[] {
  const fixed = Math.max(0, ...parts.map((part) => prefixOf(part).length));
  return parts.flatMap((part) => {
    if (restOf(part) === false) return [prefixOf(part).length];
    return part['unevaluatedItems'] === false && sayings(parts, 'items').length === 0 ? [fixed] : [];
  });
}

function itemSchemas(parts: readonly JsonObject[], index: number): readonly JsonValue[] {
  return parts.flatMap((part) => {
    const prefix = prefixOf(part);
    const schema = index < prefix.length ? prefix[index] : (restOf(part) ?? part['unevaluatedItems']);
    return schema === undefined ? [] : [schema];
  });
}
