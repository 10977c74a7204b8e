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
  const rules = rulesOf(parts);
  const length = chooseLength(rules, isLean(making, depth), making.draw(place, 'length'));
  // Whether an item counts as one that the list must contain is a fault of the list, which all of them share then.
  const salt = rules.needed === 0 ? '' : String(making.draw(place, 'items'));
  const salted: Making = { ...making, draw: (at, purpose) => making.draw(at, `${purpose} ${salt}`) };
  const known = rules.isUnique ? new Set<string>() : null;

  // What must be in it comes after what stands at a place of its own, or last where there is no room after that.
  const firstNeeded = Math.min(rules.fixed, length - rules.needed);
  const items: JsonValue[] = [];
  for (let index = 0; index < length && making.effort.left > 0; index += 1) {
    const isNeeded = index >= firstNeeded && index < firstNeeded + rules.needed;
    const schemas = [...itemSchemas(parts, index), ...(isNeeded ? sayings(parts, 'contains') : [])];
    const item = makeOther(schemas, `${place}/${items.length}`, depth, salted, make, known);
    const left = length - index - 1;
    // A list of different things is as short as it may be where there are no more of them.
    if (item !== undefined) items.push(item);
    else if (items.length + left < rules.least) items.push(null);
  }
  return items;
}

interface Rules {
  readonly least: number;
  readonly most: number;
  /** How many items have a schema of their own by their place. */
  readonly fixed: number;
  /** How many items are to be as `contains` says. */
  readonly needed: number;
  readonly isUnique: boolean;
}

function rulesOf(parts: readonly JsonObject[]): Rules {
  const numbers = numbersIn(parts, 'minContains');
  const isNeeded = sayings(parts, 'contains').length > 0 && !numbers.includes(0);
  const needed = isNeeded ? Math.max(1, ...numbers) : 0;
  return {
    least: Math.min(mostItems, Math.max(0, needed, ...numbersIn(parts, 'minItems'))),
    most: Math.min(mostItems, ...numbersIn(parts, 'maxItems'), ...closedLengths(parts)),
    fixed: Math.max(0, ...parts.map((part) => prefixOf(part).length)),
    needed,
    isUnique: sayings(parts, 'uniqueItems').includes(true),
  };
}

/** One item at least, and those that have a place of their own, where nothing speaks against it. */
function chooseLength({ least, most, fixed }: Rules, isLean: boolean, drawn: number): number {
  if (isLean) return least;
  const usual = Math.max(least, Math.min(most, Math.max(1, fixed)));
  return wholeBetween(usual, Math.min(most, usual + usualExtra), drawn);
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
  for (let tried = 0; tried < mostTries && making.effort.left > 0; tried += 1) {
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
