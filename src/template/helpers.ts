import type { JsonSchema, JsonValue } from '../json/json.ts';
import { everyKind, type Kind } from '../schema/kinds.ts';
import { isEqual, isTruthy, jsonOf, textOf } from './values.ts';

export interface Parameter {
  readonly name: string;
  readonly kinds: readonly Kind[];
  /** Where the kinds do not say all. */
  readonly limit?: { readonly expects: string; accepts(value: JsonValue): boolean };
}

interface HelperBasis {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** How many of the last parameters may be left out. Default: none. */
  readonly optional?: number;
  /** Whether the last parameter may be given any number of times. */
  readonly repeated?: boolean;
  /** One sentence for the format reference. */
  readonly description: string;
  readonly result: JsonSchema;
}

/** A helper that is given the values of all its arguments. */
export interface PlainHelper extends HelperBasis {
  readonly form: 'plain';
  /** Where a guard lets an argument be absent: `counts`, the helper is given undefined; else its result is absent. */
  readonly absence?: 'counts';
  /** `order` needs two numbers or two texts; `equality` is a mistake between things that can never be equal. */
  readonly relation?: 'order' | 'equality';
  /** The arguments are of the parameters' kinds. Undefined where a value is nested too deeply to be written. */
  apply(values: readonly (JsonValue | undefined)[]): JsonValue | undefined;
}

/** A helper that stops at the first argument that decides: what comes after it is not evaluated. */
export interface DecidingHelper extends HelperBasis {
  readonly form: 'default' | 'and' | 'or';
}

export type Helper = PlainHelper | DecidingHelper;

const anyValue: Parameter = { name: 'value', kinds: everyKind };
const text: Parameter = { name: 'text', kinds: ['string'] };
const comparable: Parameter = { name: 'value', kinds: ['number', 'string'] };

