import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';

/** One thing that is wrong with a request, in the words of Mistral's validator (Pydantic's). */
export interface Mistake {
  readonly type: string;
  readonly loc: Place;
  readonly msg: string;
  readonly input: JsonValue;
  readonly ctx?: JsonObject;
}

type Place = readonly (string | number)[];

/** Adds to `mistakes` all that is wrong with a value. */
export type Check = (value: JsonValue, loc: Place, mistakes: Mistake[]) => void;

const anything: Check = () => {};

export const text: Check = (value, loc, mistakes) => {
  if (typeof value !== 'string') report(mistakes, 'string_type', loc, 'a valid string', value);
};

export const boolean: Check = (value, loc, mistakes) => {
  if (typeof value !== 'boolean') report(mistakes, 'bool_type', loc, 'a valid boolean', value);
};

export const dictionary: Check = (value, loc, mistakes) => {
  if (!isObject(value)) report(mistakes, 'dict_type', loc, 'a valid dictionary', value);
};

export function number(least: number, greatest: number): Check {
  return (value, loc, mistakes) => {
    if (typeof value !== 'number') report(mistakes, 'float_type', loc, 'a valid number', value);
    else checkRange(value, least, greatest, loc, mistakes);
  };
}

export function integer(least: number, greatest = Infinity): Check {
  return (value, loc, mistakes) => {
    if (!Number.isInteger(value)) report(mistakes, 'int_type', loc, 'a valid integer', value);
    else checkRange(value as number, least, greatest, loc, mistakes);
  };
}

/** One of these words. */
export function word(...words: readonly string[]): Check {
  const quoted = words.map((each) => `'${each}'`);
  const last = quoted.pop() ?? '';
  const wanted = quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
  return (value, loc, mistakes) => {
    if (typeof value !== 'string' || !words.includes(value)) report(mistakes, 'enum', loc, wanted, value);
  };
}

/** Names of the API that take a value also take null, which says the same as leaving them out. */
export function optional(check: Check): Check {
  return (value, loc, mistakes) => {
    if (value !== null) check(value, loc, mistakes);
  };
}

export function textOr(check: Check, text: Check = anything): Check {
  return (value, loc, mistakes) => {
    if (typeof value === 'string') text(value, loc, mistakes);
    else check(value, loc, mistakes);
  };
}

export function listOf(check: Check, most = Infinity): Check {
  return (value, loc, mistakes) => {
    if (!Array.isArray(value)) {
      report(mistakes, 'list_type', loc, 'a valid list', value);
      return;
    }
    if (value.length > most) {
      const msg = `List should have at most ${most} items after validation, not ${value.length}`;
      mistakes.push({ type: 'too_long', loc, msg, input: null, ctx: { max_length: most } });
    }
    value.slice(0, most).forEach((item: JsonValue, index) => check(item, [...loc, index], mistakes));
  };
}

/** An object of these names and no others. */
export function shape(fields: { readonly [name: string]: Check }, required: readonly string[]): Check {
  const checks = new Map(Object.entries(fields));
  return (value, loc, mistakes) => {
    if (!isObject(value)) {
      dictionary(value, loc, mistakes);
      return;
    }
    for (const name of required) {
      if (!Object.hasOwn(value, name)) {
        mistakes.push({ type: 'missing', loc: [...loc, name], msg: 'Field required', input: null });
      }
    }
    for (const [name, item] of Object.entries(value)) {
      const check = checks.get(name);
      const place = [...loc, name];
      if (check !== undefined) check(item, place, mistakes);
      else mistakes.push({ ...extraForbidden, loc: place, input: told(item) });
    }
  };
}

/** An object whose field `tag` asks for another field beside it. */
export function asking(check: Check, tag: string, value: string, field: string): Check {
  return (object, loc, mistakes) => {
    check(object, loc, mistakes);
    if (isObject(object) && object[tag] === value && (object[field] ?? null) === null) {
      mistakes.push({ type: 'missing', loc: [...loc, field], msg: 'Field required', input: null });
    }
  };
}

const extraForbidden = { type: 'extra_forbidden', msg: 'Extra inputs are not permitted' };

/** An object whose field `tag` says which of the variants it is. */
export function tagged(tag: string, variants: { readonly [name: string]: Check }): Check {
  const checks = new Map(Object.entries(variants));
  const expected = [...checks.keys()].map((name) => `'${name}'`).join(', ');
  return (value, loc, mistakes) => {
    if (!isObject(value)) {
      dictionary(value, loc, mistakes);
      return;
    }
    const name = Object.hasOwn(value, tag) ? value[tag] : undefined;
    const check = typeof name === 'string' ? checks.get(name) : undefined;
    if (check !== undefined) {
      check(value, [...loc, name as string], mistakes);
      return;
    }
    const found = name === undefined ? 'No input tag' : `Input tag ${JSON.stringify(told(name))}`;
    const msg = `${found} found using '${tag}': expected one of ${expected}`;
    mistakes.push({ type: 'union_tag_invalid', loc, msg, input: null });
  };
}

function checkRange(value: number, least: number, greatest: number, loc: Place, mistakes: Mistake[]): void {
  if (value < least) {
    const msg = `Input should be greater than or equal to ${least}`;
    mistakes.push({ type: 'greater_than_equal', loc, msg, input: value, ctx: { ge: least } });
  } else if (value > greatest) {
    const msg = `Input should be less than or equal to ${greatest}`;
    mistakes.push({ type: 'less_than_equal', loc, msg, input: value, ctx: { le: greatest } });
  }
}

function report(mistakes: Mistake[], type: string, loc: Place, wanted: string, value: JsonValue): void {
  mistakes.push({ type, loc, msg: `Input should be ${wanted}`, input: told(value) });
}

/** What is told back of a wrong value: a request of megabytes does not get an answer of megabytes. */
function told(value: JsonValue): JsonValue {
  if (typeof value === 'string') return value.slice(0, 100);
  return typeof value === 'object' ? null : value;
}
