import type { ErrorObject, ValidateFunction } from 'ajv';
import type { JsonSchema, JsonValue } from '../../json/json.ts';
import { failure, success, type Result } from '../../result.ts';
import { draw, fingerprintOf } from '../chance.ts';
import { spend, type Making } from './making.ts';
import { compileSchema } from './validator.ts';
import { makeValue } from './value.ts';

/** Makes a value that a schema allows, the same for the same print. The error tells why there is none. */
export type Instances = (
  schema: JsonSchema,
  print: string,
  words: readonly string[],
) => Result<JsonValue, string>;

/** Times that a value is mended before it is given up. */
const mostRounds = 120;

/** Draws, and other work by the time of a draw, until a value is given up: it may ask for more than anybody waits for. */
const mostEffort = 100_000;

/** Values in one instance, those within it included. */
const mostValues = 5000;

/** Characters of a place that an error tells: a schema within itself leads far down. */
const longestPlace = 100;

/** Schemas whose validators are kept: to compile one takes longer than everything else about an answer. */
const mostKept = 100;

/** Walking the schema, or a value by it, has used up the stack. */
const endless = 'a `$ref` in it leads back to itself without a step into the value';

/** A schema that was met before. */
interface Known {
  readonly validate: ValidateFunction;
  /** A value that it allows, the same for every print. */
  readonly some: JsonValue;
}

/** Keeps the validators of schemas that it has met, and which of them have no value, so as not to search for it again. */
export function createInstances(): Instances {
  const kept = new Map<string, Result<Known, string>>();
  return (schema, print, words) => {
    const key = fingerprintOf(0, schema);
    const known = kept.get(key) ?? study(schema);
    kept.set(key, known);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
    if (!known.ok) return known;
    const found = search(schema, known.value.validate, print, words);
    return found.ok ? found : success(known.value.some);
  };
}

/** Whether there is a value is found out by the schema alone, so that it does not hang on who asks first. */
function study(schema: JsonSchema): Result<Known, string> {
  const compiled = compileSchema(schema);
  if (!compiled.ok) return compiled;
  const some = search(schema, compiled.value, '', []);
  return some.ok ? success({ validate: compiled.value, some: some.value }) : some;
}

/**
 * Makes a value, asks the validator what is wrong with it, and makes those places anew until nothing is. Everything at
 * a place is drawn from the print, the place and how often it was at fault, so the rest stays as it was.
 */
function search(
  schema: JsonSchema,
  validate: ValidateFunction,
  print: string,
  words: readonly string[],
): Result<JsonValue, string> {
  const faults = new Map<string, number>();
  const effort = { left: mostEffort };
  let last: ErrorObject | undefined;
  for (let round = 0; round < mostRounds && effort.left > 0; round += 1) {
    const making: Making = {
      root: schema,
      draw(place, purpose) {
        spend(making, place.length + purpose.length);
        return draw(print, `${place} ${purpose}`, faults.get(place) ?? 0);
      },
      words: words.length === 0 ? ['answer'] : words,
      lean: round > mostRounds / 2,
      values: { left: mostValues },
      effort,
    };
    try {
      const value = makeValue([schema], '', 0, making);
      if (validate(value)) return success(value);
    } catch (error) {
      if (error instanceof RangeError) return failure(endless);
      throw error;
    }
    const errors = validate.errors ?? [];
    last = errors[0];
    for (const place of blamed(errors, round)) faults.set(place, (faults.get(place) ?? 0) + 1);
  }
  const { instancePath = '', message = 'is not valid' } = last ?? {};
  const where = instancePath === '' ? '' : ` at ${instancePath.slice(0, longestPlace)}`;
  const until = effort.left > 0 ? '' : ' in the time that one may take';
  return failure(`no value was found that it allows${until}: the last one${where} ${message}`);
}

/**
 * The places to make anew: those that are at fault, and now and then what holds them, since a place can be beyond help
 * where it stands.
 */
function blamed(errors: readonly ErrorObject[], round: number): ReadonlySet<string> {
  const places = new Set(errors.map(({ instancePath }) => instancePath));
  const climbs = round % 16 === 15 ? Infinity : round % 4 === 3 ? 1 : 0;
  for (const { instancePath } of errors) {
    let place = instancePath;
    for (let climbed = 0; climbed < climbs && place !== ''; climbed += 1) {
      place = place.slice(0, place.lastIndexOf('/'));
      places.add(place);
    }
  }
  return places;
}
