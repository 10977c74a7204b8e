import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import { pointerText } from '../../json/pointer.ts';
import { isLean, numbersIn, sayings, type Make, type Making } from './making.ts';
import { listOf, settle } from './settle.ts';

/** The share of the optional properties that an object has. */
const optionalShare = 0.7;

/** How often a name is made up for each that is missing: it may be there already. */
const triesPerName = 8;

/** More properties are not made up, however many are asked for. */
const mostInvented = 200;

export function makeObject(
  parts: readonly JsonObject[],
  place: string,
  depth: number,
  making: Making,
  make: Make,
): JsonObject {
  const chosen = chooseNames(parts, place, depth, making);
  const names = [...chosen.names];
  const least = Math.max(0, ...numbersIn(parts, 'minProperties'));
  const tries = Math.min(mostInvented, least - names.length) * triesPerName;
  for (let tried = 0; names.length < least && tried < tries && making.effort.left > 0; tried += 1) {
    const name = inventName(chosen.parts, tried, place, depth, making, make);
    if (!names.includes(name)) names.push(name);
  }
  // Own properties whatever their names, as JSON.parse makes them.
  return Object.fromEntries(
    names.map((name) => {
      const schemas = schemasOf(chosen.parts, name);
      return [name, make(schemas, `${place}${pointerText([name])}`, depth + 1, making)];
    }),
  );
}

interface Chosen {
  readonly names: ReadonlySet<string>;
  /** With the schemas that hold because of what was chosen. */
  readonly parts: readonly JsonObject[];
}

/** What is required, some of what is optional, and what these ask for in turn. */
function chooseNames(parts: readonly JsonObject[], place: string, depth: number, making: Making): Chosen {
  const names = new Set<string>();
  const held: JsonObject[] = [];
  const hold = (part: JsonObject): void => {
    if (held.includes(part)) return;
    held.push(part);
    for (const name of namesIn(part['required'])) take(name);
    for (const name of names) follow(part, name);
  };
  const take = (name: string): void => {
    if (names.has(name)) return;
    names.add(name);
    for (const part of held.slice()) follow(part, name);
  };
  const follow = (part: JsonObject, name: string): void => {
    namesIn(fieldOf(part['dependentRequired'], name)).forEach(take);
    const schema = fieldOf(part['dependentSchemas'], name);
    if (schema !== undefined) settle([schema], place, depth, making).forEach(hold);
  };
  parts.forEach(hold);

  const least = Math.max(0, ...numbersIn(held, 'minProperties'));
  const most = Math.min(Infinity, ...numbersIn(held, 'maxProperties'));
  const wanted = isLean(making, depth) ? 0 : optionalShare;
  const optional = listedNames(held)
    .filter((name) => !names.has(name) && isAllowed(held, name))
    .map((name) => ({ name, chance: making.draw(place, `has ${name}`) }));
  for (const { name, chance } of optional.toSorted((one, other) => one.chance - other.chance)) {
    if (names.size >= most || (chance >= wanted && names.size >= least)) break;
    take(name);
  }
  // In the order in which the schemas list them: what is drawn is which, not where.
  const ordered = listedNames(held).filter((name) => names.has(name));
  return { names: new Set([...ordered, ...names]), parts: held };
}

function listedNames(parts: readonly JsonObject[]): readonly string[] {
  return [...new Set(parts.flatMap((part) => keysOf(part['properties'])))];
}

function fieldOf(map: JsonValue | undefined, name: string): JsonValue | undefined {
  return isObject(map) && Object.hasOwn(map, name) ? map[name] : undefined;
}

/** Whether no schema rules the property out as one beside those that it lists, or altogether. */
function isAllowed(parts: readonly JsonObject[], name: string): boolean {
  return !schemasOf(parts, name).includes(false);
}

/** What the value of a property is held to. */
function schemasOf(parts: readonly JsonObject[], name: string): readonly JsonValue[] {
  const held = parts.flatMap((part) => ownSchemas(part, name) ?? listOfOne(part['additionalProperties']));
  const isListed = parts.some((part) => ownSchemas(part, name) !== undefined);
  return isListed ? held : [...held, ...sayings(parts, 'unevaluatedProperties')];
}

/** What one schema says of a property by its name; undefined where it does not list it. */
function ownSchemas(part: JsonObject, name: string): readonly JsonValue[] | undefined {
  const { properties, patternProperties } = part;
  const byName = listOfOne(fieldOf(properties, name));
  const byPattern = Object.entries(isObject(patternProperties) ? patternProperties : {})
    .filter(([pattern]) => new RegExp(pattern, 'u').test(name))
    .map(([, schema]) => schema);
  return byName.length + byPattern.length === 0 ? undefined : [...byName, ...byPattern];
}

/** The nth name for a property that no schema lists: of a pattern where there are any, and such as names may be. */
function inventName(
  parts: readonly JsonObject[],
  nth: number,
  place: string,
  depth: number,
  making: Making,
  make: Make,
): string {
  // A name has no place of its own that could be at fault: it is drawn anew with its object.
  const draw = (_: string, purpose: string): number => making.draw(place, `name ${nth} ${purpose}`);
  const rules = sayings(parts, 'propertyNames');
  const patterns = parts.flatMap((part) => keysOf(part['patternProperties']));
  const index = Math.floor(draw(place, 'of') * (patterns.length + (isClosed(parts) ? 0 : 1)));
  const pattern = patterns[index];
  if (pattern === undefined && rules.length === 0) return `field_${nth + 1}`;
  const text = { type: 'string', minLength: 1, ...(pattern !== undefined && { pattern }) };
  const name = make([text, ...rules], place, depth + 1, { ...making, draw });
  return typeof name === 'string' ? name : `field_${nth + 1}`;
}

/** Whether properties that are not listed are ruled out. */
function isClosed(parts: readonly JsonObject[]): boolean {
  return ['additionalProperties', 'unevaluatedProperties'].some((keyword) =>
    sayings(parts, keyword).includes(false),
  );
}

function keysOf(value: JsonValue | undefined): readonly string[] {
  return isObject(value) ? Object.keys(value) : [];
}

function namesIn(value: JsonValue | undefined): readonly string[] {
  return listOf(value).filter((name) => typeof name === 'string');
}

function listOfOne(value: JsonValue | undefined): readonly JsonValue[] {
  return value === undefined ? [] : [value];
}