/** All helpers there are, beside the blocks `if`, `unless`, `each` and `with`. */
const helpers: readonly Helper[] = [
  {
    name: 'eq',
    form: 'plain',
    parameters: [anyValue, anyValue],
    description:
      'Whether two values are equal: the number 1 and the text "1" are not; lists and objects by content.',
    result: { type: 'boolean' },
    relation: 'equality',
    absence: 'counts',
    apply: ([one, other]) => isEqual(one, other),
  },
  {
    name: 'ne',
    form: 'plain',
    parameters: [anyValue, anyValue],
    description: 'Whether two values differ: the opposite of `eq`.',
    result: { type: 'boolean' },
    relation: 'equality',
    absence: 'counts',
    apply: ([one, other]) => !isEqual(one, other),
  },
  {
    name: 'gt',
    form: 'plain',
    parameters: [comparable, comparable],
    description:
      'Whether the first of two numbers is greater, or the first of two texts comes later by its characters.',
    result: { type: 'boolean' },
    relation: 'order',
    apply: ([one, other]) => (one as number) > (other as number),
  },
  {
    name: 'lt',
    form: 'plain',
    parameters: [comparable, comparable],
    description:
      'Whether the first of two numbers is less, or the first of two texts comes earlier by its characters.',
    result: { type: 'boolean' },
    relation: 'order',
    apply: ([one, other]) => (one as number) < (other as number),
  },
  {
    name: 'and',
    form: 'and',
    parameters: [anyValue, anyValue],
    repeated: true,
    description:
      'true when `#if` takes every argument for true, else false; stops at the first that it does not.',
    result: { type: 'boolean' },
  },
  {
    name: 'or',
    form: 'or',
    parameters: [anyValue, anyValue],
    repeated: true,
    description: 'true when `#if` takes any argument for true, else false; stops at the first that it does.',
    result: { type: 'boolean' },
  },
  {
    name: 'not',
    form: 'plain',
    parameters: [anyValue],
    description: 'false when `#if` takes the value for true, else true.',
    result: { type: 'boolean' },
    absence: 'counts',
    apply: ([value]) => !isTruthy(value),
  },
  {
    name: 'json',
    form: 'plain',
    parameters: [anyValue],
    description: 'The value as compact JSON text; a text comes with its quotation marks.',
    result: { type: 'string' },
    apply: ([value]) => jsonOf(value as JsonValue),
  },
  {
    name: 'join',
    form: 'plain',
    parameters: [
      { name: 'list', kinds: ['array'] },
      { ...text, name: 'separator' },
    ],
    optional: 1,
    description: 'The items of a list as one text, with ", " or the given separator between them.',
    result: { type: 'string' },
    apply: ([list, separator]) => join(list as readonly JsonValue[], separator as string | undefined),
  },
  {
    name: 'lower',
    form: 'plain',
    parameters: [text],
    description: 'The text in lower case.',
    result: { type: 'string' },
    apply: ([value]) => (value as string).toLowerCase(),
  },
  {
    name: 'upper',
    form: 'plain',
    parameters: [text],
    description: 'The text in upper case.',
    result: { type: 'string' },
    apply: ([value]) => (value as string).toUpperCase(),
  },
  {
    name: 'trim',
    form: 'plain',
    parameters: [text],
    description: 'The text without white space at its beginning and end.',
    result: { type: 'string' },
    apply: ([value]) => (value as string).trim(),
  },
  {
    name: 'default',
    form: 'default',
    parameters: [anyValue, { ...anyValue, name: 'fallback' }],
    description: 'The value, or the fallback where the value is absent, null or ""; false and 0 are values.',
    result: true,
  },
  {
    name: 'length',
    form: 'plain',
    parameters: [{ name: 'value', kinds: ['string', 'array'] }],
    description: 'The number of characters (code points) of a text, or of items of a list.',
    result: { type: 'integer' },
    apply: ([value]) =>
      typeof value === 'string' ? characters(value).count : (value as readonly JsonValue[]).length,
  },
  {
    name: 'truncate',
    form: 'plain',
    parameters: [
      text,
      {
        name: 'count',
        kinds: ['number'],
        limit: {
          expects: 'a whole number from 0',
          accepts: (value) => Number.isInteger(value) && (value as number) >= 0,
        },
      },
    ],
    description: 'The first characters (code points) of the text, at most `count`; nothing is added.',
    result: { type: 'string' },
    apply: ([value, count]) => (value as string).slice(0, characters(value as string, count as number).end),
  },
];

const byName: ReadonlyMap<string, Helper> = new Map(helpers.map((helper) => [helper.name, helper]));

export const helperNames: readonly string[] = helpers.map(({ name }) => name);

export function findHelper(name: string): Helper | undefined {
  return byName.get(name);
}

/** How a helper is called: `truncate text count`, `join list [separator]`, `and value value …`. */
export function signatureOf({ name, parameters, optional = 0, repeated = false }: Helper): string {
  const firstOptional = parameters.length - optional;
  const shown = parameters.map((parameter, index) =>
    index < firstOptional ? parameter.name : `[${parameter.name}]`,
  );
  return [name, ...shown, ...(repeated ? ['…'] : [])].join(' ');
}

/** The helpers for the format reference. */
export const helperReference: readonly {
  readonly name: string;
  readonly signature: string;
  readonly description: string;
}[] = helpers.map((helper) => ({
  name: helper.name,
  signature: signatureOf(helper),
  description: helper.description,
}));

/** The parameter that an argument is given for, or undefined when there are too many arguments. */
export function parameterAt(helper: Helper, index: number): Parameter | undefined {
  return helper.parameters[index] ?? (helper.repeated === true ? helper.parameters.at(-1) : undefined);
}

/** Undefined where an item is nested too deeply to be written. */
function join(list: readonly JsonValue[], separator = ', '): string | undefined {
  const items = list.map(textOf);
  return items.includes(undefined) ? undefined : items.join(separator);
}

/** Counts code points, at most so many; a surrogate without its partner counts as one. */
function characters(value: string, most = Infinity): { readonly count: number; readonly end: number } {
  let count = 0;
  let end = 0;
  while (end < value.length && count < most) {
    end += (value.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
    count += 1;
  }
  return { count, end };
}
