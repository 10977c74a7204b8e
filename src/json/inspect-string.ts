import { failure, success, type Result } from '../result.ts';
import type { JsonProblem } from './problem.ts';

export interface ScannedString {
  /** The offset after the closing quote. */
  readonly end: number;
  /**
   * Where the first half of a surrogate pair stands that lacks the other, be it written as itself or as an escape. JSON
   * allows it, but no UTF-8 can carry it: it would be sent as U+FFFD.
   */
  readonly loneSurrogate?: number;
}

/** Reads over the string literal that begins at `start`. */
export function scanString(text: string, start: number): Result<ScannedString, JsonProblem> {
  /** Quotes, backslashes, surrogates, and what comes before the space: control characters. */
  const special = /["\\\uD800-\uDFFF]|[^ -\uFFFF]/g;
  /** Where the first half of a pair stands whose second half must come next. */
  let half: number | undefined;
  let loneSurrogate: number | undefined;
  let at = start + 1;
  for (;;) {
    special.lastIndex = at;
    const found = special.exec(text)?.index;
    if (found === undefined) return problem('a text has no closing quote', start);
    if (half !== undefined && found > at) {
      loneSurrogate ??= half;
      half = undefined;
    }
    const character = text.charAt(found);
    if (character === '"') {
      loneSurrogate ??= half;
      return success({ end: found + 1, ...(loneSurrogate !== undefined && { loneSurrogate }) });
    }
    if (character < ' ') return controlCharacter(character, found);
    const unit = character === '\\' ? escaped(text, found) : { code: text.charCodeAt(found), length: 1 };
    if (unit === undefined) return badEscape(text, found);
    const high = unit.code >= 0xd800 && unit.code <= 0xdbff;
    const low = unit.code >= 0xdc00 && unit.code <= 0xdfff;
    if (low ? half === undefined : half !== undefined) loneSurrogate ??= half ?? found;
    half = high ? found : undefined;
    at = found + unit.length;
  }
}

/** The UTF-16 unit that an escape stands for; 0 for those that are no surrogate for certain. */
function escaped(
  text: string,
  offset: number,
): { readonly code: number; readonly length: number } | undefined {
  if (/^["\\/bfnrt]$/.test(text.charAt(offset + 1))) return { code: 0, length: 2 };
  const digits = /\\u([\da-fA-F]{4})/y;
  digits.lastIndex = offset;
  const code = digits.exec(text)?.[1];
  return code === undefined ? undefined : { code: Number.parseInt(code, 16), length: 6 };
}

function controlCharacter(character: string, offset: number): Result<never, JsonProblem> {
  const escape = JSON.stringify(character).slice(1, -1);
  const named = character === '\n' || character === '\r' ? 'a line break' : 'a control character';
  return problem(`a text holds ${named}, which must be written as ${escape}`, offset);
}

function badEscape(text: string, offset: number): Result<never, JsonProblem> {
  const shown = JSON.stringify(text.slice(offset, offset + 2)).replaceAll('\\\\', '\\');
  return problem(`${shown} is not an escape that JSON knows; write a backslash as \\\\`, offset);
}

function problem(message: string, offset: number): Result<never, JsonProblem> {
  return failure({ code: 'invalid_json', message, offset });
}
