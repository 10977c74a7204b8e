import { parseJson } from '../json/exact.ts';
import { failure } from '../result.ts';
import { malformed, tooLarge } from './result.ts';
import type { ToolOutcome } from './tool.ts';

/**
 * What a function returned, as JSON says it: a Date is text, undefined is null, and left out of an object. What would
 * be lost without a word is refused.
 */
export function readReturned(returned: unknown, max_bytes: number): ToolOutcome {
  let found: string | undefined;
  const refuse = (_name: string, value: unknown): unknown => {
    found ??= lost(value);
    return found === undefined ? value : null;
  };
  let text: string | undefined;
  try {
    text = JSON.stringify(returned, refuse);
  } catch {
    return malformed('the tool returned a value that holds itself, is too large or cannot be read');
  }
  if (found !== undefined) return malformed(`the tool returned ${found}, which JSON cannot say`);
  // For undefined, and for a `toJSON` that gives it.
  text ??= 'null';
  if (Buffer.byteLength(text) > max_bytes) return failure(tooLarge(max_bytes));
  const value = parseJson(text);
  return value.ok ? value : malformed(`the tool returned what cannot be kept: ${value.error.message}`);
}

/** What JSON.stringify would leave out or write as something else, as a person would call it. */
function lost(value: unknown): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value === 'bigint') return 'a BigInt';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (value instanceof Map) return 'a Map';
  if (value instanceof Set) return 'a Set';
  return value instanceof Promise ? 'a promise' : undefined;
}
