import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';

/**
 * A tool call's arguments as JSON text, as a wire gives them: as that text or as an object; null where there are none.
 * `parseAnswer` keeps an object as its text. One that was parsed by someone else is refused where that has changed it:
 * a larger integer than a double holds has lost digits by now.
 */
export function argumentsText(value: JsonValue | undefined): Result<string | null, string> {
  if (typeof value === 'string') return success(value);
  if (value === undefined || value === null) return success(null);
  if (!isObject(value)) return failure('no object');
  let changed = false;
  let text: string;
  try {
    text = JSON.stringify(value, (_name, held: unknown) => {
      changed ||= typeof held === 'number' && !isExact(held);
      return held;
    });
  } catch {
    // Parsing has no bound on depth, writing has: the stack.
    return failure('nested too deep');
  }
  return changed ? failure('changed by reading them: an integer in them is beyond 2^53') : success(text);
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/** A tool call's arguments for a wire that takes them parsed. What is no object cannot be said there. */
export function parsedArguments(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
