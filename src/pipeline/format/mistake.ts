import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { Source } from '../../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import type { Violation } from '../schema/violations.ts';
import { swappedHint } from '../swapped.ts';
import { pathText, valueText } from '../words.ts';
import { flatParts } from './flat-part.ts';
import { keyPlaces, type Form } from './key-places.ts';
import { partName } from './part-name.ts';
import { additionHint, exampleHint, shareHint, typeHint, unitHint, valueHint } from './remedy.ts';
import { unknownKey, type UnknownKey } from './unknown-key.ts';

type Told = Pick<Diagnostic, 'code' | 'message' | 'hint'>;

interface Part {
  /** Default: that of a pipeline. */
  readonly form?: Form;
  /** Of the model, where the part is one. */
  readonly provider?: string | undefined;
}

/** What to tell of the parts of a file that its format does not allow, one message a mistake. */
export function formatMistakes(
  violations: readonly Violation[],
  source: Source,
  part: Part = {},
): readonly Diagnostic[] {
  const flat = flatParts(violations, source);
  const inFlat = new Set([...flat.values()].flatMap(({ beside }) => beside));
  const unknown = unknownKeysOf(violations, source, part);
  return violations
    .filter((violation) => !isMisspelt(violation, unknown) && !isBeside(violation, unknown))
    .filter(({ pointer }) => !inFlat.has(pathText(pointer)))
    .map((violation) => {
      const { form = 'pipeline' } = part;
      const path = pathText(violation.pointer);
      const hint = flat.get(path)?.hint;
      const told = unknown.get(path) ?? toldOf(violation, form, source.value);
      return diagnosticOf(violation, { ...told, ...(hint !== undefined && { hint }) }, source);
    });
}

/** The keys that unknown ones were most likely meant to be. */
export function meantKeys(
  violations: readonly Violation[],
  source: Source,
  part: Part = {},
): readonly string[] {
  return [...unknownKeysOf(violations, source, part).values()].flatMap(({ meant }) => meant ?? []);
}

/** What to tell of each unknown key, by its path. */
function unknownKeysOf(
  violations: readonly Violation[],
  source: Source,
  { form = 'pipeline', provider }: Part,
): ReadonlyMap<string, UnknownKey> {
  const unknownKeys = violations.filter(({ kind }) => kind === 'unknown-key');
  const places = unknownKeys.length > 0 ? keyPlaces(form) : [];
  return new Map(
    unknownKeys.map(
      ({ pointer, schema }) =>
        [
          pathText(pointer),
          unknownKey(pointer, schema, {
            form,
            provider,
            places,
            file: source.value,
            isAnchored: isAnchored(pointer, source),
          }),
        ] as const,
    ),
  );
}

