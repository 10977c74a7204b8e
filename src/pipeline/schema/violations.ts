import type { ErrorObject } from 'ajv';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { parsePointer } from '../../json/pointer.ts';
import { withoutBranches } from './branches.ts';
import { rule, typeNames, type Words } from './rules.ts';

/** One way in which a value is not what its schema asks for: what is left of Ajv's errors, one a mistake. */
export interface Violation {
  readonly kind:
    | 'unknown-key'
    | 'bad-key'
    | 'missing-key'
    | 'choice'
    | 'wrong-type'
    | 'empty'
    | 'not-allowed';
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
        ? needsText(choice)
        : choice.length === 2
          ? `takes one of ${choice.join(' and ')}, not both`
          : `takes only one of ${choice.join(', ')}`;
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

function needsText(choice: readonly string[]): string {
  return choice.length < 4 ? `needs ${choice.join(' or ')}` : `needs one of ${choice.join(', ')}`;
}

/** The key of a branch that asks for one key and nothing else. */
function onlyRequired(branch: unknown): string | undefined {
  if (!isObject(branch) || Object.keys(branch).length !== 1) return undefined;
  const { required } = branch;
  return Array.isArray(required) && required.length === 1 ? String(required[0]) : undefined;
}

function pointerTo(path: string, value: JsonValue): Pointer {
  const pointer: (string | number)[] = [];
  let here: JsonValue | undefined = value;
  for (const name of parsePointer(path)) {
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
