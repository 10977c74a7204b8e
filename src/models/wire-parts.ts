import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import type { Message, ToolCall } from './contract.ts';
import type { Piece } from './stream-join.ts';

/** Pieces of wires that take arguments as JSON values, and images as bytes apart from their type. */

/** A tool call's arguments for a wire that takes them parsed. What is no object cannot be said there. */
export function parsedArguments(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/**
 * A tool call's arguments as JSON text, from a wire that gives them parsed; `{}` where there are none. Refused where
 * reading the answer has changed them: a larger integer than a double holds has lost digits by now.
 */
export function argumentsText(value: JsonValue | undefined): Result<string, string> {
  if (value === undefined || value === null) return success('{}');
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

/** A data URL's media type and bytes; undefined for any other URL. */
export function readDataUrl(url: string): { readonly type: string; readonly base64: string } | undefined {
  const match = /^data:([^;,]+)(?:;[^;,]+)*;base64,(.*)$/is.exec(url);
  return match === null ? undefined : { type: match[1] ?? '', base64: match[2] ?? '' };
}

/** A text as it is, and something else in the place of what is none. */
export function textOr<Other>(value: JsonValue | undefined, other: Other): string | Other {
  return typeof value === 'string' ? value : other;
}

/** A number of tokens; null where it says none. */
export function countOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** A type that is not known, for a message. */
export function typeOf(type: JsonValue | undefined): string {
  return typeof type === 'string' ? `type \`${type}\`` : 'no known type';
}

/** A piece of a stream; none where it says nothing. */
export function deltaOf(type: 'text' | 'thinking', text: string): readonly Piece[] {
  return text === '' ? [] : [{ type, text }];
}

/** A call's id; where the provider gives none, one in Mistral's form, the same each time. */
export function callIdAt(index: number, id: JsonValue | undefined): string {
  return typeof id === 'string' && id !== '' ? id : `call${String(index).padStart(5, '0')}`;
}

/** The call that a tool's message answers; undefined for any other message. */
export function callNamed(id: string | undefined, messages: readonly Message[]): ToolCall | undefined {
  if (id === undefined) return undefined;
  return messages.flatMap(({ tool_calls = [] }) => tool_calls).find((call) => call.id === id);
}
