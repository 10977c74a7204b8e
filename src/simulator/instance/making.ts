import type { JsonObject, JsonSchema, JsonValue } from '../../json/json.ts';

/** What the making of one value goes by. */
export interface Making {
  /** Where every `$ref` starts. */
  readonly root: JsonSchema;
  /**
   * From 0 to 1, for a purpose at a place of the value (a JSON Pointer). The same as ever until the place is found to
   * be at fault; then another.
   */
  readonly draw: (place: string, purpose: string) => number;
  /** What a text says that the schema leaves free; at least one. */
  readonly words: readonly string[];
  /** Makes no more than what is required. */
  readonly lean: boolean;
  /** How many more values may be made: a schema can ask for more than there is room for. */
  readonly values: { left: number };
  /**
   * How much more may be done until a value is found, all rounds together, in draws: other work counts as what it takes
   * the time of. Whoever repeats something asks whether any is left.
   */
  readonly effort: { left: number };
}

/** Characters, or values of a schema, that take the time of one draw to write, to read or to walk over. */
const stepsPerDraw = 64;

/** Counts one piece of work that writes, reads or walks over so many characters or values. */
export function spend({ effort }: Making, steps: number): void {
  effort.left -= 1 + steps / stepsPerDraw;
}

/** Makes a value for which all of these schemas hold; how deep it lies tells when to come to an end. */
export type Make = (schemas: readonly JsonValue[], place: string, depth: number, making: Making) => JsonValue;

/** From here on, values are made as small as their schemas allow, so that a schema within itself comes to an end. */
export const deepestRich = 4;

/** Deeper than this, no schema is followed. */
export const deepest = 48;

export function isLean({ lean }: Making, depth: number): boolean {
  return lean || depth > deepestRich;
}

/** What these schemas say by one keyword, those that do not have it left out. */
export function sayings(parts: readonly JsonObject[], keyword: string): readonly JsonValue[] {
  return parts.flatMap((part) => {
    const said = Object.hasOwn(part, keyword) ? part[keyword] : undefined;
    return said === undefined ? [] : [said];
  });
}

/** The numbers that these schemas give by one keyword. */
export function numbersIn(parts: readonly JsonObject[], keyword: string): readonly number[] {
  return sayings(parts, keyword).filter((said) => typeof said === 'number');
}

/** A whole number from `least` to `most`, both included; `least` where they cross. */
export function wholeBetween(least: number, most: number, drawn: number): number {
  return most <= least ? least : least + Math.floor(drawn * (most - least + 1));
}

export function pick<Item>(items: readonly Item[], drawn: number): Item | undefined {
  return items[Math.floor(drawn * items.length)];
}
