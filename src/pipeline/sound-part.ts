import type { ValidateFunction } from 'ajv';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../json/json.ts';
import { violationsOf, type Violation } from './schema/violations.ts';

/** What goes wrong because something was taken out is no mistake of its own; a few rounds settle it. */
const maximumRounds = 5;

/**
 * What a schema finds wrong with a value, which stands at `base`, and what is left of it when that is taken out: undefined when that is
 * nothing which the schema allows. Whether the root has the keys in `mayLack` is told, but does not count here.
 */
export function soundPart(
  validate: ValidateFunction,
  value: JsonValue,
  base: Pointer,
  mayLack: readonly string[] = [],
): { readonly sound: JsonObject | undefined; readonly violations: readonly Violation[] } {
  const find = (value: JsonValue) =>
    validate(value) ? [] : violationsOf(validate.errors ?? [], value, { object: 'a map' }, base);
  const grave = ({ kind, pointer, keys = [] }: Violation) =>
    !(kind === 'missing-key' && pointer.length === base.length && keys.every((key) => mayLack.includes(key)));

  const violations = find(value);
  let sound: JsonValue | undefined = value;
  let wrong = violations.filter(grave);
  for (let round = 0; wrong.length > 0 && round < maximumRounds; round += 1) {
    for (const { pointer } of wrong)
      sound = sound === undefined ? undefined : without(sound, pointer.slice(base.length));
    if (sound === undefined) break;
    wrong = find(sound).filter(grave);
  }
  return { sound: wrong.length === 0 && isObject(sound) ? sound : undefined, violations };
}

/** The value without what stands at the pointer. An item of a list takes the list with it. */
function without(value: JsonValue, pointer: Pointer): JsonValue | undefined {
  const end = pointer.findLastIndex((part) => typeof part === 'string');
  const [part, ...rest] = pointer.slice(0, end + 1);
  if (part === undefined) return undefined;
  if (Array.isArray(value)) {
    const items = value as readonly JsonValue[];
    const item = items[Number(part)];
    const left = item === undefined ? undefined : without(item, rest);
    return left === undefined ? value : items.with(Number(part), left);
  }
  if (!isObject(value) || !Object.hasOwn(value, part)) return value;
  const { [part]: held, ...others } = value;
  const left = rest.length === 0 || held === undefined ? undefined : without(held, rest);
  // The order of the keys is that of the file's steps and result columns.
  return left === undefined
    ? others
    : Object.fromEntries(Object.entries(value).map(([name, held]) => [name, name === part ? left : held]));
}
