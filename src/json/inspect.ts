import { survivesAsDouble } from './decimal.ts';
import { scanString } from './inspect-string.ts';
import type { JsonProblem } from './problem.ts';

/** Arrays and objects in each other. Whoever walks a value by recursion has stack for this many. */
export const maximumDepth = 500;

/** What may come next: `item` and `first name` also allow the closing bracket of what has just been opened. */
type Next = 'value' | 'item' | 'name' | 'first name' | 'colon' | 'more';

/**
 * The first problem of a JSON text, or undefined where JSON.parse takes it and changes nothing. With `grammarOnly`, the
 * place where it is no JSON, whatever would have been changed before that. It holds its own stack, so no nesting is too
 * deep for it.
 */
export function findProblem(text: string, grammarOnly = false): JsonProblem | undefined {
  const space = /[ \t\n\r]*/y;
  const atom = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
  /** The names seen in each open object, null for each open array; the innermost last. */
  const open: (Set<string> | null)[] = [];
  let next: Next = 'value';
  let at = 0;
  for (;;) {
    space.lastIndex = at;
    space.test(text);
    at = space.lastIndex;
    const character = text.charAt(at);
    const inside = open.at(-1);

    if (next === 'more' && inside === undefined) {
      return character === '' ? undefined : unexpected(text, at, 'the end of the text');
    }
    if (inside !== undefined && closes(character, next, inside)) {
      open.pop();
      next = 'more';
      at += 1;
    } else if (next === 'more') {
      if (character !== ',') return unexpected(text, at, inside === null ? 'a comma or ]' : 'a comma or }');
      next = inside === null ? 'value' : 'name';
      at += 1;
    } else if (next === 'colon') {
      if (character !== ':') return unexpected(text, at, 'a colon after the name');
      next = 'value';
      at += 1;
    } else if (character === '"') {
      const scanned = scanString(text, at);
      if (!scanned.ok) return scanned.error;
      const { end, loneSurrogate } = scanned.value;
      if (loneSurrogate !== undefined && !grammarOnly) return halfPair(loneSurrogate);
      if (next === 'name' || next === 'first name') {
        const name = JSON.parse(text.slice(at, end)) as string;
        if (inside?.has(name) && !grammarOnly) return duplicateName(name, at);
        inside?.add(name);
        next = 'colon';
      } else {
        next = 'more';
      }
      at = end;
    } else if (next === 'name' || next === 'first name') {
      return unexpected(text, at, 'a name in double quotes');
    } else if (character === '{' || character === '[') {
      if (open.length === maximumDepth && !grammarOnly) return tooDeep(at);
      open.push(character === '{' ? new Set() : null);
      next = character === '{' ? 'first name' : 'item';
      at += 1;
    } else {
      atom.lastIndex = at;
      const word = atom.exec(text)?.[0];
      if (word === undefined) return unexpected(text, at, 'a value');
      if (!grammarOnly && !/^[tfn]/.test(word) && !survivesAsDouble(word)) return inexact(word, at);
      next = 'more';
      at += word.length;
    }
  }
}

function closes(character: string, next: Next, inside: Set<string> | null): boolean {
  return inside === null
    ? character === ']' && (next === 'item' || next === 'more')
    : character === '}' && (next === 'first name' || next === 'more');
}

function unexpected(text: string, offset: number, expected: string): JsonProblem {
  return { code: 'invalid_json', message: `expected ${expected}, found ${described(text, offset)}`, offset };
}

/** What stands at a place, for people: a word, a character, or the name of one that cannot be seen. */
function described(text: string, offset: number): string {
  if (offset >= text.length) return 'the end of the text';
  const word = /[\p{L}\p{N}_$]{1,20}/uy;
  word.lastIndex = offset;
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  const shown = word.exec(text)?.[0] ?? character;
  if (!/^[\p{C}\p{Z}]/u.test(shown)) return shown === '"' ? 'a text' : `"${shown}"`;
  return `the character U+${(shown.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function duplicateName(name: string, offset: number): JsonProblem {
  return {
    code: 'duplicate_name',
    message: `the name ${JSON.stringify(excerpt(name))} stands twice in one object, and only one of its values would be kept; remove one`,
    offset,
  };
}

function halfPair(offset: number): JsonProblem {
  return {
    code: 'lone_surrogate',
    message: 'a text holds half of a surrogate pair, which is no character; write both halves or none',
    offset,
  };
}

function tooDeep(offset: number): JsonProblem {
  return { code: 'too_deep', message: `the value is nested deeper than ${maximumDepth} levels`, offset };
}

function inexact(number: string, offset: number): JsonProblem {
  const double = Number(number);
  const became = Number.isFinite(double) ? `would become ${double}` : 'is too large for a number';
  return {
    code: 'inexact_number',
    message: `the number ${excerpt(number)} ${became}; put it in quotes to keep its digits`,
    offset,
  };
}

/** The beginning of what may be long, never with half of a surrogate pair at its end. */
function excerpt(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
}
