import { didYouMean } from '../diagnostic/suggest.ts';
import { parseJson } from '../json/exact.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { listText, valueText } from './words.ts';

export interface FlagMistake {
  readonly message: string;
  readonly hint?: string;
  /** Whether it is that the file declares no variable of the name. */
  readonly isUnknown?: true;
}

export type Setting = readonly [Pointer, JsonValue];

/** Nothing in a file is deeper; without a bound, a path of thousands of parts would exhaust the stack. */
const longestPath = 100;

/** Reads `model.temperature=0`: a path as messages write it (`steps.reply.messages[0].content`), then a value. */
export function parseSetting(text: string): Result<Setting, FlagMistake> {
  const pointer: (string | number)[] = [];
  const part = /(?:^|\.)([^.[\]=]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/uy;
  for (let match = part.exec(text); match !== null && pointer.length < longestPath; match = part.exec(text)) {
    const [whole, name, index, quoted] = match;
    const key = quoted === undefined ? success(name ?? Number(index)) : parseName(quoted);
    if (!key.ok) return key;
    pointer.push(key.value);
    if (text[match.index + whole.length] === '=') {
      const value = parseValue(text.slice(match.index + whole.length + 1));
      return value.ok ? success([pointer, value.value]) : value;
    }
  }
  return failure({
    message: 'it does not say what to set',
    hint: 'write the path of a key, = and the value, such as --set model.temperature=0',
  });
}

function parseName(quoted: string): Result<string, FlagMistake> {
  const parsed = parseJson(quoted);
  if (!parsed.ok) return failure({ message: parsed.error.message });
  return success(typeof parsed.value === 'string' ? parsed.value : quoted);
}

/** JSON where it is JSON, else text: `--set steps.a.prompt={{input.text}}` needs no quotes but the shell's. */
function parseValue(text: string): Result<JsonValue, FlagMistake> {
  const meansJson = /^\s*(?:["[]|\{(?!\{))/u.test(text);
  const parsed = parseJson(text);
  if (parsed.ok) return success(parsed.value);
  if (parsed.error.code === 'inexact_number') return failure({ message: parsed.error.message });
  if (!meansJson) return success(text);
  const hint = 'if the value is text that begins so, write it as a JSON text, in double quotes';
  return failure({ message: parsed.error.message, hint });
}

/** Reads `name=value`. The variable is one that the file declares, and its value there says how to read this one. */
export function parseVariable(text: string, declared: JsonObject): Result<Setting, FlagMistake> {
  const [, name = text, value] = /^([^=]*)=(.*)$/su.exec(text) ?? [];
  if (name === '' || value === undefined) {
    const message = name === '' ? 'it names no variable' : 'it has no value';
    return failure({ message, hint: 'write --var <name>=<value>' });
  }
  if (!Object.hasOwn(declared, name)) {
    const names = Object.keys(declared);
    const meant = didYouMean(name, names);
    return failure({
      isUnknown: true,
      message: `the pipeline has no variable \`${name}\``,
      hint:
        meant !== undefined
          ? `did you mean \`${meant}\`?`
          : names.length === 0
            ? 'it declares none; variables stand under `vars`'
            : `it has ${listText(names)}`,
    });
  }
  const typed = typedLike(value, declared[name] ?? null);
  return typed.ok ? success([['vars', name], typed.value]) : typed;
}

/** A variable keeps its type, whatever flag sets it: templates were checked with it, and `eq` tells "5" from 5. */
export function checkSetting(
  [[section, name, ...deeper], value]: Setting,
  declared: JsonObject,
): Result<undefined, FlagMistake> {
  if (section !== 'vars' || typeof name !== 'string' || deeper.length > 0) return success(undefined);
  const before = Object.hasOwn(declared, name) ? declared[name] : undefined;
  if (before === undefined || before === null || isSameType(value, before)) return success(undefined);
  const hint =
    typeof before === 'string' && typeof value !== 'object'
      ? { hint: `write --var ${name}=${String(value)}, which keeps it a text` }
      : {};
  return failure({
    message: `its value in the file is ${valueText(before)}, so this must be ${typeText(before)}`,
    ...hint,
  });
}

function isSameType(one: JsonValue, other: JsonValue): boolean {
  return (
    typeof one === typeof other &&
    Array.isArray(one) === Array.isArray(other) &&
    isObject(one) === isObject(other)
  );
}

function typeText(value: JsonValue): string {
  if (typeof value === 'object') {
    return Array.isArray(value) ? 'a list, written as JSON' : 'a map, written as JSON';
  }
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'number' ? 'a number' : 'a text';
}

/** The text as a value of the same type as the one it replaces. A text stays as it is, whatever it looks like. */
function typedLike(text: string, declared: JsonValue): Result<JsonValue, FlagMistake> {
  if (typeof declared === 'string' || declared === null) return success(text);
  const parsed = parseJson(text);
  if (parsed.ok && isSameType(parsed.value, declared)) return success(parsed.value);
  return failure({
    message: `its value in the file is ${valueText(declared)}, so this must be ${typeText(declared)}`,
  });
}