/** Whether an anchor stands before the value, or in it where it begins. */
function isAnchored(pointer: Pointer, source: Source): boolean {
  const from = source.locate(pointer, 'key').end.offset;
  return /^["']?[ \t]*:\s+(?:#[^\n]*\s+)?(?:!\S*\s+)?&\S/u.test(source.text.slice(from, from + 500));
}

/** Whether what is missing stands there under another name, which is told of that name. */
function isMisspelt(
  { kind, pointer, keys = [] }: Violation,
  unknown: ReadonlyMap<string, UnknownKey>,
): boolean {
  if (kind !== 'missing-key' && kind !== 'choice') return false;
  return [...unknown].some(
    ([path, { name, meant, under, says = [] }]) =>
      // Something may be put under a key that is missing; where one of several will do, it shows which was meant.
      [(kind === 'choice' ? under : undefined) ?? meant ?? '', ...says].some((key) => keys.includes(key)) &&
      path === pathText([...pointer, name]),
  );
}

/** Whether an unknown key is told with another of the same place. */
function isBeside({ kind, pointer }: Violation, unknown: ReadonlyMap<string, UnknownKey>): boolean {
  const place = pointer.slice(0, -1);
  return (
    kind === 'unknown-key' &&
    [...unknown].some(
      ([path, { name, beside = [] }]) =>
        beside.includes(String(pointer.at(-1))) && path === pathText([...place, name]),
    )
  );
}

function diagnosticOf(violation: Violation, told: Told, source: Source): Diagnostic {
  const { code, message, hint } = told;
  const { kind, pointer, keys = [], value } = violation;
  // Of two keys that exclude each other, the later one is told.
  const held = kind === 'choice' && isObject(value) ? Object.keys(value) : [];
  const later = code === 'conflicting-keys' ? held.findLast((key) => keys.includes(key)) : undefined;
  // What lacks a key is told of its name, not of all that it holds.
  const inKey = kind === 'unknown-key' || kind === 'bad-key' || kind === 'missing-key' || kind === 'choice';
  return {
    severity: 'error',
    code,
    message,
    ...(hint !== undefined && { hint }),
    place: {
      source,
      pointer: [...pointer, ...(later === undefined ? [] : [later])],
      ...(inKey && { part: 'key' }),
    },
  };
}

function toldOf(
  { kind, pointer, keys = [], expectation, schema, value }: Violation,
  form: Form,
  file: JsonValue,
): Told {
  const subject = pointer.length === 0 ? 'the file' : partName(pointer, file);
  const unlikeForm = `${subject} cannot be ${found(value)}`;
  const unlike = `${subject} ${expectation}, found ${found(value)}`;
  switch (kind) {
    case 'missing-key': {
      const [key = ''] = keys;
      const message = pointer.length === 0 ? `\`${key}\` is missing` : `${subject} has no \`${key}\``;
      return told(
        'required-key',
        message,
        additionHint(key, schema, value) ?? textOf(schema['errorMessage']),
      );
    }
    case 'choice': {
      const both = keys.filter((key) => isObject(value) && Object.hasOwn(value, key)).length > 1;
      const hint = both ? undefined : additionHint(keys[0] ?? '', schema, value);
      return told(both ? 'conflicting-keys' : 'required-key', `${subject} ${expectation}`, hint);
    }
    case 'bad-key':
      return badName(pointer, schema);
    case 'wrong-type': {
      const remedy = unitHint(schema, value) ?? textOf(schema['errorMessage']);
      if (pointer.length === 0) {
        const isEmpty = value === null || isObject(value);
        return told(
          'wrong-type',
          `the file ${expectation}, found ${kindOf(value)}`,
          isEmpty || form === 'tests' ? remedy : swappedHint,
        );
      }
      if (remedy === undefined) return told('wrong-type', unlike, typeHint(pointer, schema, value));
      const number = schema['const'];
      return typeof number !== 'number'
        ? told('wrong-type', unlikeForm, remedy)
        : told('wrong-type', `${subject} must be the number ${number}, found ${kindOf(value)}`, remedy);
    }
    case 'empty':
      return told('invalid-value', `${subject} ${expectation}`, exampleHint(pointer, schema));
    case 'unknown-key':
    case 'not-allowed':
      break;
  }
  const pattern = textOf(schema['patternErrorMessage']);
  return pattern === undefined
    ? told(
        'invalid-value',
        unlike,
        textOf(schema['errorMessage']) ??
          shareHint(pointer, schema, value) ??
          valueHint(pointer, schema, value),
      )
    : told('invalid-value', unlikeForm, unitHint(schema, value) ?? pattern);
}

/** What is named by the keys of a map. */
const nouns: { readonly [map: string]: string } = {
  vars: 'a variable',
  steps: 'a step',
  tools: 'a tool',
};

function badName(pointer: Pointer, schema: JsonObject): Told {
  const name = String(pointer.at(-1));
  const noun = nouns[String(pointer.at(-2))] ?? 'an entry';
  const rule = textOf(schema['patternErrorMessage']);
  const other = fittingName(name, noun, schema);
  const hint =
    /^[a-z]+$/u.test(name) && noun !== nouns['tools']
      ? 'templates have another use for that word'
      : other !== undefined && rule !== undefined
        ? `write \`${other}\`: ${rule}`
        : rule;
  return told('invalid-name', `${valueText(name)} cannot be the name of ${noun}`, hint);
}

/** The nearest name that may stand there: `my_step` for `my step`, `step_1` for `1`. */
function fittingName(name: string, noun: string, { pattern }: JsonObject): string | undefined {
  const joined = name.replaceAll(/[^A-Za-z0-9_-]+/gu, '_').replaceAll(/^[_-]+|[_-]+$/gu, '');
  if (joined === '' || /[^\p{ASCII}]/u.test(name)) return undefined;
  const other = /^[A-Za-z]/u.test(joined) ? joined : `${noun.replace(/^an? /u, '')}_${joined}`;
  return typeof pattern === 'string' && new RegExp(pattern, 'u').test(other) ? other : undefined;
}

function told(code: string, message: string, hint: string | undefined): Told {
  return { code, message, ...(hint !== undefined && { hint }) };
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function kindOf(value: JsonValue): string {
  return typeof value === 'string' ? `the text ${valueText(value)}` : found(value);
}

function found(value: JsonValue): string {
  return value === null ? 'nothing' : valueText(value);
}
