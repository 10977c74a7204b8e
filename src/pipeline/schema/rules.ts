import type { ErrorObject } from 'ajv';
import { bounded } from '../../diagnostic/printable.ts';
import type { JsonObject, JsonValue } from '../../json/json.ts';

/** What people call the types of JSON; the one word that differs is `map` in YAML for an object. */
export interface Words {
  readonly object: string;
}

/** What a keyword that is about one value asks for. */
export function rule(error: ErrorObject, params: { readonly [name: string]: unknown }): string {
  const limit = Number(params['limit']);
  switch (error.keyword) {
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'enum':
      return oneOf(params['allowedValues'] as readonly JsonValue[]);
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return `must be ${rangeText(error.parentSchema ?? {})}`;
    case 'formatMinimum':
      return `must be at least ${String(params['limit'])}`;
    case 'formatMaximum':
      return `must be at most ${String(params['limit'])}`;
    case 'multipleOf':
      return `must be a multiple of ${String(params['multipleOf'])}`;
    case 'minLength':
      return `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${count(limit, 'character')}`;
    case 'minItems':
      return `must have at least ${limit} items`;
    case 'contains':
      return `must have at least ${count(Number(params['minContains']), 'item')} of the kind that \`contains\` describes`;
    case 'maxItems':
    case 'items':
    case 'additionalItems':
    case 'unevaluatedItems':
      return `must have at most ${count(limit, 'item')}`;
    case 'minProperties':
      return `must have at least ${limit} keys`;
    case 'maxProperties':
      return `must have at most ${count(limit, 'key')}`;
    case 'uniqueItems':
      return `must not repeat an item (${pairText(params['i'], params['j'])}, counted from 0, are equal)`;
    case 'pattern':
      return `must match the pattern ${bounded(String(params['pattern']), 100)}`;
    case 'format':
      return `must be in the format ${String(params['format'])}`;
    case 'false schema':
    case 'not':
      return 'has a value that is not allowed here';
    default:
      return error.message ?? `does not meet \`${error.keyword}\``;
  }
}

/** Both ends of a range, whichever of them was passed: the next value tried should not miss the other. */
function rangeText({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonObject): string {
  if (typeof minimum === 'number' && typeof maximum === 'number') return `from ${minimum} to ${maximum}`;
  const ends = [
    ...(typeof minimum === 'number' ? [`at least ${minimum}`] : []),
    ...(typeof exclusiveMinimum === 'number' ? [`above ${exclusiveMinimum}`] : []),
    ...(typeof maximum === 'number' ? [`at most ${maximum}`] : []),
    ...(typeof exclusiveMaximum === 'number' ? [`below ${exclusiveMaximum}`] : []),
  ];
  return ends.join(' and ');
}

export function typeNames(types: unknown, words: Words): string {
  const names: { readonly [type: string]: string } = {
    string: 'a string',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: words.object,
    null: 'null',
  };
  return (Array.isArray(types) ? [...new Set(types)] : [types])
    .map((type) => names[String(type)] ?? String(type))
    .join(' or ');
}

function oneOf(values: readonly JsonValue[]): string {
  const shown = values.slice(0, 20).map((value) => bounded(JSON.stringify(value), 60));
  const others = values.length - shown.length;
  const listed = others > 0 ? `${shown.join(', ')} or ${others} others` : shown.join(', ');
  return values.length === 1 ? `must be ${listed}` : `must be one of ${listed}`;
}

function pairText(one: unknown, other: unknown): string {
  return [Number(one), Number(other)].sort((first, second) => first - second).join(' and ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
