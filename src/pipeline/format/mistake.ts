import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { Source } from '../../diagnostic/source.ts';
import { didYouMean } from '../../diagnostic/suggest.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { keyPlaces, nearestPlace } from './key-places.ts';
import { laterKey } from './later.ts';
import { ourWord } from './other-words.ts';
import type { Violation } from '../schema/violations.ts';
import { inlineYaml, listText, pathText, valueText } from '../words.ts';

/** What to tell of the parts of a pipeline file that the format does not allow, one message a mistake. */
export function formatMistakes(violations: readonly Violation[], source: Source): readonly Diagnostic[] {
  const unknown = new Map(
    violations
      .filter(({ kind }) => kind === 'unknown-key')
      .map((violation) => [violation, keyGuess(violation)] as const),
  );
  const isMisspelt = ({ kind, pointer, keys = [] }: Violation) =>
    (kind === 'missing-key' || kind === 'choice') &&
    [...unknown].some(
      ([other, { meant }]) =>
        meant !== undefined &&
        keys.includes(meant) &&
        pathText(other.pointer.slice(0, -1)) === pathText(pointer),
    );
  return violations
    .filter((violation) => !isMisspelt(violation))
    .map((violation) => placed(violation, unknown.get(violation)?.told ?? knownKey(violation), source));
}

function placed({ kind, pointer }: Violation, told: Told, source: Source): Diagnostic {
  const inKey = kind === 'unknown-key' || kind === 'bad-key';
  return { severity: 'error', ...told, place: { source, pointer, ...(inKey && { part: 'key' }) } };
}

type Told = Pick<Diagnostic, 'code' | 'message' | 'hint'>;

interface KeyGuess {
  readonly told: Told;
  /** The key of the same place that was most likely meant. */
  readonly meant?: string;
}

function keyGuess({ pointer, schema }: Violation): KeyGuess {
  const name = String(pointer.at(-1));
  const place = pointer.slice(0, -1);
  const later = laterKey(name, place);
  if (later !== undefined) {
    return {
      told: { code: 'not-yet', message: later, hint: `remove it, or keep it as a note named \`x-${name}\`` },
    };
  }
  const where = place.length === 0 ? 'a pipeline file' : `\`${pathText(place)}\``;
  const own = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  const { hint, meant } = keyHint(name, place, own);
  return {
    told: { code: 'unknown-key', message: `\`${name}\` is not a key of ${where}`, hint },
    ...(meant !== undefined && { meant }),
  };
}

function keyHint(
  name: string,
  place: Pointer,
  own: readonly string[],
): { readonly hint: string; readonly meant?: string } {
  if (/^(\w+[_-])?api[_-]?key$/iu.test(name)) {
    const hint =
      'keep keys out of the file: set the environment variable MISTRAL_API_KEY, or name another in `model.api_key_env`';
    return { hint };
  }
  const places = keyPlaces();
  const elsewhere = nearestPlace(name, place, places);
  if (elsewhere === '') return { hint: 'it belongs at the top of the file' };
  if (elsewhere !== undefined) return { hint: `it belongs under \`${elsewhere}\`` };
  const meant = ourWord(name, own) ?? didYouMean(name, own);
  if (meant !== undefined) return { hint: `did you mean \`${meant}\`?`, meant };
  const all = places.flatMap(({ keys }) => keys);
  const distant = ourWord(name, all) ?? didYouMean(name, all);
  const there = distant === undefined ? undefined : nearestPlace(distant, place, places);
  if (there === undefined) {
    return {
      hint: own.length === 1 ? `the only key here is ${listText(own)}` : `the keys here are ${listText(own)}`,
    };
  }
  return {
    hint: `did you mean \`${distant}\`, ${there === '' ? 'at the top of the file' : `under \`${there}\``}?`,
  };
}

function knownKey({ kind, pointer, keys = [], expectation, schema, value }: Violation): Told {
  const subject = pointer.length === 0 ? 'the file' : `\`${pathText(pointer)}\``;
  if (kind === 'missing-key') {
    const [key = ''] = keys;
    const message = pointer.length === 0 ? `\`${key}\` is missing` : `${subject} has no \`${key}\``;
    return { code: 'missing-key', message, ...hinted(additionHint(key, schema)) };
  }
  if (kind === 'choice') {
    const both = keys.every((key) => isObject(value) && Object.hasOwn(value, key));
    const hint = both ? undefined : additionHint(keys[0] ?? '', schema);
    return {
      code: both ? 'conflicting-keys' : 'missing-key',
      message: `${subject} ${expectation}`,
      ...hinted(hint),
    };
  }
  if (kind === 'wrong-type') {
    const remedy = textOf(schema['errorMessage']);
    return {
      code: 'wrong-type',
      message:
        remedy === undefined
          ? `${subject} ${expectation}, found ${found(value)}`
          : `${subject} cannot be ${found(value)}`,
      ...hinted(remedy ?? typeHint(pointer, schema, value)),
    };
  }
  if (kind === 'bad-key') return badName(pointer, schema);
  if (kind === 'empty') {
    const hint = exampleHint(pointer, schema);
    return { code: 'invalid-value', message: `${subject} ${expectation}`, ...hinted(hint) };
  }
  const form = textOf(schema['patternErrorMessage']);
  return {
    code: 'invalid-value',
    message:
      form === undefined
        ? `${subject} ${expectation}, found ${found(value)}`
        : `${subject} cannot be ${found(value)}`,
    ...hinted(form ?? textOf(schema['errorMessage']) ?? valueHint(schema, value)),
  };
}

