import { parseJson } from '../json/exact.ts';
import { failure } from '../result.ts';
import { malformed, tooLarge } from './result.ts';
import type { ToolOutcome } from './tool.ts';

/** What a function returned, as far as JSON says it. */
export type Written =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too_large' }
  /** What is in it that JSON would leave out or write as something else, as a person would call it. */
  | { readonly kind: 'lost'; readonly what: string }
  | { readonly kind: 'unreadable' };

/**
 * What a function returned, as JSON writes it: a Date is text, undefined is null, and left out of an object. What would
 * be lost without a word is refused. It runs where the function did, as its own source text: nothing from outside of it
 * can be used in it.
 */
export function writeReturned(returned: unknown, max_bytes: number): Written {
  /** What JSON writes as it is, `{}` included. */
  const plain = new Set(['Object', 'Array', 'String', 'Number', 'Boolean']);

  function lost(value: unknown, original: unknown, holder: unknown): string | undefined {
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
    if (typeof value === 'bigint') return 'a BigInt';
    if (typeof value === 'function') return 'a function';
    if (typeof value === 'symbol') return 'a symbol';
    if (value === undefined) return Array.isArray(holder) ? 'undefined in a list' : undefined;
    if (original instanceof Error) return 'an Error (throw it, and the model is told that the tool failed)';
    if (original instanceof Date) return value === null ? 'an invalid Date' : undefined;
    if (typeof value !== 'object' || value === null) return undefined;
    const name = Object.prototype.toString.call(value).slice('[object '.length, -1);
    const empty = Object.keys(value).length === 0 && !plain.has(name);
    return empty || ArrayBuffer.isView(value) ? `${/^[AEIO]/u.test(name) ? 'an' : 'a'} ${name}` : undefined;
  }

  let found: string | undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(returned, function (this: Readonly<Record<string, unknown>>, name, value: unknown) {
      // Where a value says itself how it is written (`toJSON`), this is what it was before.
      found ??= lost(value, this[name], this);
      return found === undefined ? value : null;
    });
  } catch {
    return { kind: 'unreadable' };
  }
  if (found !== undefined) return { kind: 'lost', what: found };
  // For undefined, and for a `toJSON` that gives it.
  text ??= 'null';
  return new TextEncoder().encode(text).length > max_bytes ? { kind: 'too_large' } : { kind: 'text', text };
}

/** The result that a function's value is, or why it is none. */
export function readWritten(written: Written, max_bytes: number): ToolOutcome {
  switch (written.kind) {
    case 'text': {
      const value = parseJson(written.text);
      return value.ok ? value : malformed(`the tool returned what cannot be kept: ${value.error.message}`);
    }
    case 'too_large':
      return failure(tooLarge(max_bytes));
    case 'lost':
      return malformed(`the tool returned ${written.what}, which JSON cannot say`);
    case 'unreadable':
      return malformed('the tool returned a value that holds itself, is too large or cannot be read');
  }
}
