import { failure, success, type Result } from '../result.ts';
import { findProblem, maximumDepth } from './inspect.ts';
import { isObject, type JsonValue } from './json.ts';
import type { JsonProblem } from './problem.ts';

/**
 * Reads a JSON text and keeps every value of it, or says where it cannot: what is no JSON, and what JSON.parse would
 * change without a word. That is a number with more digits than a double holds, a name given twice in an object, half
 * of a surrogate pair, and nesting so deep that whoever walks the value would run out of stack.
 *
 * JSON.parse does the work. The text is inspected character by character only where it fails, or where a cheap test
 * finds something that may have been changed.
 */
export function parseJson(text: string): Result<JsonValue, JsonProblem> {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (error) {
    return failure(findProblem(text, true) ?? { code: 'invalid_json', message: String(error), offset: 0 });
  }
  const problem = mayHaveChanged(text, value) ? findProblem(text) : undefined;
  return problem === undefined ? success(value) : failure(problem);
}

/** Sixteen characters of digits and points, or an exponent: fifteen digits always survive a double. */
const longNumber = /(?:^|[[,:\s])-?\d(?:[\d.]{15}|[\d.]*[eE])/;

const surrogateEscape = /\\u[dD][89a-fA-F]/;

const surrogate = /[\uD800-\uDFFF]/;

/** True for every text whose value differs from it, and for a few others. Depth is judged first: `names` recurses. */
function mayHaveChanged(text: string, value: JsonValue): boolean {
  return (
    mayBeDeep(text) ||
    longNumber.test(text) ||
    surrogateEscape.test(text) ||
    (surrogate.test(text) && /\p{Surrogate}/u.test(text)) ||
    // In a valid text, a quote before a colon ends a name or is an escaped one inside a text.
    (text.match(/"\s*:/g)?.length ?? 0) !== names(value)
  );
}

function mayBeDeep(text: string): boolean {
  let brackets = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
      brackets += 1;
      if (brackets > maximumDepth) return true;
    }
  }
  return false;
}

/** How many names the objects in a value have. */
function names(value: JsonValue): number {
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) count += names(item);
  } else if (isObject(value)) {
    for (const name in value) count += 1 + names(value[name] ?? null);
  }
  return count;
}
