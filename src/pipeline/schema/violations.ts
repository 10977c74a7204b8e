import type { ErrorObject } from 'ajv';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { bounded } from '../words.ts';

/** One way in which a value is not what its schema asks for: what is left of Ajv's errors, one a mistake. */
export interface Violation {
  readonly kind:
    'unknown-key' | 'bad-key' | 'missing-key' | 'choice' | 'wrong-type' | 'empty' | 'not-allowed';
  /** Of the value at fault; of the key for `unknown-key` and `bad-key`; of the parent for `missing-key` and `choice`. */
  readonly pointer: Pointer;
  /** What is asked for, to follow a subject: `must be a number`. */
  readonly expectation: string;
  /** For `missing-key` the key; for `choice` those of which there must be one. */
  readonly keys?: readonly string[];
  readonly value: JsonValue;
  /** The schema that asks for it. */
  readonly schema: JsonObject;
}

/** What people call the types of JSON; the one word that differs is `map` in YAML for an object. */
export interface Words {
  readonly object: string;
}

/**
 * The mistakes in `value`, which stands at `base`, from the errors of a validator with `allErrors` and `verbose`. The
 * errors of the branches of a failed `anyOf` or `oneOf` are one mistake, and so are several errors of one value.
 */
export function violationsOf(
  errors: readonly ErrorObject[],
  value: JsonValue,
  words: Words,
  base: Pointer = [],
): readonly Violation[] {
  const found = new Map<string, Violation>();
  for (const error of withoutBranches(errors)) {
    const violation = violationOf(error, [...base, ...pointerTo(error.instancePath, value)], words);
    const place = JSON.stringify([violation.pointer, violation.keys ?? null]);
    const earlier = found.get(place);
    // A value of the wrong type breaks other rules for that reason alone.
    if (earlier === undefined || (violation.kind === 'wrong-type' && earlier.kind !== 'wrong-type')) {
      found.set(place, violation);
    }
  }
  return [...found.values()];
}

function violationOf(error: ErrorObject, at: Pointer, words: Words): Violation {
  const common = { value: error.data as JsonValue, schema: (error.parentSchema ?? {}) as JsonObject };
  const params = error.params as { readonly [name: string]: unknown };
  const value = (kind: Violation['kind'], expectation: string): Violation => ({
    ...common,
    kind,
    pointer: at,
    expectation,
  });
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const key = String(params['additionalProperty'] ?? params['unevaluatedProperty']);
      return { ...value('unknown-key', 'is not allowed'), pointer: [...at, key] };
    }
    case 'required':
    case 'dependentRequired':
    case 'dependencies': {
      return { ...value('missing-key', 'is missing'), keys: [String(params['missingProperty'])] };
    }
    case 'propertyNames':
      return {
        ...value('bad-key', 'is not a name that is allowed'),
        pointer: [...at, String(params['propertyName'])],
        schema: isObject(error.schema) ? error.schema : {},
      };
    case 'type':
      return value('wrong-type', `must be ${typeNames(error.schema, words)}`);
    case 'anyOf':
    case 'oneOf':
      return alternatives(error, at, common, words);
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return params['limit'] === 1
        ? value('empty', 'must not be empty')
        : value('not-allowed', rule(error, params));
    default:
      return value('not-allowed', rule(error, params));
  }
}

/** What a keyword that is about one value asks for. */
function rule(error: ErrorObject, params: { readonly [name: string]: unknown }): string {
  const limit = Number(params['limit']);
  switch (error.keyword) {
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    case 'enum':
      return oneOf(params['allowedValues'] as readonly JsonValue[]);
    case 'minimum':
    case 'formatMinimum':
      return `must be at least ${String(params['limit'])}`;
    case 'maximum':
    case 'formatMaximum':
      return `must be at most ${String(params['limit'])}`;
    case 'exclusiveMinimum':
      return `must be above ${limit}`;
    case 'exclusiveMaximum':
      return `must be below ${limit}`;
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
      return `must not repeat an item (${String(params['j'])} and ${String(params['i'])}, counted from 0, are equal)`;
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

function alternatives(
  error: ErrorObject,
  pointer: Pointer,
  common: Pick<Violation, 'value' | 'schema'>,
  words: Words,
): Violation {
  const branches: readonly unknown[] = Array.isArray(error.schema) ? error.schema : [];
  const keys = branches.map(onlyRequired).filter((key) => key !== undefined);
  const passing = (error.params as { readonly passingSchemas?: unknown }).passingSchemas;
  if (keys.length === branches.length) {
    const choice = keys.map((key) => `\`${key}\``);
    const expectation =
      passing === null || passing === undefined
        ? `needs ${choice.join(' or ')}`
        : `takes one of ${choice.join(' and ')}, not both`;
    return { ...common, kind: 'choice', pointer, keys, expectation };
  }
  const types = branches.flatMap((branch) =>
    isObject(branch) && branch['type'] !== undefined ? [branch['type']] : [],
  );
  const fits = Array.isArray(passing) ? 'fits more than one of the shapes' : 'fits none of the shapes';
  const unfit =
    types.length === branches.length &&
    !Array.isArray(passing) &&
    !types.flat().includes(typeOf(common.value));
  return unfit
    ? { ...common, kind: 'wrong-type', pointer, expectation: `must be ${typeNames(types.flat(), words)}` }
    : { ...common, kind: 'not-allowed', pointer, expectation: `${fits} that \`${error.keyword}\` allows` };
}

/** The key of a branch that asks for one key and nothing else. */
function onlyRequired(branch: unknown): string | undefined {
  if (!isObject(branch) || Object.keys(branch).length !== 1) return undefined;
  const { required } = branch;
  return Array.isArray(required) && required.length === 1 ? String(required[0]) : undefined;
}

/** Ajv tells the errors of all branches, then that of the `anyOf`: only the last is the mistake. */
function withoutBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const kept: ErrorObject[] = [];
  for (const error of errors) {
    if (error.keyword === 'if') continue;
    if (error.keyword === 'anyOf' || error.keyword === 'oneOf' || error.keyword === 'propertyNames') {
      const branches: ErrorObject[] = [];
      for (let last = kept.at(-1); isBranchOf(last, error); last = kept.at(-1))
        branches.unshift(...kept.splice(-1));
      const likely = errorsOfLikelyBranch(branches, error);
      kept.push(...(likely.length > 0 ? likely : [error]));
    } else {
      kept.push(error);
    }
  }
  return kept;
}

/** Where all branches but one ask for another type than the value has, the errors of that one are what to tell. */
function errorsOfLikelyBranch(errors: readonly ErrorObject[], whole: ErrorObject): readonly ErrorObject[] {
  const ofType = (error: ErrorObject) =>
    error.keyword === 'type' && error.instancePath === whole.instancePath;
  const branches = Array.isArray(whole.schema) ? whole.schema.length : 0;
  return errors.filter(ofType).length === branches - 1 ? errors.filter((error) => !ofType(error)) : [];
}

function isBranchOf(error: ErrorObject | undefined, whole: ErrorObject): boolean {
  if (error === undefined || error.parentSchema === whole.parentSchema) return false;
  return error.instancePath === whole.instancePath || error.instancePath.startsWith(`${whole.instancePath}/`);
}

function pointerTo(path: string, value: JsonValue): Pointer {
  const pointer: (string | number)[] = [];
  let here: JsonValue | undefined = value;
  for (const part of path.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    pointer.push(Array.isArray(here) ? Number(name) : name);
    here = (here as JsonObject | undefined)?.[name];
  }
  return pointer;
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

function typeNames(types: unknown, words: Words): string {
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

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