function badName(pointer: Pointer, schema: JsonObject): Told {
  const name = String(pointer.at(-1));
  const noun = pointer[0] === 'vars' ? 'a variable' : 'a step';
  const hint = /^[a-z]+$/u.test(name)
    ? 'templates have another use for that word'
    : textOf(schema['patternErrorMessage']);
  return {
    code: 'invalid-name',
    message: `${valueText(name)} cannot be the name of ${noun}`,
    ...hinted(hint),
  };
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function hinted(hint: string | undefined): { readonly hint?: string } {
  return hint === undefined ? {} : { hint };
}

function found(value: JsonValue): string {
  return value === null ? 'nothing' : valueText(value);
}

function additionHint(key: string, schema: JsonObject): string | undefined {
  const property = isObject(schema['properties']) ? schema['properties'][key] : undefined;
  const example = isObject(property) ? exampleOf(property) : undefined;
  return example === undefined ? undefined : `Add \`${inlineYaml({ [key]: example })}\``;
}

/** The value as it should be written, where that can be told, else an example. */
function typeHint(pointer: Pointer, schema: JsonObject, value: JsonValue): string | undefined {
  const key = pointer.findLast((part) => typeof part === 'string') ?? '';
  const write = (to: JsonValue) =>
    `\`${pointer.at(-1) === key ? inlineYaml({ [key]: to }) : inlineYaml(to)}\``;
  const wants = (type: string) => [schema['type']].flat().includes(type);
  if (wants('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return `quote it: ${write(String(value))}`;
  }
  if ((wants('number') || wants('integer')) && typeof value === 'string' && /^-?\d+(\.\d+)?$/u.test(value)) {
    return `write it without quotes: ${write(Number(value))}`;
  }
  if (wants('boolean') && typeof value === 'string') return 'write `true` or `false`, without quotes';
  if (wants('array') && typeof value === 'string') return `write a list: ${write([value])}`;
  if (
    wants('object') &&
    typeof value === 'string' &&
    isObject(schema['properties']) &&
    'name' in schema['properties']
  ) {
    return `write ${write({ name: value })}`;
  }
  return exampleHint(pointer, schema);
}

function exampleHint(pointer: Pointer, schema: JsonObject): string | undefined {
  const example = exampleOf(schema);
  return example === undefined ? undefined : `for example \`${written(pointer, example)}\``;
}

/** The value as it would stand at this place: with its key, or without one as an item of a list. */
function written(pointer: Pointer, value: JsonValue): string {
  const key = pointer.at(-1);
  return typeof key === 'string' ? `${key}: ${inlineYaml(value)}` : inlineYaml(value);
}

function valueHint(schema: JsonObject, value: JsonValue): string | undefined {
  const allowed = Array.isArray(schema['enum']) ? schema['enum'].map(String) : [];
  if (typeof value !== 'string' || allowed.length === 0) return undefined;
  const meant = ourWord(value, allowed) ?? didYouMean(value, allowed);
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}

function exampleOf(schema: JsonObject): JsonValue | undefined {
  const examples = schema['examples'];
  return Array.isArray(examples)
    ? (examples as readonly JsonValue[])[0]
    : (schema['const'] ?? schema['default']);
}
